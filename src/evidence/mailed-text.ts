/** What mail, chat and web forms do to a text on its way, undone as far as it can be. */
import { decodeEntities } from '../article/entities.ts';

/** Marks of quoting before a line: `> `, `>> `, `| `, and blanks. */
const quoting = /^[ \t\u00a0]*(?:[>|][ \t\u00a0]?)*/;

/**
 * The lines without marks of quoting, byte order marks and blanks at the ends, character references decoded, blanks that
 * do not break and typographic quotes as they are typed.
 */
export function mailedLines(text: string): readonly string[] {
	return text.split(/\r\n?|[\n\u2028\u2029\u0085]/).map((line) =>
		decodeEntities(line)
			.replaceAll(/[\ufeff\u200b\u2060\u00ad]/g, '')
			.replaceAll(/[\u00a0\u2007\u202f]/g, ' ')
			.replaceAll(/[“”„‟]/g, '"')
			.replaceAll(/[‘’‚‛]/g, "'")
			.replace(quoting, '')
			.trimEnd(),
	);
}
