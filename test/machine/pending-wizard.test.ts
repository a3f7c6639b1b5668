import { describe, expect, test } from 'vitest';
import { waitFor } from 'xstate';
import type { DriverEvent } from '../../src/machine/context.ts';
import type { DrivenSnapshot } from '../../src/machine/driven.ts';
import { createPendingWizard } from '../../src/machine/pending-wizard.ts';
import { createWizardActor } from '../../src/machine/run.ts';
import { connectionOf, screenOf } from '../../src/machine/screen.ts';
import { articleOf, sample } from './sample-articles.ts';
import { scriptedPorts } from './scripted-ports.ts';
import { observed } from './walker.ts';

const at = '2026-11-22T14:00:00.000Z';

const published = articleOf({
	checks: [],
	causes: [],
	solutions: [],
	symptoms: [{ id: 'it-is-slow', text: 'it is slow', check: null, line: 1, children: [] }],
});

/** Everything that a driver can say. */
const words: readonly DriverEvent[] = [
	{ type: 'next' },
	{ type: 'back' },
	{ type: 'again' },
	{ type: 'skip' },
	{ type: 'answer', verdict: 'otherwise', by: 'somebody', at },
	{ type: 'leave' },
	{ type: 'ask only', only: true },
	{ type: 'symptom', symptom: 's', observed: true, by: 'somebody' },
	{ type: 'answers', answers: [], by: 'somebody', at },
	{ type: 'conclude' },
	{ type: 'wait for a slot' },
	{ type: 'stop waiting' },
	{ type: 'choose', solution: 'none' },
	{ type: 'start' },
	{ type: 'set', name: 'n', value: 'v' },
	{ type: 'confirm', plan: 'p', typed: null },
	{ type: 'done' },
	{ type: 'did not help' },
	{ type: 'helped' },
	{ type: 'undo' },
	{ type: 'finish' },
];

/** What a screen sees of a snapshot. */
const seen = (snapshot: DrivenSnapshot) => ({
	context: snapshot.context,
	screen: screenOf(snapshot),
	connection: connectionOf(snapshot),
	tags: (['waiting', 'busy', 'ended'] as const).filter((tag) => snapshot.hasTag(tag)),
	hears: words.filter((word) => snapshot.can(word)).map(({ type }) => type),
});

/** Looks, and never sees anything. */
const forEver = () => scriptedPorts({ observe: () => new Promise(() => {}) });

describe.each([
	['an article with checks', sample],
	['a published article', published],
	['an article without anything', articleOf({ checks: [], causes: [], solutions: [], symptoms: [] })],
])('in place of the machine of %s', (_, article) => {
	test.each([
		['nothing', []],
		['to go on', ['next']],
		['to leave', ['finish']],
		['to go on, then to leave', ['next', 'finish']],
	] as const)('what is seen is the same when %s was said', (_, said) => {
		const real = createWizardActor(article, forEver(), { startedAt: at });
		const pending = createPendingWizard({ article, startedAt: at });
		real.start();
		for (const type of said) {
			real.send({ type });
			pending.send({ type });
		}
		// Without a check there is nothing to look at: the causes come at once, which only the machine knows.
		const unknown = article.checks.length === 0 && article.symptoms.length === 0 && said[0] === 'next';
		if (!unknown) expect(seen(pending.getSnapshot())).toEqual(seen(real.getSnapshot()));
		real.stop();
	});
});

test('what is said beforehand is known at once, and said to the machine', () => {
	const pending = createPendingWizard({ article: published, startedAt: at });
	const real = createWizardActor(published, forEver(), { startedAt: at });
	const said: readonly DriverEvent[] = [
		{ type: 'ask only', only: true },
		{ type: 'symptom', symptom: 'it-is-slow', observed: false, by: 'somebody' },
		{
			type: 'answers',
			by: 'somebody',
			at,
			answers: [{ check: 'it-is-slow', verdict: 'yes', recognised: 'the words of the symptom' }],
		},
	];
	for (const event of said) pending.send(event);
	const before = seen(pending.getSnapshot());
	pending.handOver(real);
	expect(seen(pending.getSnapshot())).toEqual(before);
	expect(before.context).toMatchObject({
		asksOnly: true,
		symptoms: { 'it-is-slow': false },
		findings: [{ check: 'it-is-slow', verdict: 'yes', source: 'person' }],
	});
	real.stop();
});

test('the machine hears what was said before it was there, and nobody is shown the beginning again', async () => {
	const ports = scriptedPorts({ observe: () => observed('full') });
	const real = createWizardActor(sample, ports, { startedAt: at });
	const pending = createPendingWizard({ article: sample, startedAt: at });
	const screens: string[] = [];
	pending.subscribe((snapshot) => screens.push(screenOf(snapshot).name));
	pending.send({ type: 'next' });
	pending.send({ type: 'confirm', plan: 'p', typed: null });
	pending.handOver(real);
	await waitFor(real, (snapshot) => screenOf(snapshot).name === 'finding');
	expect(screens.filter((name, index) => name !== screens[index - 1])).toEqual(['looking', 'finding']);
	expect(pending.getSnapshot()).toBe(real.getSnapshot());
	pending.send({ type: 'finish' });
	expect(screenOf(real.getSnapshot()).name).toBe('ended');
	real.stop();
});

test('a check that was stopped meanwhile is asked about', () => {
	const real = createWizardActor(sample, forEver(), { startedAt: at });
	const pending = createPendingWizard({ article: sample, startedAt: at });
	pending.send({ type: 'next' });
	pending.send({ type: 'skip' });
	expect(pending.getSnapshot().can({ type: 'skip' })).toBe(false);
	pending.handOver(real);
	expect(screenOf(pending.getSnapshot()).name).toBe('asking');
	real.stop();
});

test('who has left is not followed by the machine, and who stopped listening is not told', () => {
	const real = createWizardActor(sample, forEver(), { startedAt: at });
	const pending = createPendingWizard({ article: sample, startedAt: at });
	let told = 0;
	const { unsubscribe } = pending.subscribe(() => {
		told += 1;
	});
	unsubscribe();
	pending.send({ type: 'finish' });
	pending.handOver(real);
	expect(told).toBe(0);
	expect(real.getSnapshot().status).toBe('active');
	expect(pending.getSnapshot().hasTag('ended')).toBe(true);
	expect(screenOf(real.getSnapshot()).name).toBe('intro');
});
