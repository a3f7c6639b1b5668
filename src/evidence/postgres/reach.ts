/** The way to the server's door: its name's addresses, and a connected socket. */
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import type { HostSettings } from './connection-settings.ts';
import { socketPath } from './hosts.ts';
import { type TimeLimit, within } from './time-limit.ts';

/**
 * Every address of the host, in the order the system gives them.
 * @throws a system error (`ENOTFOUND`, `EAI_AGAIN`) or TimedOut
 */
export async function addressesOf(
	host: HostSettings,
	limit: TimeLimit,
	signal?: AbortSignal,
): Promise<readonly string[]> {
	const name = host.address ?? host.host;
	if (isIP(name) !== 0) return [name];
	const found = await within(limit, lookup(name, { all: true, order: 'verbatim' }), () => undefined, signal);
	return [...new Set(found.map(({ address }) => address))];
}

/**
 * A connected socket. Null as address: the host is the folder of a Unix socket.
 * @throws a system error (`ECONNREFUSED`, …) or TimedOut
 */
export async function openSocket(
	host: HostSettings,
	address: string | null,
	limit: TimeLimit,
	signal?: AbortSignal,
): Promise<Socket> {
	const socket =
		address === null ? connect({ path: socketPath(host) }) : connect({ host: address, port: host.port });
	const connected = new Promise<Socket>((resolve, reject) => {
		socket.once('connect', () => resolve(socket));
		// Stays: an error that comes later must find a listener.
		socket.on('error', reject);
	});
	await within(limit, connected, () => socket.destroy(), signal);
	socket.setNoDelay(true);
	return socket;
}
