/** The list of servers to try, in order, with libpq's meaning of `host`, `hostaddr` and `port` lists. */
import type { Conninfo } from './keywords.ts';
import { SettingsError } from './settings-error.ts';
import type { Surroundings } from './surroundings.ts';
import { nonEmpty } from './tls-settings.ts';

/** One place to try: a name or address by TCP, or the folder of a Unix socket. */
export type HostPlace = {
	readonly kind: 'tcp' | 'unix';
	/** As named: for certificates, the password file, and for showing. A folder where `kind` is `unix`. */
	readonly host: string;
	/** The address to go to instead of asking for the name's; null: ask. */
	readonly address: string | null;
	readonly port: number;
};

const socketFolders = ['/var/run/postgresql', '/tmp'] as const;

/** Whether it is where a server has its socket when nobody said otherwise. */
export function isDefaultSocketFolder(path: string): boolean {
	return socketFolders.some((folder) => folder === path);
}

/** The address `connect()` takes for a Unix socket. */
export function socketPath({ host, port }: HostPlace): string {
	return `${host}/.s.PGSQL.${port}`;
}

/** @throws SettingsError for lists of different length, or a port that is none */
export function resolveHosts(conninfo: Conninfo, surroundings: Surroundings): readonly HostPlace[] {
	const hosts = listOf(conninfo.host);
	const addresses = listOf(conninfo.hostaddr);
	const count = Math.max(1, addresses?.length ?? hosts?.length ?? 1);
	if (addresses !== null && hosts !== null && hosts.length !== addresses.length) {
		throw new SettingsError(
			`There are ${hosts.length} hosts, but ${addresses.length} addresses (hostaddr).`,
			['Give as many of one as of the other, separated by commas.'],
		);
	}
	const ports = listOf(conninfo.port) ?? [''];
	if (ports.length !== 1 && ports.length !== count) {
		throw new SettingsError(`There are ${ports.length} ports, but ${count} hosts.`, [
			'Give one port for all, or one for each host.',
		]);
	}
	return Array.from({ length: count }, (_, index): HostPlace => {
		const address = nonEmpty(addresses?.[index]);
		const host = nonEmpty(hosts?.[index]) ?? address ?? defaultHost(surroundings);
		const port = portNumber((ports.length === 1 ? ports[0] : ports[index]) ?? '');
		return { kind: address === null && isSocketFolder(host) ? 'unix' : 'tcp', host, address, port };
	});
}

function listOf(value: string | undefined): readonly string[] | null {
	return value === undefined || value === '' ? null : value.split(',').map((each) => each.trim());
}

/** As libpq: an absolute path, a Windows path, or `@` for an abstract socket. */
function isSocketFolder(host: string): boolean {
	return /^([/@]|[A-Za-z]:[\\/])/.test(host);
}

function defaultHost({ platform, isFolder }: Surroundings): string {
	if (platform === 'win32') return 'localhost';
	return socketFolders.find(isFolder) ?? '/tmp';
}

function portNumber(text: string): number {
	if (text === '') return 5432;
	const port = /^\s*\d+\s*$/.test(text) ? Number(text) : 0;
	if (port >= 1 && port <= 65_535) return port;
	throw new SettingsError('The port is not a number from 1 to 65535.', [
		'PostgreSQL listens on 5432 unless told otherwise.',
	]);
}
