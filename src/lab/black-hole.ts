/** A port of this machine that does not answer: what is sent to it is dropped, as by a firewall. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { LabError } from './lab-error.ts';

export type BlackHole = {
	readonly port: number;
	close(): Promise<void>;
};

/**
 * Listens, and then blocks its thread for ever: nobody accepts, so a few connections fill the queue and the kernel
 * drops what comes after them. A thread, not a process: it cannot outlive us.
 */
const neverAccepts = `
const { parentPort } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
	parentPort.postMessage(server.address().port);
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** The kernel's queue for a backlog of 1 holds two; some systems round it up. */
const mostFillers = 32;
/** On this machine a connection that is answered at all is so within a millisecond. */
const stuckAfterMs = 500;

/** @throws LabError where this system answers a full queue instead of dropping (Windows does) */
export async function openBlackHole(): Promise<BlackHole> {
	const worker = new Worker(neverAccepts, { eval: true });
	const fillers: Socket[] = [];
	const close = async () => {
		for (const socket of fillers) socket.destroy();
		await worker.terminate();
	};
	try {
		const [port]: unknown[] = await once(worker, 'message');
		worker.unref();
		if (typeof port !== 'number') throw new LabError('No port was given to listen on.', []);
		for (let filler = 0; filler < mostFillers; filler += 1) {
			const socket = connect({ port, host: '127.0.0.1' });
			fillers.push(socket);
			const answered = once(socket, 'connect').then(
				() => true,
				() => true,
			);
			const stuck = !(await Promise.race([answered, pause(stuckAfterMs, false)]));
			socket.on('error', () => undefined).unref();
			if (stuck) return { port, close };
		}
		throw new LabError('This system answers where the queue of connections is full, and drops nothing.', [
			'Choose another scenario; this one needs Linux or macOS.',
		]);
	} catch (error) {
		await close();
		throw error;
	}
}
