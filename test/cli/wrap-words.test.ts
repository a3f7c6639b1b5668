import { expect, test } from 'vitest';
import { wrapWords } from '../../src/cli/wrap-words.ts';

test('lines are broken between words, and a word is never broken', () => {
	expect(wrapWords('a short line\nand one that is too long', 14)).toBe(
		'a short line\nand one that\nis too long',
	);
	expect(wrapWords('Logs /a/long/path/to/them', 10)).toBe('Logs\n/a/long/path/to/them');
	expect(wrapWords('', 10)).toBe('');
});
