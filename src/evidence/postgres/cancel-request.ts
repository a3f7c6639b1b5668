/** Ends the statement that a session has under way. It goes over a connection of its own and takes no slot. */
import type { Socket } from 'node:net';
import type { ConnectionSettings } from './connection-settings.ts';
import { openSocket } from './reach.ts';
import { TimeLimit, within } from './time-limit.ts';
import { askForTls, upgrade } from './tls-upgrade.ts';
import type { Way } from './visit.ts';
import { cancelRequest } from './wire.ts';

const cancelTimeoutMs = 5_000;

/**
 * Resolves when the server has taken the request; whether anything was ended, the statement's own outcome tells.
 * @param way how the session came in: its request goes the same way, as encrypted as it is
 */
export async function sendCancelRequest(
	settings: ConnectionSettings,
	way: Way,
	key: { readonly pid: number; readonly secret: Buffer },
): Promise<void> {
	const limit = new TimeLimit(cancelTimeoutMs);
	let socket: Socket = await openSocket(way.host, way.address, limit);
	try {
		if (way.tls !== null) {
			if (settings.tls.negotiation === 'postgres') await askForTls(socket, limit);
			socket = await upgrade(socket, settings.tls, way.host.host, limit);
		}
		const taken = new Promise<void>((resolve) => {
			// The server answers by closing.
			socket.once('close', () => resolve());
			socket.once('error', () => resolve());
		});
		socket.resume();
		socket.write(cancelRequest(key.pid, key.secret));
		await within(limit, taken, () => undefined);
	} finally {
		socket.destroy();
	}
}
