/** Stop, ask, start; and if it does not come back, start it as it was. Whoever began this must come to its end. */
import { readFile, rm, stat } from 'node:fs/promises';
import { readPidFile } from '../../evidence/host/postmaster-files.ts';
import type { RestartOrders, RestartResult } from './orders.ts';
import type { Program } from './program.ts';
import { inShort, runProgram } from './run-program.ts';

/** @param say what is being done, for a person */
export async function restartServer(
	orders: RestartOrders,
	say: (text: string) => void,
): Promise<RestartResult> {
	const { stop, check, start, asBefore } = orders;
	say('stopping the server');
	const stopped = await runProgram(stop);
	if (!stopped.ok && (await isThere(orders.pidFile))) return { kind: 'not stopped', why: stopped.words };
	let why: string | null = null;
	if (check !== null) {
		say('asking the stopped server whether it would start');
		const checked = await runProgram(check);
		if (!checked.ok) why = checked.words;
	}
	if (why === null) {
		say('starting the server');
		why = await started(start, orders);
		if (why === null) return { kind: 'restarted' };
	}
	if (asBefore === null) return { kind: 'down', why };
	say('starting the server with the values from before');
	const again = await started(asBefore, orders);
	return again === null ? { kind: 'as before', why } : { kind: 'down', why: `${why}; then: ${again}` };
}

/** Why it did not start; null: it runs. */
async function started(start: Program, { log }: RestartOrders): Promise<string | null> {
	const from = log === null ? 0 : await sizeOf(log.path);
	const { ok, words } = await runProgram(start);
	if (ok) {
		if (log?.ours === true) await rm(log.path, { force: true }).catch(() => undefined);
		return null;
	}
	const written = log === null ? '' : (await read(log.path)).subarray(from).toString('utf8');
	return inShort(written) || words || 'the server did not start, and did not say why';
}

async function isThere(pidFile: string): Promise<boolean> {
	const text = await readFile(pidFile, 'utf8').catch(() => '');
	return readPidFile(text) !== null;
}

async function sizeOf(path: string): Promise<number> {
	return stat(path).then(
		({ size }) => size,
		() => 0,
	);
}

async function read(path: string): Promise<Buffer> {
	return readFile(path).catch(() => Buffer.alloc(0));
}
