import { expect, test } from 'vitest';
import { compileArticle } from '../../src/article/compile.ts';
import { fillTemplate } from '../../src/machine/facts.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { knownFindings, sessionReport } from '../../src/report/session-report.ts';
import type { JournalEntry, JournalRecord } from '../../src/session/record.ts';
import { kb008 } from '../content/kb008.ts';
import { full } from './a-diagnosis.ts';

test('steps that a person did are named as the article names them', () => {
	const text =
		'# HS900 - Rollers\n\n**Purpose:** Clean.\n\n**Steps:**\n\n1. Open the lid\n2. Wipe the rollers\n';
	const { article } = compileArticle(text, { path: 'hs900.md' });
	if (article === null) throw new Error('the article of this test is broken');
	const [solution] = article.solutions;
	if (solution === undefined) throw new Error('the article of this test has no solution');
	const records = solution.steps.map(
		(step, index): JournalRecord => ({
			v: 1,
			session: '20261122-140000-qkzm',
			seq: index + 1,
			prev: null,
			at: '2026-11-22T14:00:00.000Z',
			kind: 'step',
			solution: solution.id,
			step: step.id,
			outcome: 'done',
		}),
	);
	const common = {
		v: 1,
		session: '20261122-140000-qkzm',
		prev: null,
		at: '2026-11-22T14:00:00.000Z',
	} as const;
	records.push({
		...common,
		seq: records.length + 1,
		kind: 'verified',
		solution: solution.id,
		verified: {
			check: 'rollers',
			verdict: 'clean',
			severity: 'ok',
			text: fillTemplate('{role} is within its limit', { role: 'ims_app' }),
			held: true,
			proof: 'arithmetic',
			samples: [],
			before: {},
			after: {},
			note: null,
		},
	});
	const markdown = toMarkdown(
		sessionReport({
			session: '20261122-140000-qkzm',
			records,
			article,
			tool: { name: 'kbwizard', version: '0.1.0' },
			writtenAt: '2026-11-22T14:01:00.000Z',
		}),
	);
	expect(markdown).toContain('- done: Open the lid\n- done: Wipe the rollers\n');
	expect(markdown).toContain('Nothing was looked at.');
	// As a reader of Markdown sees it: `ims_app`, escaped once.
	expect(markdown).toContain('ims\\_app is within');
});

test('what was seen before a break is marked, what was seen again is not, and what asks otherwise now is gone', () => {
	const session = '20261122-140000-qkzm';
	let seq = 0;
	const record = (entry: JournalEntry): JournalRecord => {
		seq += 1;
		return { v: 1, session, seq, prev: null, at: `2026-11-22T14:00:0${seq}.000Z`, ...entry };
	};
	const finding = (check: string): JournalEntry => ({ kind: 'finding', finding: { ...full, check } });
	const checks = kb008().checks.map(({ id }) => id);
	const [first = '', second = '', third = ''] = checks;
	const records = [
		record(finding(first)),
		record(finding(second)),
		record(finding(third)),
		record({
			kind: 'resumed',
			article: { sha256: 'cd', checks: {} },
			tool: { name: 'kbwizard', version: '0.2.0' },
			host: 'here',
			user: 'ada',
			dropped: [second],
		}),
		record(finding(third)),
	];
	const staleIn = (known: readonly JournalRecord[]) =>
		Object.fromEntries(knownFindings(known).map(({ check, stale = null }) => [check, stale]));
	expect(staleIn(records)).toEqual({ [first]: 'resumed', [third]: null });
	expect(staleIn([...records, record({ kind: 'outdated', why: 'slept' })])).toEqual({
		[first]: 'resumed',
		[third]: 'slept',
	});
	const report = sessionReport({
		session,
		records,
		article: kb008(),
		tool: { name: 'kbwizard', version: '0.2.0' },
		writtenAt: '2026-11-22T14:01:00.000Z',
	});
	expect(report.diagnosis.findings.map(({ check, stale }) => [check, stale])).toEqual([
		[first, 'resumed'],
		[third, null],
	]);
	const markdown = toMarkdown(report);
	expect(
		markdown.match(/^Stale: seen before the session was resumed, and not again since\.$/gm),
	).toHaveLength(1);
});
