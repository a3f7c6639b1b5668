/** Reads what gettext ships: the translations of PostgreSQL's messages. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Catalogue = ReadonlyMap<string, string>;

/** A compiled catalogue of gettext: two tables of lengths and offsets, of the texts and of their translations. */
function readCatalogue(path: string): Catalogue {
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

/**
 * The catalogue of one program in every language that it has.
 * @param folder such as `/usr/share/locale`
 * @param name such as `postgres-15.mo`
 * @param languages only these; absent: all
 */
export function readCatalogues(
	folder: string,
	name: string,
	languages: readonly string[] = languagesOf(folder, name),
): readonly Catalogue[] {
	return languages
		.map((language) => pathOf(folder, language, name))
		.filter((path) => existsSync(path))
		.map(readCatalogue);
}

/** The languages that a program speaks, sorted. */
export function languagesOf(folder: string, name: string): readonly string[] {
	return readdirSync(folder)
		.sort()
		.filter((language) => existsSync(pathOf(folder, language, name)));
}

/** Each translation once, in the order of the languages. */
export function translationsOf(
	catalogues: readonly Catalogue[],
	texts: readonly string[],
): readonly string[] {
	return [
		...new Set(
			catalogues
				.flatMap((catalogue) => texts.flatMap((text) => catalogue.get(text) ?? []))
				.filter((text) => text !== ''),
		),
	];
}

/** From 16 on the second half of the sentence on reserved slots is another one: it names an attribute or a role. */
export function opening(text: string): string {
	const line = text.replaceAll('\n', ' ');
	const half = line.slice(0, Math.ceil(line.length / 2));
	return half.includes(' ') ? half.slice(0, half.lastIndexOf(' ')) : line.slice(0, line.length / 5);
}

/** As a literal of TypeScript. */
export const quoted = (text: string): string =>
	`'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`;

function pathOf(folder: string, language: string, name: string): string {
	return join(folder, language, 'LC_MESSAGES', name);
}
