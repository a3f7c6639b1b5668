/** A firewall of the lab's own: it forgets a connection that was idle, and drops what comes on it afterwards. */
import { connect, createServer, type Socket } from 'node:net';
import { LabError } from './lab-error.ts';

export type ForgetfulProxy = {
	readonly port: number;
	/** Connections that were opened through it so far. */
	opened(): number;
	/** Bytes that clients have sent through it so far. */
	sent(): number;
	close(): Promise<void>;
};

export type ForgetfulProxyOptions = {
	readonly host: string;
	/** Where what it remembers is passed on to. */
	readonly port: number;
	/** A connection on which nobody said anything for so long is forgotten, in milliseconds. */
	readonly idleMs: number;
	/** What a client hears that uses a forgotten connection. */
	readonly answer: 'nothing' | 'a reset';
};

/**
 * Neither side is told when it forgets: to the client its connection looks open until it uses it, and the server keeps
 * the session.
 * @throws LabError when no port is to be had
 */
export async function openForgetfulProxy({
	host,
	port,
	idleMs,
	answer,
}: ForgetfulProxyOptions): Promise<ForgetfulProxy> {
	const sockets = new Set<Socket>();
	let opened = 0;
	let sent = 0;
	const listener = createServer((client) => {
		opened += 1;
		const server = connect({ host, port });
		const ends = [client, server];
		let known = true;
		const timer = setTimeout(() => {
			known = false;
		}, idleMs).unref();
		const join = (from: Socket, to: Socket) => {
			sockets.add(from);
			from
				.on('data', (data) => {
					if (!known) {
						if (from === client && answer === 'a reset') client.resetAndDestroy();
						return;
					}
					timer.refresh();
					if (from === client) sent += data.length;
					to.write(data);
				})
				.on('end', () => {
					if (known) to.end();
				})
				.on('error', () => undefined)
				.on('close', () => {
					sockets.delete(from);
					if (!known) return;
					clearTimeout(timer);
					to.destroy();
				});
		};
		join(client, server);
		join(server, client);
		for (const end of ends) end.unref();
	});
	listener.unref();
	await new Promise<void>((resolve, reject) => {
		listener.once('error', reject).listen({ port: 0, host: '127.0.0.1' }, resolve);
	});
	const address = listener.address();
	if (address === null || typeof address === 'string')
		throw new LabError('No port was given to listen on.', []);
	return {
		port: address.port,
		opened: () => opened,
		sent: () => sent,
		async close() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => listener.close(resolve));
		},
	};
}
