import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lintArticle } from '../../src/article/lint.ts';
import { formatProblem } from '../../src/article/problems.ts';
import { lineOf, readFixture } from './read-fixture.ts';

/** Each file breaks one rule, named as the file; here, the line that lint must point to, and what it suggests. */
const broken: Readonly<Record<string, readonly [line: string, nearest: string | null]>> = {
	'bad-attribute': ['```sql check timeout=soon', null],
	'before-without-again': ['```sql check', null],
	'branch-syntax': ['- **no**: the cable', null],
	'cause-without-solution': ['### Too many clients', null],
	'control-character': ['Every session', null],
	'cure-syntax': ['2. Pray', null],
	'dead-link': ['Both ends', '#issue'],
	'duplicate-link': ['  not [A broken cable]', null],
	'duplicate-section': ['## Symptoms', null],
	'duplicate-slug': ['### Plug it in', null],
	'duplicate-verdict': ['- **free** (ok): {used} once more', null],
	'effect-without-verification': ['```terminate apply', null],
	'front-matter': ['keyword: [slots]', 'keywords'],
	'log-pattern': ['refused: (?=slots)', null],
	'misplaced-fence': ['```terminate apply', null],
	'missing-otherwise': ['- **no** (warning)', null],
	'missing-preview': ['```terminate apply', null],
	'missing-risk': ['### End idle clients', null],
	'no-article': ['# A letter', null],
	'parameter-syntax': ['- `age` (intervall)', 'interval'],
	'query-not-allowed': ['from pg_stat_activity join clients', null],
	'select-star': ['```sql preview', null],
	'severe-without-confirm': ['### End idle clients', null],
	'solution-in-branch': ['- **no** (warning)', null],
	'sql-syntax': ['from from pg_stat_activity', null],
	'threshold-syntax': ['Threshold: half', null],
	'two-next-checks': ['- **no** (warning)', null],
	'unknown-attribute': ['```sql check timout=5s', 'timeout'],
	'unknown-bearing': ['- **free** (ok)', null],
	'unknown-column': ['- **full** (critical)', 'used'],
	'unknown-fact': ['- **Interupts**', 'Interrupts'],
	'unknown-language': ['```terminat apply', 'terminate'],
	'unknown-name': ['```sql preview', 'age'],
	'unknown-provider': ['- **Not on**', 'azure'],
	'unknown-risk': ['- **Risk**', 'moderate'],
	'unknown-role': ['```sql chek', 'check'],
	'unknown-section': ['## Solution s', 'Solutions'],
	'unknown-server': ['```standby-proof apply', 'standby'],
	'unknown-severity': ['- **no** (waning)', 'warning'],
	'unknown-verdict': ['Verify:', 'free'],
	unreachable: ['### A broken cable', null],
	'verdict-list': ['- **half full**', null],
	'verify-syntax': ['Verify: all is well', null],
	'version-range': ['```sql check min=14 max=13', null],
	'way-without-not-on': ['- **On rds, azure**', null],
};

describe('lint', () => {
	test('has a broken article for each rule, and a rule for each broken article', () => {
		const files = readdirSync(new URL('../fixtures/articles/broken/', import.meta.url));
		expect(files.map((name) => name.replace(/\.md$/, '')).sort()).toEqual(Object.keys(broken).sort());
	});

	test.each(Object.entries(broken))('%s: exactly that, at its line', async (rule, [start, nearest]) => {
		const text = readFixture(`broken/${rule}`);
		const problems = await lintArticle(text, { path: `${rule}.md` });
		expect(problems.map(formatProblem)).toHaveLength(1);
		const [problem] = problems;
		expect(problem).toMatchObject({ rule, file: `${rule}.md` });
		expect(lineOf(text, problem?.line ?? 0).startsWith(start)).toBe(true);
		if (nearest !== null) expect(problem?.nearest).toBe(nearest);
	});

	test.each(['well-formed', 'published', 'published-steps'])('finds nothing wrong with %s', async (name) => {
		expect((await lintArticle(readFixture(name), { path: `${name}.md` })).map(formatProblem)).toEqual([]);
	});

	test('says file, line, expectation and the nearest name in one line', async () => {
		const [problem] = await lintArticle(readFixture('broken/unknown-risk'), { path: 'a/b.md' });
		expect(problem && formatProblem(problem)).toBe(
			'a/b.md:50: error: no risk is called modrate (unknown-risk); expected mild, moderate, severe; did you mean moderate?',
		);
	});
});

