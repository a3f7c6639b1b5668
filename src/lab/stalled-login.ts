/** Clients that begin to log in and say no more: each takes a slot before it has proved who it is. */
import { connect, type Socket } from 'node:net';

export type StalledLogins = {
	/** Hangs up; the server gives their slots back. */
	close(): Promise<void>;
};

export type StalledLoginsOptions = {
	readonly host: string;
	readonly port: number;
	/** Address of this machine to come from; null: the system's choice. */
	readonly from: string | null;
	/** A role that the server wants a password of. */
	readonly user: string;
	readonly database: string;
	readonly count: number;
};

const protocolVersion = 3 << 16;

/** The first message of a login (`user`, `database`, …), the only one without a letter before it (PostgreSQL documentation, "Message Formats"). */
export function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
	const text = Buffer.from(`${Object.entries(parameters).flat().join('\0')}\0\0`);
	const head = Buffer.alloc(8);
	head.writeInt32BE(head.length + text.length, 0);
	head.writeInt32BE(protocolVersion, 4);
	return Buffer.concat([head, text]);
}

/** One after the other; resolves when the server has asked each of them for its password. */
export async function openStalledLogins(options: StalledLoginsOptions): Promise<StalledLogins> {
	const open = new Set<Socket>();
	let closing = false;

	/** Until the server asks, or hangs up: after `authentication_timeout` it is dialled anew. */
	function dial(): Promise<void> {
		return new Promise((resolve) => {
			const { host, port, from } = options;
			const socket = connect({ host, port, ...(from === null ? {} : { localAddress: from }) });
			open.add(socket);
			socket
				.on('error', () => undefined)
				.once('connect', () =>
					socket.write(startupMessage({ user: options.user, database: options.database })),
				)
				.once('data', () => {
					socket.unref();
					resolve();
				})
				.once('close', () => {
					open.delete(socket);
					resolve();
					if (!closing) setTimeout(() => void redial(), redialAfterMs).unref();
				});
		});
	}

	const redial = async () => {
		if (!closing) await dial();
	};

	for (let count = 0; count < options.count; count += 1) await dial();
	return {
		async close() {
			closing = true;
			await Promise.all(
				[...open].map((socket) => new Promise((resolve) => socket.once('close', resolve).destroy())),
			);
		},
	};
}

/** A scanner is not in a hurry; nor is it known to stop. */
const redialAfterMs = 500;
