import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toTerminal } from '../../src/ui/markdown.ts';
import { textWidth } from '../../src/ui/text-width.ts';

const plain = (markdown: string, width = 60): string => toTerminal(markdown, { width, color: false });

test('a quotation is wrapped to the room that it has', () => {
	const words = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ');
	const lines = plain(`> **Corrected.** ${words}`).split('\n');
	for (const line of lines.slice(0, -1)) expect(line.length).toBeGreaterThan(50);
	for (const line of lines) expect(line).toMatch(/^ {2}\S.{0,57}$/);
});

describe('markdown in a terminal', () => {
	test('shows formatting without its marks, in list items too', () => {
		expect(plain('# Title\n\nSome **bold** `code`.\n\n- item **bold** and `code`\n- [x] done')).toBe(
			'Title\n\nSome bold code.\n\n  * item bold and code\n  * [X]  done',
		);
	});

	test('wraps paragraphs and list items at the width, items below their first word', () => {
		const text = plain(`${'word '.repeat(30)}\n\n- ${'item '.repeat(30)}\n  1. ${'deep '.repeat(20)}`, 40);
		const lines = text.split('\n');
		expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
		expect(lines.filter((line) => line.includes('item'))).toSatisfy((items: string[]) =>
			items.slice(1).every((line) => line.startsWith('    item')),
		);
	});

	test('keeps code as it is, and goes on in the next line where it is too long', () => {
		expect(plain('```sql\nselect 1\n  from x -- &gt; **no**\n```')).toBe(
			'  select 1\n    from x -- &gt; **no**',
		);
		expect(plain(`\`\`\`\n${'x'.repeat(50)}\n\`\`\``, 30).split('\n')).toEqual([
			`  ${'x'.repeat(28)}`,
			`  ${'x'.repeat(22)}`,
		]);
	});

	test('lays a table out in columns, whose cells go on below where the screen is narrow', () => {
		const table =
			'| when | what |\n| --- | --- |\n| 14:00 | **97** of 97 slots are taken |\n| 14:01 | `free` |';
		expect(plain(table)).toBe('when   what\n14:00  97 of 97 slots are taken\n14:01  free');
		expect(plain(table, 24)).toBe('when   what\n14:00  97 of 97 slots\n       are taken\n14:01  free');
		expect(plain('|  |  |\n| --- | --- |\n| Host | db1 |')).toBe('Host  db1');
	});

	test('says a table a row at a time where its columns have no room', () => {
		const titles = ['client_addr', 'usename', 'first_opened', 'note'];
		const cells = ['10.0.0.1', 'ims', '2026-12-01T05:59:55.21118Z', '–'];
		const table = `| ${titles.join(' | ')} |\n|${' --- |'.repeat(4)}\n| ${cells.join(' | ')} |`;
		expect(plain(table, 40)).toBe(
			'* client_addr 10.0.0.1, usename ims,\n  first_opened\n  2026-12-01T05:59:55.21118Z',
		);
	});

	test('no table is wider than the screen, and none leaves a style open', () => {
		const cell = fc.stringMatching(/^[a-z*`_ 漢字é😀]{0,60}$/u);
		fc.assert(
			fc.property(
				fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 4 }),
				fc.integer({ min: 20, max: 90 }),
				(rows, width) => {
					const markdown = `| a | b | c |\n| --- | --- | --- |\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`;
					for (const line of toTerminal(markdown, { width, color: true }).split('\n')) {
						expect(textWidth(stripVTControlCharacters(line))).toBeLessThanOrEqual(width);
						const codes = [...line.matchAll(/\x1b\[(\d+)m/g)].map(([, code]) => Number(code));
						expect(codes.length % 2, 'each style that is opened is closed').toBe(0);
					}
				},
			),
			{ numRuns: 150 },
		);
	});

	test('decodes character references in text once', () => {
		expect(plain('a \\(b\\) ---&gt; c&#x20;&amp;amp; d')).toBe('a (b) ---> c &amp; d');
	});

	test('names where a link outside leads, and not an anchor', () => {
		expect(plain('[here](#x) and [there](https://a.example/b)')).toBe('here and there (https://a.example/b)');
	});

	test('leaves emoji names and times alone', () => {
		expect(plain(':smile: at 10:30:40')).toBe(':smile: at 10:30:40');
	});

	test('has colour only where it is asked for, and each line its own', () => {
		const markdown = `**${'bold '.repeat(20)}end**`;
		expect(plain(markdown)).not.toContain('\x1b');
		const lines = toTerminal(markdown, { width: 40, color: true }).split('\n');
		expect(lines.length).toBeGreaterThan(1);
		for (const line of lines) expect(line).toMatch(/^\x1b\[1m.*\x1b\[22m$/);
		expect(lines.map(stripVTControlCharacters).join('\n')).toBe(plain(markdown, 40));
	});

	test.each([
		'a \x1b[2J\x1b]0;title\x07 b',
		'a &#27;[2J&#x9b;2J b',
		'`a \x1b[2J b`',
		'[a](x&#27;[2J)',
		'<b \x1b[2J>',
	])('obeys nothing that the text says to the terminal: %j', (markdown) => {
		for (const color of [true, false]) {
			expect(toTerminal(markdown, { width: 60, color }).replace(/\x1b\[\d+m/g, '')).not.toMatch(
				/[\x00-\x09\x0b-\x1f\x7f-\x9f]/,
			);
		}
	});
});