/** One check with this query, and branches for these verdicts. */
function articleWith(query: string, ...verdicts: readonly string[]): string {
	const branches = verdicts.map((verdict) => `- **${verdict}** (warning): so → [Cause](#cause)`).join('\n');
	return `## Checks\n\n### Check\n\n\`\`\`sql check\n${query}\n\`\`\`\n\n${branches}\n- **otherwise** (unknown): ?\n
## Causes\n\n### Cause\n\n1. [Way](#way)\n\n## Solutions\n\n### Way\n\nGo.\n`;
}

async function rulesOf(text: string): Promise<string[]> {
	return (await lintArticle(text, { path: 'x.md' })).map(({ rule }) => rule);
}

test('a threshold says something, and a sentence about thresholds is none', async () => {
	const withParagraph = (paragraph: string) =>
		articleWith("select 'a' as verdict", 'a').replace('\n\n```sql', `\n\n${paragraph}\n\n\`\`\`sql`);
	expect(await rulesOf(withParagraph('Threshold:'))).toEqual(['threshold-syntax']);
	expect(await rulesOf(withParagraph('**Threshold:** half of them.'))).toEqual([]);
	expect(await rulesOf(withParagraph('Threshold values differ.\n\nThreshold: half.'))).toEqual([]);
});

test('no parameter takes the name by which the command line knows a step', async () => {
	const text = articleWith("select 'a' as verdict", 'a').replace(
		'Go.',
		'- **Risk**: mild\n- `step` (name): which',
	);
	expect(await rulesOf(text)).toEqual(['parameter-syntax']);
});

describe('a preview of processes', () => {
	const withPreview = (preview: string, apply: string) =>
		readFixture('well-formed').replace(
			/```sql preview[\s\S]*?```\n\n```terminate apply fence=database/,
			`\`\`\`processes preview ${preview}\n\`\`\`\n\n\`\`\`${apply}`,
		);

	test('is narrowed down by parameters, and its processes are ended', async () => {
		expect(await rulesOf(withPreview('most=:limit database=:database', 'terminate apply'))).toEqual([]);
		expect(await rulesOf(withPreview('mots=:limit', 'terminate apply'))).toEqual(['unknown-attribute']);
		expect(await rulesOf(withPreview('most=:sessions', 'terminate apply'))).toEqual(['unknown-name']);
	});

	test('is for nothing else, and behind no fence', async () => {
		expect(await rulesOf(withPreview('most=:limit', 'terminate apply fence=database'))).toEqual([
			'misplaced-fence',
		]);
		expect(await rulesOf(withPreview('most=:limit', 'cancel apply'))).toEqual(['misplaced-fence']);
	});
});

describe('the verdict list against the query', () => {
	test('follows nested CASE, casts, coalesce and UNION', async () => {
		const query = `select case when true then case when false then 'a' else 'b'::text end else coalesce(null, 'c') end as verdict
			union all select 'd'`;
		expect(await rulesOf(articleWith(query, 'a', 'b', 'c', 'd'))).toEqual([]);
		expect(await rulesOf(articleWith(query, 'a', 'b', 'c'))).toEqual(['verdict-list']);
	});

	test('allows none, for no row, besides', async () => {
		expect(await rulesOf(articleWith("select 'a' as verdict where false", 'a', 'none'))).toEqual([]);
	});

	test.each([['select state as verdict from pg_stat_activity'], ["select 'a' as verdikt"]])(
		'refuses %s',
		async (query) => {
			expect(await rulesOf(articleWith(query, 'a'))).toContain('verdict-list');
		},
	);
});
