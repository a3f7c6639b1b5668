/** What an earlier run knew, or what was seen before a break: it counts, is marked, and is looked at again. */
import { expect, onTestFinished, test } from 'vitest';
import { diagnose } from '../../src/machine/drive.ts';
import type { Finding, Staleness } from '../../src/machine/finding.ts';
import type { Observation } from '../../src/machine/ports.ts';
import { decisiveFindings } from '../../src/machine/rank.ts';
import { createWizardActor } from '../../src/machine/run.ts';
import { sample } from './sample-articles.ts';
import { scriptedPorts } from './scripted-ports.ts';
import { observed } from './walker.ts';

const [first, second] = sample.checks;
if (first === undefined || second === undefined) throw new Error('the sample has two checks');

function before(check: string, source: Finding['source'] = 'live', stale?: Staleness): Finding {
	const branch = sample.checks.find(({ id }) => id === check)?.branches[0];
	return {
		check,
		verdict: branch?.verdict ?? '',
		severity: branch?.severity ?? 'unknown',
		text: 'as it was',
		source,
		at: '2026-11-21T09:00:00.000Z',
		durationMs: 1,
		sql: null,
		answeredBy: source === 'person' ? 'ada' : null,
		facts: {},
		rows: [],
		error: null,
		grant: null,
		...(stale === undefined ? {} : { stale }),
	};
}

const absent: Observation = { kind: 'absent', why: 'no log was given', grant: null };

function running(answer: (check: string) => Observation) {
	const ports = scriptedPorts({ observe: ({ check }) => answer(check.id) });
	const actor = createWizardActor(sample, ports, {
		startedAt: '2026-11-22T14:00:00.000Z',
		findings: [before(first?.id ?? '', 'live', 'resumed'), before(second?.id ?? '', 'live', 'resumed')],
	});
	onTestFinished(() => {
		actor.stop();
	});
	actor.start();
	const walk = () =>
		diagnose(actor, {
			answers: new Map(),
			answeredBy: 'nobody',
			waitForSlot: false,
			now: () => '2026-11-22T14:00:00.000Z',
		});
	const known = () => actor.getSnapshot().context.findings.map(({ check, stale = null }) => [check, stale]);
	const journalled = () => ports.journalled.map((entry) => entry.kind);
	return { actor, ports, walk, known, journalled };
}

test('what can be looked at again is, and what cannot stays and is marked', async () => {
	const { walk, known, ports, actor } = running((check) =>
		check === second.id ? absent : observed(first.branches[0]?.verdict ?? ''),
	);
	await walk();
	expect(known()).toContainEqual([first.id, null]);
	expect(known()).toContainEqual([second.id, 'resumed']);
	expect(known().filter(([check]) => check === first.id)).toHaveLength(1);
	// It was told when it was seen.
	const told = ports.journalled.flatMap((entry) => (entry.kind === 'finding' ? [entry.finding.check] : []));
	expect(told).not.toContain(second.id);
	expect(actor.getSnapshot().context.notSeen.map(({ check }) => check)).toContain(second.id);
	actor.send({ type: 'again' });
	await walk();
	expect(known()).toContainEqual([second.id, 'resumed']);
});

test('a break makes all of it stale, and is told once', async () => {
	const { actor, walk, known, journalled } = running(() => observed('otherwise'));
	await walk();
	expect(known().map(([, stale]) => stale)).toEqual(known().map(() => null));
	actor.send({ type: 'outdated', why: 'slept' });
	expect(known().map(([, stale]) => stale)).toEqual(known().map(() => 'slept'));
	const findings = journalled().filter((kind) => kind === 'finding').length;
	actor.send({ type: 'outdated', why: 'disconnected' });
	expect(known().map(([, stale]) => stale)).toEqual(known().map(() => 'slept'));
	expect(journalled().filter((kind) => kind === 'outdated')).toHaveLength(1);
	actor.send({ type: 'again' });
	await walk();
	expect(known().map(([, stale]) => stale)).toEqual(known().map(() => null));
	expect(journalled().filter((kind) => kind === 'finding')).toHaveLength(2 * findings);
});

test('who says it now decides before what was seen then', () => {
	const live = before(first.id, 'live', 'resumed');
	const said = { ...before(first.id, 'person'), verdict: 'otherwise' };
	expect(decisiveFindings([live, said])).toEqual([said]);
	expect(decisiveFindings([said, live])).toEqual([said]);
	const now = before(first.id);
	expect(decisiveFindings([now, said])).toEqual([now]);
});

test('that nothing can be written down is known until it can', () => {
	const { actor } = running(() => absent);
	const failure = { code: 'ENOSPC', routine: null, layer: null, message: 'the disk is full', next: [] };
	actor.send({ type: 'journal.failed', failure });
	expect(actor.getSnapshot().context.journalFailure).toEqual(failure);
	actor.send({ type: 'journal.failed', failure: null });
	expect(actor.getSnapshot().context.journalFailure).toBeNull();
});
