/** Where a connection string leads, by its own words. */
import { defaultPort, type Setting, settingOf } from './connection-string.ts';

const localNames = ['localhost', '127.0.0.1', '::1', '(local)', '.'];

/** Whether the name means the machine that it is used on. */
export function isLocalName(host: string): boolean {
	return localNames.includes(host.toLowerCase());
}

/** As `db.example:5432`; a host that is not named is a question mark. */
export function placeIn(settings: readonly Setting[]): string {
	return `${settingOf(settings, 'host')?.value ?? '?'}:${settingOf(settings, 'port')?.value ?? defaultPort}`;
}
