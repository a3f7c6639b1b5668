import type { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { CheckAnswer } from '../../src/machine/context.ts';
import { play } from './in-emulator.ts';
import { world } from './screens.ts';
import { absent, startedMs } from './scripted-ports.ts';

/** An error message comes in as a terminal sends it, marked or in pieces, and none of its letters is a key. */

/** Every letter that is a key stands alone on a line of it somewhere. */
const stack = [
	'Npgsql.PostgresException (0x80004005): 53300: sorry, too many clients already',
	...Array.from(
		{ length: 300 },
		(_, line) => `   at Npgsql.NpgsqlConnector.Read(${line}) in C:\\y\\q.cs:line ${line}`,
	),
	'q',
	'R',
	'p',
	'y',
].join('\n');

const told: CheckAnswer = {
	check: 'connect',
	verdict: 'ordinary slots gone',
	recognised: 'the words of the refusal',
};

async function drained(input: Readable): Promise<void> {
	do await new Promise((resolve) => setImmediate(resolve));
	while (input.readableLength > 0);
}

/** A phone at which nothing but a message says anything; what it was shown is kept. */
function listening(answers: readonly CheckAnswer[]) {
	const shown: string[] = [];
	let now = startedMs;
	const ports = world();
	ports.observations.set('connect', absent());
	const played = play({
		ports,
		recognise: async (text) => {
			shown.push(text);
			return answers;
		},
		now: () => now,
	});
	return {
		...played,
		shown,
		/** Some seconds after all that was pressed has come in. */
		later: async () => {
			await drained(played.input);
			now += 5_000;
		},
		context: () => played.actor.getSnapshot().context,
	};
}

test('a paste that the terminal marks is looked at on Enter, and answers the check before it is asked', async () => {
	const phone = listening([told]);
	await phone.emulator.waitFor('You may see');
	phone.press('m');
	await phone.emulator.waitFor('Paste an error message');
	phone.press(`\x1b[200~${stack}\x1b[201~`);
	await phone.emulator.waitFor('and 299 more lines');
	phone.press('\r');
	await phone.emulator.waitFor('What was pasted says');
	expect(phone.shown).toEqual([stack]);
	phone.press('\r');
	await phone.at('finding', 'connect');
	expect(phone.context().findings).toMatchObject([
		{ check: 'connect', verdict: 'ordinary slots gone', source: 'person' },
	]);
	expect(JSON.stringify([phone.context(), phone.ports.journalled])).not.toContain('NpgsqlConnector');
	await phone.close();
});

test('a paste in pieces, as from a terminal that does not mark it, opens the field by itself and presses nothing', async () => {
	const phone = listening([told]);
	await phone.emulator.waitFor('You may see');
	phone.press('p');
	phone.press('\r');
	await phone.at('asking', 'connect');
	await phone.emulator.waitFor('Can we connect?');
	const raw = stack.replaceAll('\n', '\r');
	for (let at = 0; at < raw.length; at += 1_000) {
		phone.press(raw.slice(at, at + 1_000));
		// A terminal's pieces come one after the other.
		await drained(phone.input);
	}
	// The last line end comes alone, and is no Enter yet.
	phone.press('\r');
	await phone.emulator.waitFor('and 299 more lines');
	await phone.at('asking', 'connect');
	expect(phone.shown).toEqual([]);
	await phone.later();
	phone.press('\r');
	await phone.at('finding', 'connect');
	expect(phone.shown).toEqual([`${stack}\n`]);
	expect(phone.context().trail).toEqual(['connect']);
	await phone.emulator.waitFor('Read from it: Can we connect? ordinary');
	await phone.close();
});

test('a message that says nothing is said to say nothing, and another one can follow; Esc gives it up', async () => {
	const phone = listening([]);
	await phone.emulator.waitFor('You may see');
	phone.press('m');
	await phone.emulator.waitFor('Paste an error message');
	phone.press('\r');
	await phone.emulator.waitFor('Nothing was pasted yet.');
	phone.press('it hurts');
	await phone.emulator.waitFor('it hurts');
	await phone.later();
	phone.press('\r');
	await phone.emulator.waitFor('Nothing in it is known to this article.');
	phone.press('\x1b');
	await phone.emulator.waitFor('You may see');
	expect(phone.context().findings).toEqual([]);
	expect(phone.context().asksOnly).toBe(false);
	await phone.close();
});

test('where nothing can be looked at a paste is nothing, and its letters are no keys', async () => {
	const phone = listening([told]);
	await phone.emulator.waitFor('You may see');
	phone.press('R');
	await phone.at('causes');
	await phone.emulator.waitFor('Causes and solutions');
	phone.press(stack.slice(0, 2_000).replaceAll('\n', '\r'));
	phone.press('\x1b[200~q\x1b[201~');
	await phone.later();
	phone.press('?');
	await phone.emulator.waitFor('Keys of kbwizard');
	expect(phone.shown).toEqual([]);
	await phone.close();
});

test('symptoms are seen, not seen and not known, by their numbers; and p says that there is no server here', async () => {
	const phone = listening([]);
	await phone.emulator.waitFor('1 ');
	phone.press('1');
	await phone.emulator.waitFor('1 seen: ');
	phone.press('1');
	await phone.emulator.waitFor('1 not seen: ');
	phone.press('p');
	await phone.emulator.waitFor('nobody connects: you are asked');
	expect(phone.emulator.screen()).toContain('p connect after all');
	expect(phone.emulator.screen()).not.toContain('slots not counted');
	expect(phone.ports.told).toEqual([{ type: 'stay away' }]);
	phone.press('1');
	phone.press('p');
	await phone.emulator.waitFor('p no server here');
	expect(phone.ports.told.at(-1)).toEqual({ type: 'come back' });
	const said = phone.ports.journalled.flatMap((entry) => (entry.kind === 'symptom' ? [entry.observed] : []));
	expect(said).toEqual([true, false, null]);
	await phone.close();
});
