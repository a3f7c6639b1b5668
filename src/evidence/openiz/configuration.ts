/** `openiz.exe.config`: what of it decides how many connections an IMS opens, and where that stands. */
import { cleanText } from '../untrusted.ts';
import { ConfigurationError } from './configuration-error.ts';
import { parseConnectionString, type Setting, settingOf, unknownPoolKeys } from './connection-string.ts';
import {
	attributeOf,
	declaredEncoding,
	elementsOf,
	scanXml,
	type XmlAttribute,
	type XmlElement,
	XmlError,
} from './scan-xml.ts';

const sectionName = 'openiz.persistence.data.ado';

export type NpgsqlString = {
	readonly name: string;
	readonly element: XmlElement;
	/** `connectionString="…"`. */
	readonly attribute: XmlAttribute;
	readonly settings: readonly Setting[];
	/** Why Npgsql 3.2.5 refuses it; null: it does not. */
	readonly problem: ConfigurationError | null;
};

export type Configuration = {
	/** As given; safe to print. */
	readonly label: string;
	/** The whole file; a byte order mark is its first character. */
	readonly text: string;
	readonly root: XmlElement;
	/** The one that the IMS reads. Null: see `whyNoManager`. */
	readonly manager: XmlElement | null;
	readonly whyNoManager: ConfigurationError | null;
	readonly strings: readonly NpgsqlString[];
	/** Where names of connection strings are used: `PSQL_RW` → openiz.persistence.data.ado. */
	readonly uses: ReadonlyMap<string, readonly string[]>;
};

/** Attributes of a `<connectionManager>`, whichever section's, that name a connection string. */
const referring = ['readWriteConnection', 'readonlyConnection', 'archiveConnection', 'connection'];

/**
 * Reads the bytes of a configuration file.
 * @param path as given, for the messages
 * @throws ConfigurationError
 */
export function readConfiguration(bytes: Uint8Array, path: string): Configuration {
	const label = cleanText(path, { max: 300 });
	const text = decoded(bytes, label);
	const { root, comments } = scanned(text, label);
	if (root.name !== 'configuration')
		throw new ConfigurationError(
			'not-a-configuration',
			`${label} is no .NET configuration: its root element is <${cleanText(root.name, { max: 60 })}>`,
			['give the openiz.exe.config of the IMS: --config PATH'],
		);
	const found = managerOf(root, comments, label);
	const isError = found instanceof ConfigurationError;
	return {
		label,
		text,
		root,
		manager: isError ? null : found,
		whyNoManager: isError ? found : null,
		strings: stringsOf(root, label),
		uses: usesOf(root),
	};
}

function decoded(bytes: Uint8Array, label: string): string {
	const [first, second] = bytes;
	const wide =
		(first === 0xff && second === 0xfe) ||
		(first === 0xfe && second === 0xff) ||
		(first === 0 && second === 0x3c) ||
		(first === 0x3c && second === 0);
	const encodingError = (what: string) =>
		new ConfigurationError('encoding', `${label} is ${what}, and only UTF-8 is read and written here`, [
			'change it by hand, as the article says; an editor can tell and change the encoding',
		]);
	if (wide) throw encodingError('UTF-16');
	let text: string;
	try {
		text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		throw encodingError('not valid UTF-8');
	}
	const declared = declaredEncoding(text);
	if (declared === null || /^(?:utf-?8|us-ascii)$/i.test(declared)) return text;
	// Where every byte is ASCII, these say the same as UTF-8.
	const ascii = bytes.every((byte) => byte < 0x80);
	if (ascii && /^(?:iso-8859-\d+|windows-125\d)$/i.test(declared)) return text;
	throw encodingError(`declared as ${cleanText(declared, { max: 40 })}`);
}

function scanned(text: string, label: string) {
	try {
		return scanXml(text);
	} catch (error) {
		if (!(error instanceof XmlError)) throw error;
		throw new ConfigurationError(
			'not-well-formed',
			`${label} is no well-formed XML: ${error.message}, at line ${error.line}, column ${error.column}`,
			['the IMS could not start with it either: compare it with a copy that worked'],
		);
	}
}

