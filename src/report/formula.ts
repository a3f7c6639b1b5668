/**
 * Text that a spreadsheet would run. A table that is copied from a report and pasted into one is taken cell by cell, and
 * one that begins with `=`, `+`, `-` or `@` (also in full width), or with a tab or a line break, is a formula there.
 * After OWASP's "CSV Injection": an apostrophe before it makes it text.
 */

/** Blanks before it do not help: a browser drops them from what is copied. */
const starters = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/** A number does nothing, whatever its sign; nor does an offset from UTC (`+03:00`). */
const plainNumber = /^\s*[+-]?\d[\d.,:]*(?:e[+-]?\d+)?\s*$/i;

export function beginsFormula(text: string): boolean {
	return starters.test(text) && !plainNumber.test(text);
}
