/** Every drawn character, and what stands for it on a terminal that has only ASCII. */
import type { Severity } from '../article/article.ts';

export type Glyphs = Readonly<
	Record<
		| Severity
		| 'pointer'
		| 'bullet'
		| 'arrow'
		| 'used'
		| 'free'
		| 'rule'
		| 'bar'
		| 'ellipsis'
		| 'dash'
		| 'upDown'
		| 'caret'
		| 'notSeen',
		string
	>
>;

export const unicodeGlyphs: Glyphs = {
	ok: '✔',
	info: 'ℹ',
	warning: '▲',
	critical: '✖',
	unknown: '?',
	pointer: '❯',
	bullet: '•',
	arrow: '→',
	used: '█',
	free: '░',
	rule: '─',
	bar: '│',
	ellipsis: '…',
	dash: '–',
	upDown: '↑↓',
	caret: '▏',
	notSeen: '·',
};

export const asciiGlyphs: Glyphs = {
	ok: '+',
	info: 'i',
	warning: '!',
	critical: 'x',
	unknown: '?',
	pointer: '>',
	bullet: '*',
	arrow: '->',
	used: '#',
	free: '.',
	rule: '-',
	bar: '|',
	ellipsis: '...',
	dash: '-',
	upDown: 'Up/Down',
	caret: '_',
	notSeen: '-',
};

/** Letters beyond ASCII that our own sentences and the article use, as such a terminal can write them. */
const asciiLetters: readonly (readonly [RegExp, string])[] = [
	[/[–—−]/g, '-'],
	[/…/g, '...'],
	[/→/g, '->'],
	[/←/g, '<-'],
	[/[“”„]/g, '"'],
	[/[‘’]/g, "'"],
	[/[•·]/g, '*'],
	[/×/g, 'x'],
	[/≥/g, '>='],
	[/≤/g, '<='],
	[/✔/g, '+'],
	[/✖/g, 'x'],
	[/\u00a0/g, ' '],
	[/[─━]/g, '-'],
	[/[│┃]/g, '|'],
	[/[┌┐└┘├┤┬┴┼]/g, '+'],
];

/** The text for a terminal of ASCII; what has no likeness there is a question mark. */
export function asAscii(text: string): string {
	const likened = asciiLetters.reduce((known, [from, to]) => known.replace(from, to), text);
	return likened
		.normalize('NFD')
		.replace(/\p{Mn}/gu, '')
		.replace(/[^\x00-\x7f]/gu, '?');
}
