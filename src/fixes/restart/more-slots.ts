/** What more slots cost, and from where on they are absurd. */
import { cpus, freemem, totalmem } from 'node:os';
import type { PostgresSession } from '../../evidence/postgres/postgres.ts';
import type { StartChange } from './next-start.ts';

/** Shared memory of one slot, in kB: measured on 15 to 18. */
const sharedKb = 50;
/** What an idle session takes for itself, in kB: measured. */
const idleKb = 1_100;
/** Beyond so many sessions per core nothing gets faster. */
const perCore = 10;
/** How many times more than now is believed without knowing the machine. */
const plausibleTimes = 10;
/** Below this nobody is asked why. */
const surelyPlausible = 1_000;

/** The machine that the server runs on; memory in bytes. */
export type Machine = { readonly cores: number; readonly memory: number; readonly free: number };

/** This one. */
export function thisMachine(): Machine {
	return { cores: cpus().length, memory: totalmem(), free: freemem() };
}

/**
 * Why so many slots are not given; null: they are.
 * @param machine null: it is another one than this, and its memory is not known
 */
export function absurdity({ from, to }: StartChange, machine: Machine | null): string | null {
	const most = Number(to);
	const more = most - Number(from);
	if (machine === null) {
		if (most <= surelyPlausible || most <= Number(from) * plausibleTimes) return null;
		return `${most} is more than ${plausibleTimes} times what there is (${from}), and this server's memory cannot be seen from here: put a pooler in front instead, or give less`;
	}
	if (more * sharedKb * 1024 > machine.free)
		return `${more} more slots take ${megabytes(more * sharedKb)} of shared memory, and ${megabytes(machine.free / 1024)} are free on this machine`;
	if (most * idleKb * 1024 > machine.memory)
		return `${most} idle sessions alone would take ${megabytes(most * idleKb)}, and this machine has ${megabytes(machine.memory / 1024)}: put a pooler in front instead, or give less`;
	return null;
}

/** What a person should know of it. @throws QueryError */
export async function costOf(
	session: PostgresSession,
	{ from, to }: StartChange,
	machine: Machine | null,
	mostProcesses: number | null,
): Promise<readonly string[]> {
	const { rows } = await session.read(`select current_setting('work_mem') as work_mem`);
	const workMem = String(rows[0]?.work_mem ?? '');
	const most = Number(to);
	const more = most - Number(from);
	return [
		`${more} more slots take about ${megabytes(more * sharedKb)} more shared memory (50 kB each), and about ${megabytes(more * idleKb)} when all of them are idle sessions (1 MB each). What counts is the active ones: each may use work_mem (${workMem}) several times over.`,
		...(machine !== null && most > machine.cores * perCore
			? [
					`This machine has ${machine.cores} cores: beyond ${machine.cores * perCore} sessions at work (${perCore} per core) nothing gets faster, it only waits elsewhere.`,
				]
			: []),
		...(mostProcesses !== null && most + 50 > mostProcesses
			? [
					`The server's user may have ${mostProcesses} processes (ulimit -u), so not all ${most} sessions could be served: raise that too, or the server will say “could not fork”.`,
				]
			: []),
	];
}

function megabytes(kb: number): string {
	const mb = kb / 1024;
	return mb < 10
		? `${Math.round(mb * 10) / 10} MB`
		: mb < 10_240
			? `${Math.round(mb)} MB`
			: `${Math.round(mb / 1024)} GB`;
}
