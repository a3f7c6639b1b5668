/** Whose limit a refusal names: 53300 is the SQLSTATE of all of them. */
import { literally } from './literally.ts';
import { limitTexts, slotTexts } from './refusal-texts.ts';

/** `slots`: none is left, or none but the reserved ones; `own limit`: a role's, a database's, the walsenders'. */
export type Refusal = 'slots' | 'own limit';

/** Providers change the end of the first sentence, and PostgreSQL 16 did. */
const englishSlots = [
	'remaining connection slots are reserved for ',
	'sorry, too many clients already',
	'connection limit exceeded for non-superusers',
];
/** How a message begins that says that no slot is left, in every language. */
export const slotSentences: readonly string[] = [...englishSlots, ...slotTexts];
const slots = new RegExp(`^(?:${slotSentences.map(literally).join('|')})`);

/** The same of a role's or a database's own limit; `%s` is its name. */
export const limitSentences: readonly string[] = [
	'too many connections for role ',
	'too many connections for database ',
	...limitTexts,
];

/** A name is at most 63 bytes long; the setting's name is not translated. */
const limits = new RegExp(
	`^(?:${limitSentences
		.map((text) => literally(text).replace('%s', '.{1,63}'))
		.join('|')})|^.{0,100}\\bmax_wal_senders\\b`,
);

/** What the text of an error says, in the languages of PostgreSQL; null: it is no refusal. */
export function refusalSaid(text: string): Refusal | null {
	return slots.test(text) ? 'slots' : limits.test(text) ? 'own limit' : null;
}
