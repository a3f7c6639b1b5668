import { expect, test } from 'vitest';
import { waitFor } from 'xstate';
import type { Article } from '../../src/article/article.ts';
import type { DriverEvent } from '../../src/machine/context.ts';
import { createWizardActor } from '../../src/machine/run.ts';
import { screenOf } from '../../src/machine/screen.ts';
import { longArticle, sample } from './sample-articles.ts';
import { scriptedPorts } from './scripted-ports.ts';
import { absent, appliedAs, observed, planId, planOf, verifiedAs } from './walker.ts';

/** A small seeded generator (mulberry32), so that a walk that fails can be walked again. */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

async function walk(article: Article, seed: number): Promise<{ steps: number; screens: string[] }> {
	const random = seeded(seed);
	const oneOf = <T>(first: T, ...others: readonly T[]): T =>
		others[Math.floor(random() * (others.length + 1)) - 1] ?? first;
	const breaks = (): boolean => random() < 0.1;
	const ports = scriptedPorts({
		observe: ({ check }) => {
			if (breaks()) throw new Error('the source broke');
			const [first, ...others] = check.branches.map(({ verdict }) => observed(verdict, { used: 1 }));
			return oneOf(absent, ...(first === undefined ? [] : [first, ...others]));
		},
		fixes: {
			plan: async ({ solution, step }) => {
				if (breaks()) throw new Error('the planner broke');
				return oneOf(
					{ kind: 'plan', plan: planOf(solution.id, step) },
					{ kind: 'plan', plan: planOf(solution.id, step) },
					{ kind: 'nothing to do', why: 'nobody' },
					{ kind: 'unavailable', why: 'a pooler', next: [] },
					{ kind: 'by hand', why: 'it is not ours', instructions: ['Ask whose it is.'] },
					{
						kind: 'parameter',
						name: 'database',
						question: '?',
						suggestion: null,
						choices: [],
						secret: false,
						problem: null,
					},
				);
			},
			apply: async () => {
				if (breaks()) throw new Error('the server went away');
				return appliedAs(oneOf('done', 'partly', 'nothing'));
			},
			verify: async () => oneOf(null, verifiedAs(true), verifiedAs(false)),
		},
		command: (command, report) => {
			if (command.type === 'wait') {
				report({
					type: 'connection.waiting',
					attempt: 1,
					nextInMs: 1,
					failure: { code: '53300', routine: null, layer: null, message: '', next: [] },
				});
			}
		},
	});
	const actor = createWizardActor(article, ports, { startedAt: '2026-11-22T14:00:00.000Z' });
	actor.start();
	const screens: string[] = [];
	for (let steps = 0; steps < 200; steps += 1) {
		const snapshot = await waitFor(
			actor,
			(state) => !state.hasTag('busy') || screenOf(state).name === 'waiting for a slot',
		);
		const screen = screenOf(snapshot);
		screens.push(screen.name);
		if (snapshot.hasTag('ended')) {
			actor.stop();
			return { steps, screens };
		}
		const solution = article.solutions[Math.floor(random() * article.solutions.length)]?.id ?? '';
		const check = 'check' in screen ? article.checks.find(({ id }) => id === screen.check) : undefined;
		const said: DriverEvent[] = [
			{ type: 'next' },
			{ type: 'next' },
			{ type: 'back' },
			{ type: 'again' },
			{ type: 'skip' },
			{ type: 'leave' },
			{ type: 'wait for a slot' },
			{ type: 'stop waiting' },
			{ type: 'choose', solution },
			{ type: 'start' },
			{ type: 'set', name: 'database', value: 'openiz' },
			{
				type: 'confirm',
				plan: screen.name === 'preview' ? planId(screen.solution, screen.step) : '',
				typed: oneOf('openiz', 'wrong'),
			},
			{ type: 'done' },
			{ type: 'helped' },
			{ type: 'did not help' },
			{ type: 'undo' },
			...(check?.branches ?? []).map(
				({ verdict }) => ({ type: 'answer', verdict, by: 'me', at: '' }) as const,
			),
		];
		// Whoever has walked far enough goes home: that must be possible from everywhere.
		const possible = steps > 60 ? [{ type: 'finish' } as const] : said.filter((event) => snapshot.can(event));
		const [first, ...others] = possible;
		if (first !== undefined) actor.send(oneOf(first, ...others));
		else actor.send({ type: 'finish' });
	}
	actor.stop();
	return { steps: 200, screens };
}

/** A thousand walks are pure computation: a machine that is busy with other things takes its time for them. */
const walksMs = 300_000;

test('1,000 seeded walks all end, and see every screen', { timeout: walksMs }, async () => {
	const seen = new Set<string>();
	const long = longArticle(12);
	for (let seed = 1; seed <= 1_000; seed += 1) {
		const { steps, screens } = await walk(seed % 4 === 0 ? long : sample, seed);
		expect([seed, steps < 200, screens.at(-1)]).toEqual([seed, true, 'ended']);
		for (const screen of screens) seen.add(screen);
	}
	for (const screen of [
		'intro',
		'asking',
		'finding',
		'causes',
		'solution',
		'parameter',
		'preview',
		'no plan',
		'not applied',
		'step',
		'step done',
		'by hand',
		'did it help',
		'held',
		'did not hold',
		'undone',
		'waiting for a slot',
		'ended',
	]) {
		expect(seen).toContain(screen);
	}
});
