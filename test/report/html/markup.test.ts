import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginsFormula } from '../../../src/report/formula.ts';
import { css, documentOf, h, join } from '../../../src/report/html/markup.ts';

const page = (body: ReturnType<typeof h>): string =>
	documentOf({ lang: 'en', title: 'x', styles: [css`p { color: red; }`], body }).replace(
		/[\s\S]*<body>\n([\s\S]*)\n<\/body>[\s\S]*/,
		'$1',
	);

/** Of characters that mean something to a parser, and some that do not. */
const anyText = fc.string({
	unit: fc.constantFrom(...'<>"\'&;/!-=# a', '\0', '\u202e', '\ud800', '\u{1f512}'),
});

describe('an element', () => {
	test('takes every string for text, in its content and in its attributes', () => {
		expect(page(h('p', { id: `"'><b>` }, '<b>&amp;</b>', 3, null, h('em', {}, '"x"')))).toBe(
			'<p id="&quot;&#39;&gt;&lt;b&gt;">&lt;b&gt;&amp;amp;&lt;/b&gt;3<em>&quot;x&quot;</em></p>',
		);
	});

	test('leaves out what a reader would not see, and what turns text around', () => {
		expect(page(h('p', {}, 'a\u202eb\u200bc\x1b[31md\0e\u2066f'))).toBe('<p>abcdef</p>');
	});

	test('is not made of data that looks like one', () => {
		const forged = JSON.parse('{"markup": "<script>1</script>", "lead": ""}');
		expect(() => h('p', {}, forged)).toThrow(TypeError);
	});

	test('keeps any text to itself', () => {
		fc.assert(
			fc.property(anyText, (text) => {
				const inner = page(h('p', { id: text }, text)).replace(/^<p id="([^"]*)">([\s\S]*)<\/p>$/, '$1 $2');
				expect(inner).not.toMatch(/[<>"]/);
			}),
		);
	});
});

describe('a cell that a spreadsheet would run', () => {
	test.each(['=1+1', '+1+cmd', '-2+3', '@SUM(A1)', '  =1', '\t=1', '\u00a0=1', '＝1+1', '-- x'])(
		'%j',
		(text) => {
			expect(beginsFormula(text)).toBe(true);
			expect(page(h('td', {}, text))).toMatch(/^<td>&#39;/);
		},
	);

	test.each(['idle', '-5', '+03:00', '1e-5', '–', 'a=b', ''])('%j is none', (text) => {
		expect(beginsFormula(text)).toBe(false);
		expect(page(h('td', {}, text))).not.toContain('&#39;');
	});

	test('is found in whatever it is wrapped, and marked once', () => {
		expect(page(h('td', {}, null, '', h('code', {}, '=1')))).toBe('<td>&#39;<code>=1</code></td>');
		expect(page(h('li', {}, h('p', {}, join('=1'))))).toBe('<li><p>&#39;=1</p></li>');
	});

	test('but a diff stays as it is', () => {
		expect(page(h('pre', {}, h('code', {}, '-a\n+b')))).toBe('<pre><code>-a\n+b</code></pre>');
	});
});
