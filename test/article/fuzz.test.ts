import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileArticle } from '../../src/article/compile.ts';
import { lintArticle } from '../../src/article/lint.ts';
import { readFixture } from './read-fixture.ts';

const seed = 53300;
const sources = ['well-formed', 'published', 'published-steps', 'broken/dead-link'].map(readFixture);

/** Pieces that mean something in the format, so that random text gets deep into the compiler. */
const pieces = [
	...[
		'\n',
		'\n\n',
		'## Checks\n\n',
		'### A?\n\n',
		'#### Step\n\n',
		'## Solutions\n',
		'**Cause:**',
		'- ',
		'  - say: ',
		'1. ',
	],
	...[
		'```sql check again=5s\n',
		'```sql preview\n',
		'```terminate apply fence=x\n',
		'```\n',
		'```log check\na: (b\n```\n',
	],
	...[
		'**full** (critical): {x} → ',
		'**otherwise** (unknown): ',
		'[a](#a)',
		'not [b](#b), ',
		'Verify: ',
		'By hand: ',
		'Threshold: ',
		'->',
	],
	...[
		'- **Risk**: severe\n',
		'- `x` (integer 9 to 1): ',
		"select :'a'::int as verdict",
		'&#27;',
		'\u202e',
		'\u0000',
		'---\n',
		'\\(',
	],
	...['| a |\n|--|\n', '<b>', '> ', '    ', '\t', '*', '_', '`', '[', '](', '{', '}', 'é😀', '\ud800'],
];

/** A valid article with some of its text replaced, removed, doubled, or moved. */
const mutated = fc
	.tuple(
		fc.constantFrom(...sources),
		fc.array(
			fc.record({
				at: fc.double({ min: 0, max: 1, noNaN: true }),
				length: fc.nat({ max: 60 }),
				how: fc.constantFrom('cut', 'insert', 'double', 'keep only'),
				text: fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 12 })),
			}),
			{ minLength: 1, maxLength: 12 },
		),
	)
	.map(([source, changes]) =>
		changes.reduce((text, { at, length, how, text: piece }) => {
			const from = Math.floor(at * text.length);
			const part = text.slice(from, from + length);
			if (how === 'cut') return text.slice(0, from) + text.slice(from + length);
			if (how === 'insert') return text.slice(0, from) + piece + text.slice(from);
			if (how === 'double') return text.slice(0, from) + part + part + text.slice(from + length);
			return text.length > 400 ? text.slice(0, from + 200) : text;
		}, source),
	);

const assembled = fc.array(fc.constantFrom(...pieces), { maxLength: 120 }).map((parts) => parts.join(''));

test('300 damaged articles: an article or errors, never a crash or a hang', () => {
	let whole = 0;
	fc.assert(
		fc.property(fc.oneof({ arbitrary: mutated, weight: 3 }, { arbitrary: assembled, weight: 1 }), (text) => {
			const started = performance.now();
			const { article, problems } = compileArticle(text, { path: 'fuzz.md' });
			expect(performance.now() - started).toBeLessThan(5_000);
			const lines = text.split(/\r\n?|\n/).length;
			for (const { line } of problems) {
				expect(line).toBeGreaterThanOrEqual(1);
				expect(line).toBeLessThanOrEqual(lines);
			}
			if (article === null) {
				expect(problems.some(({ severity }) => severity === 'error')).toBe(true);
				return;
			}
			whole += 1;
			for (const { branches } of article.checks) expect(branches.at(-1)?.verdict).toBe('otherwise');
			const nodes = [...article.checks, ...article.causes, ...article.solutions].map(({ id }) => id);
			expect(new Set(nodes).size).toBe(nodes.length);
			for (const { cures } of article.causes)
				for (const cure of cures) expect(nodes).toContain(cure.solution);
		}),
		{ numRuns: 300, seed },
	);
	// Else the mutations are so rough that nothing but errors is tried.
	expect(whole).toBeGreaterThan(20);
});

test('lint says something about damaged articles too, and does not throw', async () => {
	await fc.assert(
		fc.asyncProperty(mutated, async (text) => {
			expect(Array.isArray(await lintArticle(text, { path: 'fuzz.md' }))).toBe(true);
		}),
		{ numRuns: 60, seed },
	);
});

test.each([
	'- '.repeat(5_000),
	'> '.repeat(5_000),
	'['.repeat(20_000),
	'*a '.repeat(20_000),
	'`'.repeat(20_000),
	`## Checks\n\n### A\n\n- ${'**x** (ok): → '.repeat(3_000)}`,
	`---\n${'a: &a [*a]\n'.repeat(10)}---\n`,
	`---\na: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, n) => `b${n}: &b${n} [*${n === 0 ? 'a' : `b${n - 1}`},*${n === 0 ? 'a' : `b${n - 1}`},*${n === 0 ? 'a' : `b${n - 1}`}]\n`).join('')}---\n`,
	'|a'.repeat(5_000),
	'## Symptoms\n\n'.repeat(3_000),
])('hostile text %# ends quickly', (text) => {
	const started = performance.now();
	const { article, problems } = compileArticle(text, { path: 'hostile.md' });
	expect(article !== null || problems.length > 0).toBe(true);
	expect(performance.now() - started).toBeLessThan(10_000);
});

test('what is too long or too deep is said, not tried', () => {
	const rules = (text: string): string[] =>
		compileArticle(text, { path: 'x.md' }).problems.map(({ rule }) => rule);
	expect(rules(`## Symptoms\n\n- a\n\n${'long '.repeat(500_000)}`)).toContain('too-long');
	expect(rules('> '.repeat(20_000))).toContain('too-deep');
});
