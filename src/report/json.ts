/** One document on standard output, as a program reads it. */

/** Two blanks of indentation and a closing line break, so that it reads well and `>>` appends cleanly. */
export function toJson(document: object): string {
	return `${JSON.stringify(document, null, 2)}\n`;
}
