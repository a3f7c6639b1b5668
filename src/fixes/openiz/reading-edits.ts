import type { Configuration } from '../../evidence/openiz/configuration.ts';
import { ConfigurationError } from '../../evidence/openiz/configuration-error.ts';
import { defaultPort, type Setting, settingOf } from '../../evidence/openiz/connection-string.ts';
import { managerOf, managerStrings } from '../../evidence/openiz/manager.ts';
import { attributeOf, type XmlAttribute } from '../../evidence/openiz/scan-xml.ts';
import { appendSetting, type Edit, edited, setAttribute, setPart } from './edit.ts';

export type Reading = {
	/** Of the connection string that is added. */
	readonly name: string;
	readonly host: string;
	readonly port: number;
};

/**
 * Adds a copy of the connection string that is written with, for the other host, and names it for reading: user,
 * password and pool stay, and nobody has to type or see them. Empty: it reads from there already.
 * @throws ConfigurationError
 */
export function readFrom(configuration: Configuration, { name, host, port }: Reading): readonly Edit[] {
	const { text, strings } = configuration;
	const manager = managerOf(configuration);
	const { readWrite, readonly } = managerStrings(configuration);
	const naming = readonly.name === name ? [] : [setAttribute(text, manager, 'readonlyConnection', name)];
	const own = attributeOf(readWrite.element, 'name');
	const hostSetting = settingOf(readWrite.settings, 'host');
	if (own === null || hostSetting === null)
		throw new ConfigurationError(
			'no-host',
			`the connection string ${readWrite.name} in ${configuration.label} names no host`,
			['correct it, then try again'],
		);
	const same = strings.find((string) => string.name === name);
	if (same !== undefined) {
		if (isFor(same.settings, host, port)) return naming;
		throw new ConfigurationError(
			'name-taken',
			`${configuration.label} has a connection string ${name} already, for another server`,
			['give another name for the one that is added'],
		);
	}
	const { element, attribute, settings } = readWrite;
	const copy = edited(
		text.slice(element.start, element.end),
		[
			setAttribute(text, element, 'name', name),
			setPart(text, attribute, hostSetting, host),
			...portEdits(text, attribute, settings, port),
		].map((edit) => ({ ...edit, start: edit.start - element.start, end: edit.end - element.start })),
	);
	const indent = /(?:\r\n?|\n)?[ \t]*$/.exec(text.slice(0, element.start))?.[0] ?? '';
	return [{ start: element.end, end: element.end, text: indent + copy }, ...naming];
}

function portEdits(
	text: string,
	attribute: XmlAttribute,
	settings: readonly Setting[],
	port: number,
): readonly Edit[] {
	const setting = settingOf(settings, 'port');
	if (setting !== null) return [setPart(text, attribute, setting, String(port))];
	return port === defaultPort ? [] : [appendSetting(text, attribute, `port=${port}`)];
}

function isFor(settings: readonly Setting[], host: string, port: number): boolean {
	const written = settingOf(settings, 'port')?.value ?? defaultPort;
	return settingOf(settings, 'host')?.value === host && Number(written) === port;
}
