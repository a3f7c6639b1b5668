/** In what the configurations of several IMS instances differ: what was changed in one file and forgotten in another. */
import { cleanText } from '../untrusted.ts';
import type { Configuration } from './configuration.ts';
import { nameOfKey } from './connection-string.ts';
import { managerOf } from './manager.ts';
import { attributeOf } from './scan-xml.ts';

export type Difference = {
	/** `MaxPoolSize of PSQL_RW`, or an attribute of the `<connectionManager>`. */
	readonly setting: string;
	/** In the order of the files; null: it is not there. */
	readonly values: readonly (string | null)[];
};

const managerAttributes = ['stm', 'maxRequests', 'readWriteConnection', 'readonlyConnection'];

/** All that decides how an instance connects; a password is nobody's to see, not even that it differs. */
function settingsOf(configuration: Configuration): ReadonlyMap<string, string> {
	const manager = managerOf(configuration);
	const ofManager = managerAttributes.flatMap((name) => {
		const value = attributeOf(manager, name)?.value;
		return value === undefined ? [] : [[name, value] as const];
	});
	const ofStrings = configuration.strings.flatMap(({ name, settings }) =>
		settings
			.map(({ key, value }) => [nameOfKey(key), value] as const)
			.filter(([key]) => key !== 'password')
			.map(([key, value]) => [`${key} of ${cleanText(name, { max: 60 })}`, value] as const),
	);
	return new Map([...ofManager, ...ofStrings].map(([key, value]) => [key, cleanText(value, { max: 80 })]));
}

/**
 * Letter for letter, but for keys of a connection string that have several names.
 * @throws ConfigurationError where one has no `<connectionManager>`
 */
export function differencesOf(configurations: readonly Configuration[]): readonly Difference[] {
	const each = configurations.map(settingsOf);
	const settings = new Set(each.flatMap((known) => [...known.keys()]));
	return [...settings]
		.map((setting) => ({ setting, values: each.map((known) => known.get(setting) ?? null) }))
		.filter(({ values }) => new Set(values).size > 1);
}
