import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { Lexer } from 'marked';
import { expect, test } from 'vitest';
import { compileArticle } from '../../src/article/compile.ts';
import { inlineTokens, simpleTokens } from '../../src/article/inline-tokens.ts';

const marked = (markdown: string) => Lexer.lexInline(markdown, { gfm: true });

const words = fc.array(
	fc.oneof(
		{
			weight: 4,
			arbitrary: fc.constantFrom('slots', '97 of 97', ' ', '\n', 'é–…', '(0x8)', ': ', '---', '"', "'"),
		},
		{
			weight: 2,
			arbitrary: fc.constantFrom('`', '`x`', '`a_b *c*`', '` `', '[', ']', '](#a-b)', '#', '.', '|'),
		},
		{
			weight: 1,
			arbitrary: fc.constantFrom('*', '_', '~', '<', '>', '&amp;', '!', '\\', 'www.', 'http://a', 'x@y.z'),
		},
		{ weight: 1, arbitrary: fc.string({ maxLength: 3 }) },
	),
	{ maxLength: 12 },
);

test('what is read without marked is exactly what marked reads', () => {
	let simple = 0;
	fc.assert(
		fc.property(
			fc.oneof(
				words,
				words.map((inside) => ['[', ...inside, '](#a-b)']),
			),
			(pieces) => {
				const markdown = pieces.join('');
				const tokens = simpleTokens(markdown);
				if (tokens === null) return;
				simple += 1;
				expect(tokens).toEqual(marked(markdown));
			},
		),
		{ numRuns: 20_000 },
	);
	// The property would hold of a function that reads nothing.
	expect(simple).toBeGreaterThan(1_000);
});

test('whatever it takes, the tokens are marked’s', () => {
	fc.assert(
		fc.property(words, (pieces) => {
			expect(inlineTokens(pieces.join(''))).toEqual(marked(pieces.join('')));
		}),
	);
});

test('all that the first frame of the shipped article shows is read without marked', async () => {
	const path = fileURLToPath(
		new URL('../../content/kb008-postgresql-connections-fail-with-block-message.md', import.meta.url),
	);
	const { article } = compileArticle(await readFile(path, 'utf8'), { path });
	const symptoms = article?.symptoms.flatMap((symptom) => [symptom, ...symptom.children]) ?? [];
	const shown = [article?.title ?? '', article?.issue ?? '', ...symptoms.map(({ text }) => text)];
	expect(shown.length).toBeGreaterThan(4);
	expect(shown.filter((text) => simpleTokens(text) === null)).toEqual([]);
});
