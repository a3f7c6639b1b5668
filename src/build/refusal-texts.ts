/**
 * Writes `src/evidence/logs/refusal-texts.ts` from the server's message catalogues: the only place of a default log that
 * says why a session was refused is a translated text.
 *
 *     node src/build/refusal-texts.ts /usr/share/locale postgres-15.mo > src/evidence/logs/refusal-texts.ts
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';

const severities = ['DEBUG', 'LOG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'FATAL', 'PANIC'];
const slots = [
	'sorry, too many clients already',
	'remaining connection slots are reserved for non-replication superuser connections',
];
const limits = ['too many connections for role "%s"', 'too many connections for database "%s"'];

/** A compiled catalogue of gettext: two tables of lengths and offsets, of the texts and of their translations. */
function readCatalogue(path: string): ReadonlyMap<string, string> {
	const bytes = readFileSync(path);
	const [count, texts, translations] = [8, 12, 16].map((at) => bytes.readUInt32LE(at));
	const textAt = (table = 0, index = 0): string => {
		const length = bytes.readUInt32LE(table + 8 * index);
		const offset = bytes.readUInt32LE(table + 8 * index + 4);
		return bytes.toString('utf8', offset, offset + length);
	};
	return new Map(
		Array.from({ length: count ?? 0 }, (_, index) => [textAt(texts, index), textAt(translations, index)]),
	);
}

/** From 16 on the second half of the sentence is another one: it names an attribute or a role. */
function opening(text: string): string {
	const line = text.replaceAll('\n', ' ');
	const half = line.slice(0, Math.ceil(line.length / 2));
	return half.includes(' ') ? half.slice(0, half.lastIndexOf(' ')) : line.slice(0, line.length / 5);
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const list = (texts: readonly string[]): string =>
	`[\n${texts.map((text) => `\t${quoted(text)},\n`).join('')}]`;

const [folder = '/usr/share/locale', name = 'postgres-15.mo'] = argv.slice(2);
const catalogues = readdirSync(folder)
	.sort()
	.map((language) => join(folder, language, 'LC_MESSAGES', name))
	.filter((path) => existsSync(path))
	.map(readCatalogue);
const translated = (texts: readonly string[]): readonly string[] => [
	...new Set(
		catalogues
			.flatMap((catalogue) => texts.flatMap((text) => catalogue.get(text) ?? []))
			.filter((text) => text !== ''),
	),
];
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
