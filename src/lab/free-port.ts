/** A TCP port of this machine for a server of the lab's own. */
import { createServer } from 'node:net';

/** Below the ranges that systems hand out for outgoing connections. */
const ports = { first: 20_000, last: 32_000 } as const;

/** One that nobody listens on just now. @throws Error where none is found */
export async function freePort(): Promise<number> {
	for (let attempt = 0; attempt < 100; attempt += 1) {
		const port = ports.first + Math.floor(Math.random() * (ports.last - ports.first));
		if (await canListen(port)) return port;
	}
	throw new Error(`No free TCP port was found between ${ports.first} and ${ports.last}.`);
}

function canListen(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
	});
}
