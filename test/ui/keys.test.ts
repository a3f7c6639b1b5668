import { expect, test } from 'vitest';
import { type Screen, screenOf } from '../../src/machine/screen.ts';
import type { Hand, KeyScene } from '../../src/ui/binding.ts';
import { bindingOf, dispatchKey, footerKeys } from '../../src/ui/dispatch-key.ts';
import { frameOf } from '../../src/ui/frame.ts';
import { helpBlocks } from '../../src/ui/help.ts';
import { keyTable } from '../../src/ui/keys.ts';
import { textOf } from './frame-text.ts';
import { type Stage, sighted, stage, toGentlePreview, ways } from './screens.ts';
import { at, Deferred, planOf, startedMs } from './scripted-ports.ts';

const names = Object.keys(ways) as readonly Screen['name'][];
const size = { columns: 120, rows: 60 };

const sceneOf = ({ session }: Stage): KeyScene => {
	const scene = session.scene(size, startedMs);
	return { ...scene, page: frameOf(scene).page };
};

const shownText = (shown: Stage): string => textOf(frameOf(shown.session.scene(size, startedMs))).join('\n');

function handOf({ actor, session }: Stage): Hand {
	return {
		send: (event) => actor.send(event),
		change: (change) => session.view.change(change),
		auto: (mode) => session.auto.set(mode),
		scroll: () => {},
		scrollPages: () => {},
		now: () => at,
		answeredBy: 'somebody',
		lookAtPaste: () => {},
		keepNote: () => {},
		showReport: () => {},
		leave: () => {},
	};
}

function press(shown: Stage, keys: string | readonly string[], alone = true): void {
	for (const key of keys) dispatchKey(handOf(shown), sceneOf(shown), key, alone);
}

const screenNow = ({ actor }: Stage): Screen['name'] => screenOf(actor.getSnapshot()).name;

test('on every screen the footer names exactly keys that work there, and help names all there are', async () => {
	for (const name of names) {
		const shown = stage();
		await ways[name](shown);
		const scene = sceneOf(shown);
		for (const { shown: key, label } of footerKeys(scene)) {
			const binding = keyTable.find(
				(candidate) =>
					candidate.shown === key && candidate.when(scene) && candidate.footer?.(scene) === label,
			);
			expect(binding, `${name}: ${key} ${label}`).toBeDefined();
			expect(bindingOf(scene, binding?.keys[0] ?? ''), `${name}: ${key}`).toBe(binding);
		}
		const help = JSON.stringify(helpBlocks(scene));
		for (const binding of keyTable) expect(help).toContain(binding.help);
		shown.close();
	}
});

test('from every screen there is a way on or out by a key in the footer', async () => {
	for (const name of names.filter((candidate) => candidate !== 'ended')) {
		const shown = stage();
		await ways[name](shown);
		expect(
			footerKeys(sceneOf(shown))
				.map((key) => key.label)
				.join(' '),
			name,
		).toMatch(/quit|back/);
		shown.close();
	}
});

test('Enter applies nothing, neither the severe plan nor the milder one', async () => {
	const severe = stage();
	await ways.preview(severe);
	press(severe, ['enter']);
	expect(screenNow(severe)).toBe('preview');
	expect(shownText(severe)).toContain('Nothing was done: type openiz first.');
	severe.close();

	const mild = stage();
	await toGentlePreview(mild);
	press(mild, ['enter']);
	expect(screenNow(mild)).toBe('preview');
	expect(shownText(mild)).toContain('Enter applies nothing: y does.');
	mild.close();
});

test('a wrong name says so, and the right one applies', async () => {
	const shown = stage();
	await ways.preview(shown);
	press(shown, [...'openizz', 'enter']);
	expect(screenNow(shown)).toBe('preview');
	expect(shownText(shown)).toContain('That is not the name. Nothing was done.');
	press(shown, [...'openizq', 'backspace', 'enter']);
	expect(screenNow(shown)).toBe('applying');
	expect(shown.ports.journalled).toContainEqual({ kind: 'consent', plan: 'plan of disconnect', typed: true });
	shown.close();
});

test('letters are letters while a name is typed, and Esc goes back', async () => {
	const shown = stage();
	await ways.preview(shown);
	press(shown, [...'qbya']);
	expect(shownText(shown)).toContain('Name: qbya');
	press(shown, ['esc']);
	expect(screenNow(shown)).toBe('solution');
	shown.close();
});

test('y applies a milder plan, but not as a part of something pasted', async () => {
	const shown = stage();
	await toGentlePreview(shown);
	press(shown, [...'yes'], false);
	expect(screenNow(shown)).toBe('preview');
	press(shown, ['y']);
	expect(screenNow(shown)).toBe('applying');
	shown.close();
});

