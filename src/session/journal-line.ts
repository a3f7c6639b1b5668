/** The door of the journal: an entry becomes one line, without secrets and without anything a terminal obeys. */
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
	return JSON.stringify(clean({ ...envelope, ...entry }, '')).replace(
		/[\x7f-\x9f\u2028\u2029\p{Cf}\p{Default_Ignorable_Code_Point}]/gu,
		escaped,
	);
}

function clean(value: unknown, field: string): unknown {
	if (typeof value === 'string') return withoutSecrets(cleanText(value, { multiline: true }));
	if (Array.isArray(value)) return value.map((item) => clean(item, field));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => {
			if (name === exactField) return [name, inner];
			if (field === 'parameters' && secretParameter.test(name)) return [cleanText(name), redacted];
			return [cleanText(name), clean(inner, name)];
		}),
	);
}

/** As JSON escapes it, in UTF-16 units. */
export function escaped(character: string): string {
	return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
		.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
		.join('');
}
