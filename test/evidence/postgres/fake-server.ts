import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

export type FakeServer = { readonly port: number; close(): Promise<void> };

/** Something that listens and is no PostgreSQL: `converse` is given each connection. */
export async function fakeServer(converse: (socket: Socket) => void): Promise<FakeServer> {
	const sockets = new Set<Socket>();
	const server: Server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		socket.on('close', () => sockets.delete(socket));
		converse(socket);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	return {
		port: address.port,
		async close() {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, 'close');
		},
	};
}

/** A message as the server sends it. */
export function message(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
	const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
	const head = Buffer.alloc(5);
	head.write(type, 0, 'latin1');
	head.writeUInt32BE(body.length + 4, 1);
	return Buffer.concat([head, body]);
}

export function int32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}

/** An ErrorResponse with these fields. */
export function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
	return message('E', ...Object.entries(fields).map(([name, value]) => `${name}${value}\0`), '\0');
}
