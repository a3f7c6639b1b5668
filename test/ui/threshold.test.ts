/** What a check compares with stands where its verdict can be looked into. */
import { expect, test } from 'vitest';
import type { Observation } from '../../src/machine/ports.ts';
import { article } from './article.ts';
import { play } from './in-emulator.ts';
import { world } from './screens.ts';
import { observed } from './scripted-ports.ts';

const comparing = {
	...article,
	checks: article.checks.map((check) =>
		check.id === 'slots' ? { ...check, threshold: 'nearly full from **80 %** of the slots.' } : check,
	),
};

const counted = { used: 97, usable: 97 };

async function playing(slots: Observation) {
	const ports = world();
	ports.observations.set('slots', slots);
	const played = play({ ports, article: comparing });
	await played.emulator.waitFor('You may see');
	played.press('R');
	await played.emulator.waitFor('Solutions');
	played.press('b');
	await played.emulator.waitFor('pools of');
	played.press('b');
	await played.emulator.waitFor('97 of 97 slots are taken');
	return played;
}

test('beside the query that decided', async () => {
	const { emulator, press, close } = await playing(observed('full', { facts: counted }));
	press('s');
	await emulator.waitFor('Threshold: nearly full from 80 % of the slots.');
	press('\x1b');
	await emulator.waitFor('What it means');
	press('e');
	await emulator.waitFor('Evidence: 0 rows');
	expect(emulator.screen()).not.toContain('Threshold');
	await close();
});

test('beside the evidence, where no query decided', async () => {
	const { emulator, press, close } = await playing(
		observed('full', { facts: counted, sql: null, source: 'log' }),
	);
	press('e');
	await emulator.waitFor('Threshold: nearly full from 80 % of the slots.');
	await close();
});
