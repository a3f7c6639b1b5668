import fc from 'fast-check';
import { marked } from 'marked';
import { expect, test } from 'vitest';
import { PlanError, readSavedPlan, stepsOf } from '../../src/report/read-saved-plan.ts';
import { planToMarkdown, type SavedPlan, toSavedPlan } from '../../src/report/saved-plan.ts';
import { sessionReport } from '../../src/report/session-report.ts';
import { anArticle } from './a-diagnosis.ts';
import { aSession } from './a-session.ts';

const article = anArticle();

function aPlan(changes: Partial<SavedPlan> = {}): SavedPlan {
	const report = sessionReport({
		session: '20261122-140000-qkzm',
		records: aSession,
		article,
		tool: { name: 'kbwizard', version: '0.1.0' },
		writtenAt: '2026-11-22T14:30:00.000Z',
	});
	return {
		...toSavedPlan(report, article, ['shrink-them', 'no-such'], { password: 'x' }, 'jane'),
		notes: ['not before the evening'],
		...changes,
	};
}

function refusal(read: () => unknown): PlanError {
	try {
		read();
	} catch (error) {
		if (error instanceof PlanError) return error;
		throw error;
	}
	throw new Error('it was not refused');
}

test('a plan comes back as it was saved, through mail that changes line ends', () => {
	const plan = aPlan();
	for (const text of [
		planToMarkdown(plan),
		planToMarkdown(plan).replaceAll('\n', '\r\n'),
		`\ufeff${planToMarkdown(plan)}\n\n`,
	])
		expect(readSavedPlan(text)).toEqual({ plan, edited: false });
});

test('a reader without the program sees what is to be done, and that nothing happens by itself', () => {
	const markdown = planToMarkdown(aPlan());
	expect(markdown).toContain('1. **Shrink them** (moderate)');
	expect(markdown).toContain('not before the evening');
	expect(markdown).toContain('kbwizard open PLAN.md');
	expect(markdown).toContain('does nothing by itself');
});

test('its readable part changed and the other not, or the other way round, is noticed', () => {
	const text = planToMarkdown(aPlan());
	expect(readSavedPlan(text.replace('1. **Shrink them**', '1. **Restart everything**')).edited).toBe(true);
	expect(readSavedPlan(text.replace('"not before the evening"', '"at once"')).edited).toBe(true);
});

test.each([
	['an empty file', '', 'not-a-plan'],
	['something else', '# Shopping\n\n- milk\n', 'not-a-plan'],
	['a plan cut in half', planToMarkdown(aPlan()).slice(0, -40), 'not-a-plan'],
	['JSON that is not whole', planToMarkdown(aPlan()).replace('"steps"', '"ste'), 'plan-damaged'],
	[
		'a step without a solution',
		planToMarkdown(aPlan()).replace('"solution": "shrink-them"', '"a": 1'),
		'plan-damaged',
	],
	[
		'one of a newer version',
		planToMarkdown(aPlan()).replace('kbwizard.plan/1"', 'kbwizard.plan/9"'),
		'plan-newer',
	],
] as const)('%s is refused, with what to do', (_, text, code) => {
	const error = refusal(() => readSavedPlan(text));
	expect(error.code).toBe(code);
	expect(error.next.length).toBeGreaterThan(0);
});

test('only solutions of that very text of the article are followed', () => {
	const plan = aPlan();
	expect(stepsOf(plan, article)).toMatchObject([{ solution: 'shrink-them', of: { id: 'shrink-them' } }]);
	const other = { ...plan, article: { ...plan.article, sha256: '0'.repeat(64) } };
	expect(refusal(() => stepsOf(other, article)).code).toBe('plan-of-another-article');
	const [step] = plan.steps;
	if (step === undefined) throw new Error('the plan of this test is empty');
	const unknown = { ...plan, steps: [{ ...step, solution: 'drop-everything' }] };
	expect(refusal(() => stepsOf(unknown, article)).message).toContain('no solution drop-everything');
	const smuggled = { ...plan, steps: [{ ...step, parameters: { password: 'x' } }] };
	expect(refusal(() => stepsOf(smuggled, article)).message).toContain('takes no value “password”');
});

test('whatever a plan says stays text: for the reader, and for the terminal', () => {
	const hostile = fc.oneof(
		fc.string({ unit: 'binary' }),
		fc.constantFrom(
			'```\n<script>alert(1)</script>',
			'````json kbwizard-plan\n{}\n````',
			'<img src=x onerror=alert(1)>',
			'[x](javascript:alert(1))',
			'\u001b]0;owned\u0007',
			'\u202egnirts',
		),
	);
	fc.assert(
		fc.property(hostile, hostile, (note, by) => {
			const markdown = planToMarkdown(aPlan({ by, notes: [note] }));
			expect(marked.parse(markdown.slice(0, markdown.indexOf('## For the program')))).not.toMatch(
				/<(?:script|img|a)\b/,
			);
			const { plan } = readSavedPlan(markdown);
			expect(`${plan.by}${plan.notes.join('')}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
			expect(plan.steps).toHaveLength(1);
		}),
		{ numRuns: 300, seed: 8 },
	);
});