test('an answer is chosen by its number, or by the arrows and Enter; "I don\'t know" is one', async () => {
	const byNumber = stage();
	await ways.asking(byNumber);
	press(byNumber, ['2']);
	expect(byNumber.actor.getSnapshot().context.findings.at(-1)).toMatchObject({
		check: 'since-when',
		verdict: 'always',
		answeredBy: 'somebody',
	});
	byNumber.close();

	const byArrows = stage();
	await ways.asking(byArrows);
	press(byArrows, ['down', 'down', 'down', 'enter']);
	const { findings, notSeen } = byArrows.actor.getSnapshot().context;
	expect(findings.map(({ check }) => check)).not.toContain('since-when');
	expect(notSeen).toMatchObject([{ check: 'since-when', why: 'whoever was asked does not know' }]);
	byArrows.close();
});

test('a number beyond the list does nothing', async () => {
	const shown = stage();
	await ways.asking(shown);
	press(shown, ['9']);
	expect(screenNow(shown)).toBe('asking');
	shown.close();
});

test('a parameter is typed, or its suggestion taken; an unknown one says what is wrong', async () => {
	const shown = stage();
	await ways.parameter(shown);
	expect(shownText(shown)).toContain('There is no database of that name.');
	press(shown, ['enter']);
	expect(shown.actor.getSnapshot().context.parameters).toEqual({ database: 'openiz' });
	shown.close();
});

test('Tab asks for another value of the plan, also where a name is typed; what is typed plans again', async () => {
	for (const way of [ways.preview, ways['no plan']]) {
		const shown = stage();
		await way(shown);
		press(shown, ['tab']);
		expect(screenNow(shown)).toBe('parameter');
		expect(shownText(shown)).toContain('Which?');
		press(shown, [...'audit', 'tab']);
		expect(shownText(shown)).toContain('Enter takes what is typed');
		press(shown, ['enter']);
		expect(screenNow(shown)).toBe('planning');
		expect(shown.actor.getSnapshot().context.parameters).toEqual({ database: 'audit' });
		shown.close();
	}
});

test('Esc leads from a value that is asked anew to its plan, not out of it', async () => {
	const shown = stage();
	await ways.preview(shown);
	shown.ports.planning = new Deferred();
	press(shown, ['tab', ...'aud', 'esc']);
	expect(screenNow(shown)).toBe('planning');
	expect(shown.actor.getSnapshot().context.parameters).toEqual({});
	shown.ports.planning.resolve({ kind: 'plan', plan: planOf('disconnect', { confirm: 'openiz' }) });
	await shown.to(null, 'preview');
	shown.close();
});

test('a secret that did not do can be tried again without being typed again', async () => {
	const shown = stage();
	await ways.parameter(shown);
	const asked = shown.actor.getSnapshot().context.planned;
	if (asked?.kind !== 'parameter') throw new Error('nothing is asked');
	press(shown, [...'host=x']);
	shown.ports.planning = new Deferred();
	press(shown, ['enter']);
	shown.ports.planning.resolve({ ...asked, secret: true, suggestion: null, problem: 'x has less' });
	await shown.to(null, 'parameter');
	expect(shownText(shown)).toMatch(/x has less[\s\S]*Enter alone takes the one that was given before/);
	press(shown, ['enter']);
	expect(screenNow(shown)).toBe('planning');
	expect(shown.actor.getSnapshot().context.parameters).toEqual({ [asked.name]: 'host=x' });
	shown.close();
});

test('a change is not left half way: quitting waits, Ctrl-C asks once more', async () => {
	const shown = stage();
	await ways.applying(shown);
	let left = 0;
	const hand: Hand = { ...handOf(shown), leave: () => (left += 1) };
	dispatchKey(hand, sceneOf(shown), 'q', true);
	expect(shownText(shown)).toContain('cannot be left half way');
	dispatchKey(hand, sceneOf(shown), 'y', true);
	dispatchKey(hand, sceneOf(shown), 'ctrl-c', true);
	expect(left).toBe(0);
	expect(shownText(shown)).toContain('press Ctrl-C again');
	dispatchKey(hand, sceneOf(shown), 'ctrl-c', true);
	expect(left).toBe(1);
	shown.close();
});

test('leaving with a change in force asks, and says what stays', async () => {
	const shown = stage();
	await ways.held(shown);
	press(shown, ['q']);
	expect(screenNow(shown)).toBe('held');
	expect(shownText(shown)).toContain('the connection limit of openiz (was -1)');
	press(shown, ['esc']);
	expect(shownText(shown)).toContain('it holds');
	press(shown, ['q', 'y']);
	expect(screenNow(shown)).toBe('ended');
	shown.close();
});

test('after it was taken back nothing is asked', async () => {
	const shown = stage();
	await ways.undone(shown);
	press(shown, ['q']);
	expect(screenNow(shown)).toBe('ended');
	shown.close();
});

test('waiting for a slot is offered where it helps, and stopped by a key', async () => {
	const shown = stage(sighted);
	await ways['waiting for a slot'](shown);
	press(shown, ['x']);
	expect(screenNow(shown)).toBe('finding');
	expect(shown.ports.told).toContainEqual({ type: 'stop waiting' });
	press(shown, ['w']);
	expect(screenNow(shown)).toBe('waiting for a slot');
	shown.close();
});
