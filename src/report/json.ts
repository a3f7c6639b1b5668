/** One document on standard output, as a program reads it. */
import { escaped } from '../session/journal-line.ts';

/** What JSON leaves as it is, and a terminal or an editor obeys or hides. */
const unseen = /[\x7f-\x9f\u2028\u2029\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Two blanks of indentation and a closing line break, so that it reads well and `>>` appends cleanly. What could not be
 * seen is escaped, so a program reads every name as it is.
 */
export function toJson(document: object): string {
	return `${JSON.stringify(document, null, 2).replace(unseen, escaped)}\n`;
}
