import { cleanText } from '../evidence/untrusted.ts';

/**
 * What a terminal prints and does not obey, on one line. Text from a database is cleaned where it comes in; this is the
 * last door before the screen, for whatever found another way. Blanks at the ends stay: spans are joined.
 */
export function safeText(text: string): string {
	return cleanText(text, { multiline: true }).replace(/[\n\t]+/g, ' ');
}

/** The same, with its lines; a tab becomes blanks, because a terminal would jump. */
export function safeLines(text: string): readonly string[] {
	return cleanText(text, { multiline: true, max: 200_000 }).replaceAll('\t', '    ').split('\n');
}
