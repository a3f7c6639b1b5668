/** What the console's tables say about the one question: does anybody wait in the pooler? */
import type { Facts, FactValue, Row } from '../../machine/ports.ts';
import type { ConsoleAnswer } from './console.ts';

export type PoolerLook = {
	readonly facts: Facts;
	/** A row per pool, those with the most clients waiting first. */
	readonly rows: readonly Row[];
	/** Clients that wait for a server connection. */
	readonly waiting: number;
	/** How long the first of them has waited, in seconds. */
	readonly longestWaitS: number;
	/** As many clients as it takes: the next one is refused. */
	readonly full: boolean;
};

/**
 * Sums of all pools but the console's own; the size is that of the pool in which the most clients wait, else the one
 * with the most clients.
 */
export function poolsOf({ pools, databases, settings, version }: ConsoleAnswer): PoolerLook {
	const sizes = new Map(databases.map((row) => [textOf(row.name), numberOf(row.pool_size)]));
	const setting = (name: string): number | null => {
		const found = settings.find(({ key }) => key === name);
		return found === undefined ? null : numberOf(found.value);
	};
	const rows = pools
		.filter(({ database }) => database !== 'pgbouncer')
		.map((row): Row => {
			const database = textOf(row.database);
			return {
				database,
				user: textOf(row.user),
				cl_active: numberOf(row.cl_active) ?? 0,
				cl_waiting: numberOf(row.cl_waiting) ?? 0,
				sv_active: numberOf(row.sv_active) ?? 0,
				sv_idle: numberOf(row.sv_idle) ?? 0,
				maxwait_s: secondsOf(row),
				pool_size: (database === null ? null : sizes.get(database)) ?? setting('default_pool_size'),
				pool_mode: textOf(row.pool_mode),
			};
		})
		.sort(
			(a, b) =>
				Number(b.cl_waiting) - Number(a.cl_waiting) ||
				Number(b.cl_active) - Number(a.cl_active) ||
				String(a.database).localeCompare(String(b.database)),
		);
	const sum = (column: string) => rows.reduce((total, row) => total + Number(row[column] ?? 0), 0);
	const [busiest] = rows;
	const waiting = sum('cl_waiting');
	const clients = sum('cl_active') + waiting;
	const most = setting('max_client_conn');
	const longestWaitS = rows.reduce((longest, row) => Math.max(longest, Number(row.maxwait_s)), 0);
	return {
		facts: {
			cl_active: sum('cl_active'),
			cl_waiting: waiting,
			sv_active: sum('sv_active'),
			sv_idle: sum('sv_idle'),
			maxwait_s: longestWaitS,
			pool_size: busiest?.pool_size ?? setting('default_pool_size'),
			pool_mode: busiest?.pool_mode ?? null,
			clients,
			max_client_conn: most,
			pooler_version: version,
		},
		rows,
		waiting,
		longestWaitS,
		full: most !== null && clients >= most,
	};
}

/** `maxwait` is whole seconds, `maxwait_us` what is beyond them. */
function secondsOf(row: Row): number {
	const seconds = (numberOf(row.maxwait) ?? 0) + (numberOf(row.maxwait_us) ?? 0) / 1_000_000;
	return Math.round(seconds * 10) / 10;
}

function numberOf(value: FactValue | undefined): number | null {
	if (value === null || value === undefined || value === '') return null;
	const number = Number(value);
	return Number.isFinite(number) ? number : null;
}

function textOf(value: FactValue | undefined): string | null {
	return value === null || value === undefined ? null : String(value);
}
