/**
 * Writes `src/evidence/logs/refusal-texts.ts` from the server's message catalogues: the only place of a default log that
 * says why a session was refused is a translated text.
 *
 *     node src/build/refusal-texts.ts /usr/share/locale postgres-15.mo > src/evidence/logs/refusal-texts.ts
 */
import { argv, stdout } from 'node:process';
import { opening, quoted, readCatalogues, translationsOf } from './message-catalogue.ts';

const severities = ['DEBUG', 'LOG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'FATAL', 'PANIC'];
const slots = [
	'sorry, too many clients already',
	'remaining connection slots are reserved for non-replication superuser connections',
];
const limits = ['too many connections for role "%s"', 'too many connections for database "%s"'];

const list = (texts: readonly string[]): string =>
	`[\n${texts.map((text) => `\t${quoted(text)},\n`).join('')}]`;

const [folder = '/usr/share/locale', name = 'postgres-15.mo'] = argv.slice(2);
const catalogues = readCatalogues(folder, name);
const translated = (texts: readonly string[]): readonly string[] => translationsOf(catalogues, texts);
const words = translated(severities).filter((word) => !/^[\p{Lu}\p{Lo}]+$/u.test(word));

stdout.write(`/**
 * What PostgreSQL says in other languages when it refuses a session. Made by src/build/refusal-texts.ts from the message
 * catalogues of PostgreSQL 15.18 as Debian ships them (postgresql-15, ${name}); the PostgreSQL Licence. Before and
 * after 15 the sentence on reserved slots ends otherwise, so only its opening stands here.
 */

/** No slot is left, or none but the reserved ones. */
export const slotTexts: readonly string[] = ${list([...translated([slots[0] ?? '']), ...translated([slots[1] ?? '']).map(opening)])};

/** A role's or a database's own limit; \`%s\` is its name. */
export const limitTexts: readonly string[] = ${list(translated(limits))};

/** Severities that are not in capitals. */
export const severityWords: readonly string[] = ${list(words)};
`);
