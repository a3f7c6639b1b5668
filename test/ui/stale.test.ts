/** What was seen before a break, and that nothing can be written down, as the screens say it. */
import { expect, onTestFinished, test } from 'vitest';
import { createWizardActor } from '../../src/machine/run.ts';
import { frameOf } from '../../src/ui/frame.ts';
import { toTerminal } from '../../src/ui/markdown.ts';
import { createUiSession } from '../../src/ui/session.ts';
import { article } from './article.ts';
import { textOf } from './frame-text.ts';
import { atScreen, type Stage, sighted, stage, ways, world } from './screens.ts';
import { absent, observed, startedMs } from './scripted-ports.ts';

const textAt = ({ session }: Pick<Stage, 'session'>, now: number): string =>
	textOf(frameOf(session.scene({ columns: 80, rows: 24 }, now)))
		.join('\n')
		.replaceAll(/\s+/g, ' ');

const hour = 3_600_000;

function resumed() {
	const ports = world();
	ports.observations.set('slots', absent('there is no session'));
	const findings = [
		{
			check: 'slots',
			verdict: 'full',
			severity: 'critical',
			text: '97 of 97 slots are taken',
			source: 'live',
			at: new Date(startedMs - 14 * hour).toISOString(),
			durationMs: 1,
			sql: null,
			answeredBy: null,
			facts: { used: 97, usable: 97 },
			rows: [],
			error: null,
			grant: null,
			stale: 'resumed',
		},
	] as const;
	const actor = createWizardActor(article, ports, {
		startedAt: new Date(startedMs).toISOString(),
		findings,
	});
	const session = createUiSession({
		wizard: actor,
		article,
		env: sighted,
		version: '0.1.0',
		target: null,
		answeredBy: 'somebody',
		now: () => startedMs,
		loadProse: () => Promise.resolve(toTerminal),
	});
	actor.start();
	onTestFinished(() => {
		session.close();
		actor.stop();
	});
	return { actor, session };
}

test('a resumed session says how old its answers are, where one is asked and among the causes', async () => {
	const shown = resumed();
	const { actor } = shown;
	expect(textAt(shown, startedMs)).toContain('1 answer of 14 h ago is known, and stale');
	actor.send({ type: 'next' });
	await atScreen(actor, 'finding');
	actor.send({ type: 'next' });
	await atScreen(actor, 'asking');
	actor.send({ type: 'leave' });
	await atScreen(actor, 'asking');
	const asked = textAt(shown, startedMs);
	expect(asked).toContain('97 of 97 slots are taken');
	expect(asked).toContain('Stale: seen 14 h ago, before the session was resumed.');
	actor.send({ type: 'leave' });
	await atScreen(actor, 'finding');
	actor.send({ type: 'next' });
	await atScreen(actor, 'causes');
	const causes = textAt(shown, startedMs);
	expect(causes).toContain('1 answer is stale: seen 14 h ago, before the session was resumed. g looks again');
	expect(causes).toContain('(stale)');
	const transcript = JSON.stringify(shown.session.transcript.get());
	expect(transcript).not.toContain('undefined');
});

test('after a sleep the finding on the screen says so, until it is looked at again', async () => {
	const shown = stage();
	onTestFinished(shown.close);
	shown.ports.observations.set('connect', observed('connected'));
	await shown.to({ type: 'next' }, 'finding');
	expect(textAt(shown, startedMs)).not.toContain('Stale');
	shown.actor.send({ type: 'outdated', why: 'slept' });
	expect(textAt(shown, startedMs + 8 * hour)).toContain('Stale: seen 8 h ago, before this computer slept.');
	shown.actor.send({ type: 'again' });
	await shown.to(null, 'finding');
	expect(textAt(shown, startedMs)).not.toContain('Stale');
});

test('on whatever page, it is in sight that nothing is written down', async () => {
	const failure = {
		code: 'ENOSPC',
		routine: null,
		layer: null,
		message: 'could not write the journal /x: the disk is full',
		next: [],
	};
	for (const name of ['intro', 'finding', 'causes', 'preview'] as const) {
		const shown = stage();
		try {
			await ways[name](shown);
			shown.actor.send({ type: 'journal.failed', failure });
			expect(textAt(shown, startedMs), name).toContain('Not written down: could not write the journal /x');
			shown.actor.send({ type: 'journal.failed', failure: null });
			expect(textAt(shown, startedMs), name).not.toContain('Not written down');
		} finally {
			shown.close();
		}
	}
});