/** The `<connectionManager>` that counts: the first of the one section. Else why there is none. */
function managerOf(
	root: XmlElement,
	comments: readonly string[],
	label: string,
): XmlElement | ConfigurationError {
	const sections = root.children.filter(({ name }) => name === sectionName);
	const [section, ...others] = sections;
	if (others.length > 0)
		// .NET refuses the whole file, so nothing in it may be called the one that counts.
		throw new ConfigurationError(
			'two-sections',
			`${label} has <${sectionName}> ${sections.length} times, and .NET takes a section once`,
			['keep the one that is meant, then try again'],
		);
	if (section === undefined) {
		const commented = comments.some((comment) => comment.includes(`<${sectionName}`));
		return commented
			? new ConfigurationError(
					'only-in-comments',
					`${label} has <${sectionName}> only inside a comment, as OpenIZ's sample has it: it is not in use`,
					['give the openiz.exe.config that the IMS runs with, not the sample'],
				)
			: new ConfigurationError('no-section', `${label} has no <${sectionName}>`, [
					'give the openiz.exe.config of an IMS that uses ADO.NET persistence',
				]);
	}
	const manager = section.children.find(({ name }) => name === 'connectionManager');
	return (
		manager ??
		new ConfigurationError('no-manager', `${label} has no <connectionManager> in <${sectionName}>`, [
			'the IMS does not start with it: compare it with a copy that worked',
		])
	);
}

function stringsOf(root: XmlElement, label: string): readonly NpgsqlString[] {
	const sections = root.children.filter(({ name }) => name === 'connectionStrings');
	if (sections.length > 1)
		throw new ConfigurationError(
			'two-sections',
			`${label} has <connectionStrings> ${sections.length} times, and .NET takes a section once`,
			['keep the one that is meant, then try again'],
		);
	const [section] = sections;
	if (section === undefined) return [];
	const elsewhere = attributeOf(section, 'configSource')?.value;
	if (elsewhere !== undefined)
		throw new ConfigurationError(
			'strings-elsewhere',
			`${label} keeps its connection strings in another file: ${cleanText(elsewhere, { max: 200 })}`,
			['see to that file by hand, as the article says'],
		);
	if (attributeOf(section, 'configProtectionProvider') !== null)
		throw new ConfigurationError('strings-encrypted', `${label} keeps its connection strings encrypted`, [
			'decrypt them on their own machine (aspnet_regiis -pdf), or see to them by hand',
		]);
	return section.children.flatMap((element) => {
		const name = attributeOf(element, 'name')?.value ?? null;
		const attribute = attributeOf(element, 'connectionString');
		if (element.name !== 'add' || name === null || attribute === null) return [];
		const settings = parseConnectionString(attribute.value);
		const provider = attributeOf(element, 'providerName')?.value ?? null;
		if (!isNpgsql(provider, settings)) return [];
		const problem = problemOf(cleanText(name, { max: 100 }), settings, label);
		return [{ name, element, attribute, settings: settings ?? [], problem }];
	});
}

function problemOf(
	name: string,
	settings: readonly Setting[] | null,
	label: string,
): ConfigurationError | null {
	if (settings === null)
		return new ConfigurationError(
			'connection-string',
			`the connection string ${name} in ${label} is not written as key=value;…`,
			['correct it, then try again'],
		);
	const unknown = settings.find(({ key }) => unknownPoolKeys.includes(key));
	return unknown === undefined
		? null
		: new ConfigurationError(
				'unknown-key',
				`the connection string ${name} in ${label} has “${unknown.key}”, which Npgsql 3.2.5 does not know (it knows MaxPoolSize and “Maximum Pool Size”)`,
				['correct the key; with that Npgsql the IMS fails to connect'],
			);
}

/** A string without a provider's name is judged by its keys: SQL Server's are others. */
function isNpgsql(provider: string | null, settings: readonly Setting[] | null): boolean {
	if (provider !== null) return provider.trim().toLowerCase() === 'npgsql';
	return (
		settings !== null && settingOf(settings, 'host') !== null && settingOf(settings, 'database') !== null
	);
}

function usesOf(root: XmlElement): ReadonlyMap<string, readonly string[]> {
	const uses = new Map<string, string[]>();
	for (const section of root.children) {
		for (const element of elementsOf(section)) {
			if (element.name !== 'connectionManager') continue;
			for (const { name, value } of element.attributes) {
				if (!referring.includes(name)) continue;
				const users = uses.get(value) ?? [];
				if (!users.includes(section.name)) uses.set(value, [...users, section.name]);
			}
		}
	}
	return uses;
}
