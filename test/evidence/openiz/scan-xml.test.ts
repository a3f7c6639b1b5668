import { expect, test } from 'vitest';
import { scanXml, valueOffsets } from '../../../src/evidence/openiz/scan-xml.ts';

test('elements and attributes stand where they are written', () => {
	const text = `<a x = 'one' >\r\n <b y="2"/>t<c><!-- <d/> --></c ></a>`;
	const { root, comments } = scanXml(text);
	expect(text.slice(root.start, root.end)).toBe(text);
	expect(root.children.map(({ start, end }) => text.slice(start, end))).toEqual([
		'<b y="2"/>',
		'<c><!-- <d/> --></c >',
	]);
	expect(root.attributes.map(({ valueStart, valueEnd }) => text.slice(valueStart, valueEnd))).toEqual([
		'one',
	]);
	expect(comments).toEqual([' <d/> ']);
});

test('a value is read with its references replaced, and each unit of it is found again', () => {
	const text = `<a v="1&amp;2&#x41;\r\n&#128512;\t'>"/>`;
	const [attribute] = scanXml(text).root.attributes;
	if (attribute === undefined) throw new Error('it has an attribute');
	expect(attribute.value).toBe(`1&2A 😀 '>`);
	const offsets = valueOffsets(text, attribute);
	expect(offsets).toHaveLength(attribute.value.length + 1);
	expect(text.slice(offsets[1], offsets[2])).toBe('&amp;');
	expect(text.slice(offsets[3], offsets[4])).toBe('&#x41;');
	expect(text.slice(offsets[4], offsets[5])).toBe('\r\n');
	expect(text.slice(offsets[5], offsets[7])).toBe('&#128512;');
	expect(offsets.at(-1)).toBe(attribute.valueEnd);
});

test.each([
	['<a>', '<a> is not closed', 1, 1],
	['<a></b>', '</b> where </a> is due', 1, 4],
	['</a>', '</a> closes nothing', 1, 1],
	['<a/><b/>', 'a second root element', 1, 5],
	['<a/>\nx', 'text outside the root element', 2, 1],
	['<a b="1" b="2"/>', 'the attribute b stands there twice', 1, 10],
	['<a b="1"c="2"/>', 'a blank is missing before an attribute', 1, 9],
	['<a b/>', 'the attribute b has no value', 1, 4],
	['<a b=1/>', 'the value of b has no quotes', 1, 6],
	['<a b="1/>', 'the value of b is not closed', 1, 6],
	['<a b="<"/>', '“<” in an attribute’s value', 1, 7],
	['<a b="&"/>', '“&” that begins no reference', 1, 7],
	['<a b="&nbsp;"/>', '“&” that begins no reference', 1, 7],
	['<a>&x;</a>', '“&” that begins no reference', 1, 4],
	['<a>&#0;</a>', 'a reference to a character that there is not', 1, 4],
	['<a>&#7;</a>', 'a reference to a character that XML does not allow', 1, 4],
	['<a>&#xD800;</a>', 'a reference to a character that there is not', 1, 4],
	['<a>]]></a>', '“]]>” in text', 1, 4],
	['<a>\x07</a>', 'a character that XML does not allow', 1, 4],
	['<a><!-- -- --></a>', '“--” inside a comment', 1, 9],
	['<a><!-- ', 'a comment that is not closed', 1, 4],
	['<a><![CDATA[', 'a CDATA section that is not closed', 1, 4],
	['<![CDATA[]]><a/>', 'CDATA outside the root element', 1, 1],
	['<a><?xml version="1.0"?></a>', 'a processing instruction that is not allowed here', 1, 4],
	['<a><?p', 'a processing instruction that is not closed', 1, 4],
	[' <?xml version="1.0"?><a/>', 'a processing instruction that is not allowed here', 1, 2],
	['<?xml encoding="utf-8"?><a/>', 'an XML declaration that cannot be read', 1, 1],
	['<!DOCTYPE a><a/>', 'a DOCTYPE, which is not read here', 1, 1],
	['<a>\r\n< b/></a>', '“<” that begins no tag', 2, 1],
	['<a', '<a> is not closed', 1, 1],
	['', 'there is no element', 1, 1],
])('%j is refused: %s', (text, message, line, column) => {
	expect(() => scanXml(text)).toThrow(
		expect.objectContaining({ message: expect.stringContaining(message), line, column }),
	);
});
