import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillFile, namesInFile } from '../../src/article/file-text.ts';
import { lintArticle } from '../../src/article/lint.ts';
import { readFixture } from './read-fixture.ts';

test('names stand in single quotes, in double quotes, or bare', () => {
	expect(namesInFile(`:"database" = host=:'host' port=:port, :port`)).toEqual(['database', 'host', 'port']);
});

test('a colon in the text of a file means nothing', () => {
	const text = 'at 12:30 a:b ::1 C:\\x http://x:80/ key: value';
	expect(namesInFile(text)).toEqual([]);
	expect(fillFile(text, {})).toBe(text);
});

test('each value is written for what it is', () => {
	const text = `:"database" = host=:'host' port=:port`;
	expect(fillFile(text, { database: 'o"d', host: "o'h", port: 5432 })).toBe(`"o""d" = host='o''h' port=5432`);
});

test('a line with a column is written for each row, equal ones once', () => {
	const rows = [
		{ database: 'a', size: 4 },
		{ database: 'b', size: 4 },
	];
	expect(
		fillFile(':"database" = x\nsize = :size\nport = :port', { port: 1, database: 'not this' }, rows),
	).toBe('"a" = x\n"b" = x\nsize = 4\nport = 1');
});

test.each([
	[':x', 'a b'],
	[':x', '1;2'],
	[':x', 'a=b'],
	[':x', ''],
	[`:'x'`, 'a\nb'],
	[`:"x"`, 'a\rb'],
	[`:"x"`, 'a\u2028b'],
	[`:'x'`, 'a\\b'],
	[':x', null],
])('%s cannot be %j', (text, x) => {
	expect(() => fillFile(text, { x })).toThrow(expect.objectContaining({ parameter: 'x' }));
});

test('no value ends its place: what is written is read back, on the same line', () => {
	const any = fc.string({ unit: 'grapheme' });
	fc.assert(
		fc.property(any, any, (x, y) => {
			let text: string;
			try {
				text = fillFile(`a = :'x' b = :"y";`, { x, y });
			} catch {
				return;
			}
			const [, single = '', double = ''] = /^a = '((?:[^']|'')*)' b = "((?:[^"]|"")*)";$/u.exec(text) ?? [];
			expect([single.replaceAll("''", "'"), double.replaceAll('""', '"')]).toEqual([x, y]);
		}),
	);
});

test.each([
	['write apply mode=0640', 'bad-attribute'],
	['write apply path=:age mode=rw', 'bad-attribute'],
	['pooler apply', 'bad-attribute'],
	['write apply path=:age', 'unknown-name'],
])('lint tells %s', async (info, rule) => {
	const text = readFixture('well-formed').replace(
		/^```terminate apply fence=database$/m,
		`\`\`\`${info}\nsize = :nothing_gives_it\n\`\`\`\n\n$&`,
	);
	expect((await lintArticle(text, { path: 'x.md' })).map((problem) => problem.rule)).toContain(rule);
});
