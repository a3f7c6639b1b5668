import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asciiGlyphs, unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { inlineSpans } from '../../src/ui/inline.ts';
import { layOutTable } from '../../src/ui/lay-out-table.ts';
import { looksOf } from '../../src/ui/looks.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { plain, type Span, strong } from '../../src/ui/span.ts';
import { textWidth, truncated } from '../../src/ui/text-width.ts';
import { wrapSpans } from '../../src/ui/wrap-spans.ts';
import { sighted } from './screens.ts';

const textOf = (spans: readonly Span[]): string => spans.map(({ text }) => text).join('');

test('lines are never wider than asked for, and no word is lost', () => {
	const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), { maxLength: 12 });
	fc.assert(
		fc.property(words, fc.integer({ min: 4, max: 60 }), (texts, columns) => {
			const spans = texts.map((text, index) => (index % 2 === 0 ? plain : strong)(`${safeText(text)} `));
			const lines = wrapSpans(spans, columns).map(textOf);
			for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
			expect(lines.join('').replaceAll(' ', '')).toBe(textOf(spans).replaceAll(' ', ''));
		}),
		{ numRuns: 300, seed: 8 },
	);
});

test('a word that changes its tone in the middle stays together', () => {
	const lines = wrapSpans([plain('there are '), strong('97'), plain('. Then')], 12).map(textOf);
	expect(lines).toEqual(['there are', '97. Then']);
});

test('wide characters count twice', () => {
	expect(wrapSpans([plain('数据库数据库')], 6).map(textOf)).toEqual(['数据库', '数据库']);
	expect(truncated('数据库', 5, '…')).toBe('数据…');
});

test('a table gives way where it is widest, and becomes sentences where it does not fit', () => {
	const table = {
		titles: ['pid', 'application'],
		rows: [[plain('4711'), plain('a very long name of an application that nobody needs in full')]],
	};
	const at = (columns: number) =>
		layOutTable(table, looksOf(sighted, { columns, rows: 24 }), columns)
			.map(textOf)
			.map((line) => line.trimEnd());
	expect(at(60)[1]).toMatch(/^4711 {2}a very long name .*…$/);
	for (const line of at(60)) expect(textWidth(line)).toBeLessThanOrEqual(60);
	expect(at(40).join(' ').replaceAll(/\s+/g, ' ')).toContain('pid 4711, application a very long name');
});

test('a finding is Markdown whose values are text', () => {
	expect(textOf(inlineSpans('`a` of **b** is \\*not\\* bold &amp; [a link](#x)'))).toBe(
		'a of b is *not* bold & a link',
	);
});

test('what a person is to write into a file keeps its tags', () => {
	expect(
		textOf(inlineSpans('copy the <add name="x"> of <connectionStrings>,<br>then <!-- not this --> go on')),
	).toBe('copy the <add name="x"> of <connectionStrings>, then   go on');
});

test('every glyph has a likeness in ASCII', () => {
	expect(Object.keys(asciiGlyphs)).toEqual(Object.keys(unicodeGlyphs));
	for (const glyph of Object.values(asciiGlyphs)) expect(glyph).toMatch(/^[\x20-\x7e]+$/);
});
