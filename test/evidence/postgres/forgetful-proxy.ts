import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type ForgetfulProxy = {
	readonly port: number;
	/** Connections that were opened through it so far. */
	opened(): number;
	/** Bytes that clients have sent through it so far. */
	sent(): number;
	close(): Promise<void>;
};

/**
 * Passes everything on, and forgets a connection over which nothing was sent for so long, as a firewall does: who uses it
 * then is answered by a reset, and the server is told nothing.
 */
export async function forgetfulProxy(serverPort: number, idleMs: number): Promise<ForgetfulProxy> {
	const sockets = new Set<Socket>();
	let opened = 0;
	let sent = 0;
	const server = createServer((client) => {
		opened += 1;
		let usedAt = performance.now();
		const upstream = connect({ host: '127.0.0.1', port: serverPort });
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.on('error', () => undefined);
		}
		client.on('data', (data) => {
			if (performance.now() - usedAt > idleMs) {
				client.resetAndDestroy();
				return;
			}
			usedAt = performance.now();
			sent += data.length;
			upstream.write(data);
		});
		upstream.on('data', (data) => {
			usedAt = performance.now();
			client.write(data);
		});
		upstream.on('end', () => client.end());
		client.on('end', () => upstream.end());
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	return {
		port: address.port,
		opened: () => opened,
		sent: () => sent,
		async close() {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, 'close');
		},
	};
}
