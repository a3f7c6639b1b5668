import { asciiGlyphs, type Glyphs, unicodeGlyphs } from './glyphs.ts';

/** What the person's terminal can do, as far as a layout depends on it. */
export type Looks = {
	readonly columns: number;
	readonly rows: number;
	/** False: no escape code for the sake of looks. */
	readonly color: boolean;
	/** True: nothing beyond ASCII is printed. */
	readonly ascii: boolean;
	/** True: words in place of bars, sentences in place of tables, and nothing moves by itself. */
	readonly reader: boolean;
	readonly glyphs: Glyphs;
};

export type UiEnvironment = {
	/** `NO_COLOR` is set, `--no-color` was given, or the terminal is a dumb one. */
	readonly noColor: boolean;
	/** A screen reader is at work (`INK_SCREEN_READER`). */
	readonly screenReader: boolean;
	/** `TERM`; null: not set. */
	readonly term: string | null;
};

export type Size = { readonly columns: number; readonly rows: number };

/** Terminals whose letters cannot be relied on beyond ASCII: `linux` is the kernel's own console, without our glyphs. */
const asciiTerminals = new Set(['dumb', 'linux']);

/** @param size of the terminal, in characters */
export function looksOf({ noColor, screenReader, term }: UiEnvironment, size: Size): Looks {
	const ascii = term !== null && asciiTerminals.has(term);
	return {
		...size,
		color: !noColor && term !== 'dumb',
		ascii,
		reader: screenReader,
		glyphs: ascii ? asciiGlyphs : unicodeGlyphs,
	};
}

/** Below this a page is stacked: one thing beside another becomes one below another. */
export const stackBelowColumns = 60;

/** From here on the article stands beside what was found. */
export const besideFromColumns = 110;

export const smallestSize: Size = { columns: 40, rows: 10 };
