import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startupMessage } from '../../../src/lab/stalled-login.ts';

/** Connects, says who it is, and answers no more: the server waits for a password, with a slot taken. */
export async function stallLogin(
	port: number,
	{ user, database }: { readonly user: string; readonly database: string },
): Promise<Socket> {
	const socket = await sayNothing(port);
	socket.write(startupMessage({ user, database }));
	// What the server asks, or says; nobody answers it.
	await once(socket, 'data');
	return socket;
}

/** Connects, and that is all: no slot is taken by it. */
export async function sayNothing(port: number): Promise<Socket> {
	const socket = connect({ host: '127.0.0.1', port });
	socket.on('error', () => undefined);
	await once(socket, 'connect');
	return socket;
}
