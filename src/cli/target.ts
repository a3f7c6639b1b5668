/** The server as it was asked for, for a person: never with a password. */
import type { ConnectionSettings } from '../evidence/postgres/connection-settings.ts';

export function targetInWords({ hosts, user, database }: ConnectionSettings): string {
	const places = hosts.map(({ kind, host, port }) => (kind === 'unix' ? host : `${host}:${port}`));
	return `${database} on ${places.join(', ')} as ${user}`;
}
