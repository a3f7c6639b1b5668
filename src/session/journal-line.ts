/** The door of the journal, both ways: without secrets on the way in, and without anything a terminal obeys. */
import { cleanText, redacted, withoutSecrets } from '../evidence/untrusted.ts';
import type { Envelope, JournalEntry } from './record.ts';

/**
 * Stays byte for byte: an undo that looked for a cleaned name would miss its object, or hit another. Names are no
 * secrets, and what is invisible in them is escaped in the line.
 */
const exactField = 'inverse';

const secretParameter = /pass|pwd|psw|secret|token|key/i;

/** The line for a record, without its line end. */
export function journalLine(envelope: Envelope, entry: JournalEntry): string {
	return JSON.stringify(clean({ ...envelope, ...entry }, '', withoutAnySecret)).replace(
		/[\x7f-\x9f\u2028\u2029\p{Cf}\p{Default_Ignorable_Code_Point}]/gu,
		escaped,
	);
}

/** What was read from a line: somebody may have edited the file, and made its chain again. */
export function harmless(value: unknown): unknown {
	return clean(value, '', printable);
}

const printable = (text: string): string => cleanText(text, { multiline: true });
const withoutAnySecret = (text: string): string => withoutSecrets(printable(text));

function clean(value: unknown, field: string, purge: (text: string) => string): unknown {
	if (typeof value === 'string') return purge(value);
	if (Array.isArray(value)) return value.map((item) => clean(item, field, purge));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => {
			if (name === exactField) return [name, inner];
			if (field === 'parameters' && secretParameter.test(name)) return [cleanText(name), redacted];
			return [cleanText(name), clean(inner, name, purge)];
		}),
	);
}

/** As JSON escapes it, in UTF-16 units. */
export function escaped(character: string): string {
	return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
		.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
		.join('');
}
