import { expect, test } from 'vitest';
import { placeholders } from '../../src/article/placeholders.ts';
import { plainInline, plainText } from '../../src/article/plain-text.ts';

test.each([
	['**Bold**, _soft_, `code` and [a link](#x)', 'Bold, soft, code and a link'],
	['Npgsql \\(0x80004005\\): a ---&gt; b&#x20;&amp; c', 'Npgsql (0x80004005): a ---> b & c'],
	['`a &gt; b`', 'a &gt; b'],
	['two\nlines  \nand a break', 'two lines and a break'],
	['* one\n* two\n  * three', 'one two three'],
	['# Title\n\nText ![picture](x.png) <!-- hidden --> end', 'Title Text picture end'],
	['a &#27;[31m red &#x202e; b &#0;', 'a [31m red b \ufffd'],
	['&unknown; stays', '&unknown; stays'],
	['', ''],
])('%j reads %j', (markdown, text) => {
	expect(plainText(markdown)).toBe(text);
});

test('what is known to be inline has no list in it', () => {
	expect(plainInline('1. The first')).toBe('1. The first');
});

test('placeholders are named once, in order', () => {
	expect(placeholders('{used} of {usable}, {used} {not this} {2} {}')).toEqual(['used', 'usable']);
});
