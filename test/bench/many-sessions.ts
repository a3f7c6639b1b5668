/** Thousands of sessions from one process: each a Unix socket that has logged in and says no more than it is told. */
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { startupMessage } from '../../src/lab/stalled-login.ts';

export type Login = { readonly path: string; readonly user: string; readonly database: string };

function queryMessage(sql: string): Buffer {
	const body = Buffer.from(`${sql}\0`);
	const head = Buffer.alloc(5);
	head.write('Q', 0, 'latin1');
	head.writeUInt32BE(body.length + 4, 1);
	return Buffer.concat([head, body]);
}

/** ReadyForQuery is the last thing that the server says: `Z`, its length, and the state of the transaction. */
const readyEnds = /Z\0\0\0\x05[ITE]$/;

/** Resolves when the server waits for the next query. @throws Error with what it said instead */
async function untilReady(socket: Socket): Promise<void> {
	let said = '';
	while (!readyEnds.test(said)) {
		const [data]: readonly unknown[] = await once(socket, 'data');
		if (data instanceof Buffer) said += data.toString('latin1');
		if (said.startsWith('E')) throw new Error(said.replaceAll(/[^\x20-\x7e]+/g, ' '));
	}
}

/** One session that stays. */
export async function openSession(login: Login, applicationName: string): Promise<Socket> {
	const socket = createConnection(login.path);
	await once(socket, 'connect');
	const { user, database } = login;
	socket.write(startupMessage({ user, database, application_name: applicationName }));
	await untilReady(socket);
	socket.on('error', () => undefined);
	return socket;
}

/** So many sessions, a few at a time. */
export async function openSessions(
	count: number,
	login: Login,
	applicationName: string,
): Promise<readonly Socket[]> {
	const sockets: Socket[] = [];
	let begun = 0;
	await Promise.all(
		Array.from({ length: 20 }, async () => {
			while (begun < count) {
				begun += 1;
				sockets.push(await openSession(login, applicationName));
			}
		}),
	);
	return sockets;
}

/** Sends, and waits for the answer. */
export async function say(socket: Socket, sql: string): Promise<void> {
	socket.write(queryMessage(sql));
	await untilReady(socket);
}

/** Sends, and does not wait: the answer may never come. */
export function sayOnly(socket: Socket, sql: string): void {
	socket.write(queryMessage(sql));
}
