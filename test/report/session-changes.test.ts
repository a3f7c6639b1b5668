/** What became of a change, as the records of its session, and of others, tell it. */
import { expect, test } from 'vitest';
import type { Plan, Verified } from '../../src/machine/ports.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { sessionReport } from '../../src/report/session-report.ts';
import type { IntentEntry, JournalEntry, JournalRecord } from '../../src/session/record.ts';
import { anArticle, aServer, full } from './a-diagnosis.ts';

const session = '20261122-140000-qkzm';
const other = '20261121-090000-zzzz';

const plan: Plan = {
	id: 'p1',
	solution: 'shrink-them',
	parameters: {},
	confirm: null,
	rows: [],
	statements: [],
	diff: null,
	consequences: [],
	undoable: ['the connection limit of role ims_app'],
	server: aServer,
	plannedAt: '2026-11-22T14:00:00.000Z',
};

const verified: Verified = {
	check: full.check,
	verdict: 'free',
	severity: 'ok',
	text: '40 of 97 slots are taken',
	held: true,
	proof: 'login',
	samples: [],
	before: {},
	after: {},
	note: null,
};

const intent = (changes: Partial<IntentEntry> = {}): IntentEntry => ({
	kind: 'intent',
	plan: 'p1',
	solution: 'shrink-them',
	effect: 'connection-limit',
	object: 'role ims_app',
	old: -1,
	set: 11,
	inverse: { effect: 'connection-limit', kind: 'role', name: 'ims_app', before: -1 },
	statement: null,
	...changes,
});
const fence = intent({
	effect: 'fence',
	object: 'database openiz',
	set: 0,
	inverse: { effect: 'connection-limit', kind: 'database', name: 'openiz', before: -1 },
});
const outcome = (of: number): JournalEntry => ({
	kind: 'outcome',
	intent: of,
	status: 'done',
	why: null,
	rows: [],
});
const lifted = (of: number, by: 'fix' | 'guardian' | 'undo', whose = session): JournalEntry => ({
	kind: 'lifted',
	of: whose,
	intent: of,
	by,
	why: null,
});

/** The first entry is record 2: a plan stands before them. */
function reportOf(...entries: readonly JournalEntry[]) {
	const all: readonly JournalEntry[] = [{ kind: 'plan', plan }, ...entries];
	const records = all.map(
		(entry, index): JournalRecord => ({
			v: 1,
			session,
			seq: index + 1,
			prev: null,
			at: `2026-11-22T14:00:${String(index).padStart(2, '0')}.000Z`,
			...entry,
		}),
	);
	return sessionReport({
		session,
		records: [
			...records.slice(0, 1),
			{
				v: 1,
				session,
				seq: 1,
				prev: null,
				at: '2026-11-22T14:00:00.000Z',
				kind: 'finding',
				finding: full,
			},
			...records.slice(1),
		],
		article: anArticle(),
		tool: { name: 'kbwizard', version: '0.1.0' },
		writtenAt: '2026-11-22T14:01:00.000Z',
	});
}

const line = (report: ReturnType<typeof reportOf>, label: string) =>
	report.summary.find((each) => each.label === label)?.text;

test('what a person says of a change stands beside what was measured, and the first line believes the person', () => {
	const proof: JournalEntry = { kind: 'verified', solution: 'shrink-them', verified };
	const measured = reportOf(intent(), outcome(2), proof);
	expect(measured.changes[0]?.outcome).toBe('held');
	expect(line(measured, 'State')).toMatch(/^OK – 40 of 97/);

	const unhelped = reportOf(intent(), outcome(2), proof, {
		kind: 'helped',
		solution: 'shrink-them',
		helped: false,
	});
	expect(unhelped.changes[0]).toMatchObject({ outcome: 'held, but did not help', helped: false });
	expect(line(unhelped, 'State')).toMatch(/^CRITICAL – 97 of 97 .*did not help, as a person said$/);
	expect(line(unhelped, 'Done')).toBe('Shrink them: held, but did not help');
});

test('what was tried is not advised next, and says in the list what came of it', () => {
	const proof: JournalEntry = {
		kind: 'verified',
		solution: 'shrink-them',
		verified: { ...verified, held: false, severity: 'critical' },
	};
	const failed = reportOf(intent(), outcome(2), proof);
	expect(line(failed, 'Next')).not.toContain('Shrink them');
	expect(toMarkdown(failed)).toMatch(/^\d\. Shrink them \(.*\); tried: did not hold$/m);
	expect(line(reportOf(), 'Next')).toBe('Shrink them');
	const held = reportOf(intent(), outcome(2), { ...proof, verified });
	expect(line(held, 'Next')).toBe('see whether it lasts');
});

test("a change of another session with the same number is not this one's", () => {
	const report = reportOf(intent(), outcome(2), lifted(2, 'undo', other));
	expect(report.changes[0]?.undone).toBeNull();
	expect(toMarkdown(report)).toContain(`kbwizard undo ${session}`);
	expect(reportOf(intent(), outcome(2), lifted(2, 'undo')).changes[0]?.undone?.undone).toEqual([
		'the connection limit of role ims_app (by kbwizard undo)',
	]);
});

test('a fence is lifted as a part of the change, whoever does it; the change itself stands', () => {
	const report = (by: 'fix' | 'guardian') =>
		reportOf(fence, outcome(2), intent(), outcome(4), lifted(2, by)).changes[0];
	expect(report('fix')?.done.at(-1)).toEqual({
		what: 'lift the fence of database openiz',
		status: 'done',
		why: null,
	});
	expect(report('guardian')?.done.at(-1)?.why).toBe('by the guardian process');
	expect(report('guardian')?.undone).toBeNull();
	expect(reportOf(fence, outcome(2)).changes[0]?.done.at(-1)).toMatchObject({
		what: 'lift the fence of database openiz',
		status: 'unknown',
	});
});

test('of a change that was taken back in part, the rest is said to be in force', () => {
	const role = intent({ object: 'role reports' });
	const report = reportOf(intent(), outcome(2), role, outcome(4), lifted(2, 'undo'));
	expect(report.changes[0]?.undone?.skipped).toEqual([
		{
			what: 'the connection limit of role reports: no limit → 11',
			why: 'it is in force still: kbwizard undo takes it back',
		},
	]);
	expect(toMarkdown(report)).toContain('- left as it is: the connection limit of role reports');
});

test('the latest stands last, whoever did it', () => {
	const byHand: JournalEntry = { kind: 'step', solution: 'raise-it', step: 'raise-it', outcome: 'done' };
	const by = (...entries: readonly JournalEntry[]) => reportOf(...entries).changes.map((each) => each.by);
	expect(by(byHand, intent(), outcome(3))).toEqual(['person', 'tool']);
	expect(by(intent(), outcome(2), byHand)).toEqual(['tool', 'person']);
});
