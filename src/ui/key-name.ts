import type { Key } from 'ink';

/** A key as the key table names it: a character stands for itself. */
export type KeyName = string;

const named: readonly (readonly [keyof Key, KeyName])[] = [
	['return', 'enter'],
	['escape', 'esc'],
	['upArrow', 'up'],
	['downArrow', 'down'],
	['pageUp', 'page up'],
	['pageDown', 'page down'],
	['home', 'home'],
	['end', 'end'],
	['tab', 'tab'],
	['backspace', 'backspace'],
	// Most terminals send DEL for the key that says Backspace.
	['delete', 'backspace'],
];

/**
 * The keys of one report from the terminal, in order. More than one means that they came together: typed ahead on a
 * slow line, or pasted by a terminal that does not mark a paste.
 */
export function keyNames(input: string, key: Key): readonly KeyName[] {
	if (key.ctrl) return input === '' ? [] : [`ctrl-${input}`];
	if (key.meta && !key.escape) return [];
	const name = named.find(([flag]) => key[flag] === true)?.[1];
	if (name !== undefined) return [name];
	return [...input].map((character) => (character === '\r' || character === '\n' ? 'enter' : character));
}

/** Whether a key is a character that can be typed into a field. */
export const isCharacter = (name: KeyName): boolean => [...name].length === 1 && !/\p{Cc}/u.test(name);
