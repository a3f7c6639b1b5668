/** What the `<connectionManager>` of an IMS says, as its own code reads it. */
import { cleanText } from '../untrusted.ts';
import type { Configuration, NpgsqlString } from './configuration.ts';
import { ConfigurationError } from './configuration-error.ts';
import { attributeOf, type XmlElement } from './scan-xml.ts';

export type ManagerSettings = {
	readonly label: string;
	/** Parts of a list are fetched one after the other, on one connection. */
	readonly stm: boolean;
	/** Requests at a time, of each kind of resource; 0: as many as come. */
	readonly maxRequests: number;
};

/** The connection strings that the IMS writes and reads with; one, where it names no other for reading. */
export type ManagerStrings = {
	readonly label: string;
	readonly readWrite: NpgsqlString;
	readonly readonly: NpgsqlString;
};

/** `true` and `false` as .NET's `Boolean.Parse` takes them; null: it takes it for neither, and throws. */
export function parsedBoolean(text: string): boolean | null {
	const word = text.trim().toLowerCase();
	return word === 'true' ? true : word === 'false' ? false : null;
}

/** @throws ConfigurationError where there is no `<connectionManager>`, or the IMS could not start with it */
export function managerSettings(configuration: Configuration): ManagerSettings {
	const manager = managerOf(configuration);
	const { label } = configuration;
	const value = (name: string): string | null => attributeOf(manager, name)?.value ?? null;
	const unusable = (name: string, text: string): ConfigurationError =>
		new ConfigurationError(
			'bad-setting',
			`${label} has ${name}="${cleanText(text, { max: 40 })}", and the IMS does not start with it`,
			[name === 'stm' ? 'it must be true or false' : 'it must be a whole number'],
		);
	const stm = parsedBoolean(value('stm') ?? 'false');
	if (stm === null) throw unusable('stm', value('stm') ?? '');
	const maxRequests = value('maxRequests') ?? '0';
	if (!/^\s*[+-]?\d{1,9}\s*$/.test(maxRequests)) throw unusable('maxRequests', maxRequests);
	return { label, stm, maxRequests: Math.max(0, Number(maxRequests)) };
}

/** @throws ConfigurationError */
export function managerStrings(configuration: Configuration): ManagerStrings {
	const { label } = configuration;
	const manager = managerOf(configuration);
	const name = attributeOf(manager, 'readWriteConnection')?.value ?? null;
	if (name === null)
		throw new ConfigurationError(
			'no-read-write-connection',
			`the <connectionManager> of ${label} has no readWriteConnection, and the IMS does not start without it`,
			['compare it with a copy that worked'],
		);
	const readWrite = stringCalled(configuration, name);
	const reading = attributeOf(manager, 'readonlyConnection')?.value ?? name;
	return { label, readWrite, readonly: stringCalled(configuration, reading) };
}

/** @throws ConfigurationError */
export function managerOf({ manager, whyNoManager, label }: Configuration): XmlElement {
	if (manager !== null) return manager;
	throw whyNoManager ?? new ConfigurationError('no-manager', `${label} has no <connectionManager>`, []);
}

/** @throws ConfigurationError */
function stringCalled({ strings, label }: Configuration, name: string): NpgsqlString {
	const found = strings.find((each) => each.name === name);
	if (found !== undefined) return found;
	throw new ConfigurationError(
		'no-such-string',
		`${label} names the connection string ${cleanText(name, { max: 100 })} and has no such one for Npgsql`,
		['see its <connectionStrings>: names count letter for letter'],
	);
}
