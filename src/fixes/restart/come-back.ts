/** Waiting until the server is back from a restart, whoever makes it. */
import { setTimeout as delay } from 'node:timers/promises';
import {
	type Attempt,
	type Keeper,
	type PostgresSession,
	QueryError,
} from '../../evidence/postgres/postgres.ts';

/** Between two tries while the server does not answer, in milliseconds. */
const retryMs = 200;
/** Between two looks while the server runs on as it did, in milliseconds. */
const lookMs = 1_000;

/**
 * Refusals that no restart brings with it, and that do not pass by themselves: another try may lock an account. All
 * else does: a server on its way down or up refuses, resets, or closes without a word.
 */
const lasting: ReadonlySet<Attempt['verdict']> = new Set([
	'credentials refused',
	'database closed',
	'no such name',
	'tls refused',
]);

const startTime = 'select pg_postmaster_start_time()::text as started_at';

/** When the server was started, as text to compare; microseconds tell one start from another. @throws QueryError */
export async function startedAt(session: PostgresSession): Promise<string> {
	const { rows } = await session.read(startTime);
	return String(rows[0]?.started_at);
}

export type CameBack =
	| { readonly is: 'back'; readonly session: PostgresSession }
	/** It has not been started again, as far as could be seen in that time. */
	| { readonly is: 'not yet'; readonly why: string };

/**
 * Waits for a server that was started at another time than `before`.
 * @param forMs null: until the signal
 */
export async function comeBack(
	keeper: Keeper,
	before: string,
	{ forMs, signal }: { readonly forMs: number | null; readonly signal: AbortSignal },
): Promise<CameBack> {
	const end = forMs === null ? Number.POSITIVE_INFINITY : performance.now() + forMs;
	let why = 'the server runs on as it did';
	for (;;) {
		const { session } = keeper;
		let pause = retryMs;
		if (session === null) {
			const { failure, verdict } = await keeper.attempt();
			if (keeper.session !== null) continue;
			why = failure?.message ?? why;
			const left = Math.max(0, end - performance.now());
			if (failure?.code === '53300')
				await keeper.wait({ forMs: Number.isFinite(left) ? left : null, signal });
			else if (lasting.has(verdict)) return { is: 'not yet', why };
			if (keeper.session !== null) continue;
		} else {
			try {
				if ((await startedAt(session)) !== before) return { is: 'back', session };
				why = 'the server runs on as it did';
				pause = lookMs;
			} catch (error) {
				if (!(error instanceof QueryError) || !error.lost) throw error;
				await session.ended;
				continue;
			}
		}
		if (performance.now() >= end || signal.aborted) return { is: 'not yet', why };
		// A session that ends is the first sign of a restart.
		const ended = keeper.session?.ended ?? new Promise<never>(() => undefined);
		const stop = AbortSignal.any([
			signal,
			AbortSignal.timeout(Math.max(1, Math.ceil(Math.min(pause, end - performance.now())))),
		]);
		await Promise.race([ended, delay(pause, undefined, { signal: stop }).catch(() => undefined)]);
	}
}
