/** The server's time: its logs are in it, and clocks disagree. */
import { type PostgresSession, QueryError } from '../postgres/postgres.ts';

export type ServerClock = {
	/** How far it is ahead of this machine's; negative: behind. */
	readonly aheadMs: number;
	/** When the postmaster began. */
	readonly startedMs: number;
	/** `log_timezone`, an IANA name. */
	readonly logZone: string | null;
};

/** Less than this is the way of the question, not the clock. */
const toleranceMs = 2_000;

const clockQuery = `select extract(epoch from clock_timestamp())::float8 as now,
       extract(epoch from pg_postmaster_start_time())::float8 as started,
       current_setting('log_timezone') as zone`;

/** Null: no session is there to ask, or it could not say. */
export async function readServerClock(
	session: PostgresSession | null,
	clock: () => Date,
): Promise<ServerClock | null> {
	if (session === null) return null;
	try {
		const before = clock().getTime();
		const { rows } = await session.read(clockQuery);
		const here = (before + clock().getTime()) / 2;
		const { now, started, zone } = rows[0] ?? {};
		if (typeof now !== 'number' || typeof started !== 'number') return null;
		const aheadMs = Math.round(now * 1000 - here);
		return {
			aheadMs: Math.abs(aheadMs) < toleranceMs ? 0 : aheadMs,
			startedMs: started * 1000,
			logZone: typeof zone === 'string' ? zone : null,
		};
	} catch (error) {
		if (error instanceof QueryError) return null;
		throw error;
	}
}
