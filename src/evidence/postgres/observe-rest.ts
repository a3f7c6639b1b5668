/** The `rest` probe: the one session is left alone for minutes and then used, to see whether the network forgets it. */
import { restInWords, restLength } from '../../article/rest-length.ts';
import { ownFailure } from '../../machine/own-failure.ts';
import type { Facts, Failure, Observation } from '../../machine/ports.ts';
import { absent } from '../absent.ts';
import type { EvidenceSource } from '../observe.ts';
import { timeTaken } from '../time-taken.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import type { PostgresKeeper } from './keeper.ts';
import { type PostgresSession, QueryError } from './postgres.ts';
import { whyNoSession } from './why-no-session.ts';

export type RestSourceOptions = {
	readonly keeper: PostgresKeeper;
	readonly settings: ConnectionSettings;
	readonly clock: () => Date;
};

const serverStart = 'select extract(epoch from pg_postmaster_start_time())::float8 as started';

/** Only where somebody asks for it: it takes as long as it says. No second session is held for it at any time. */
export function createRestSource({ keeper, settings, clock }: RestSourceOptions): EvidenceSource {
	return async ({ check, demanded = false }, signal) => {
		const forMs = restLength(check);
		if (forMs === null) return absent('this check does not say for how long');
		const session = await keeper.ensureSession();
		if (session === null) return absent(whyNoSession(keeper.lastAttempt, null));
		const { host, port } = session.server;
		const place = settings.hosts.find((each) => each.host === host && each.port === port);
		if (place?.kind === 'unix')
			return absent('the session is on a Unix socket: there is no network in between');
		if (!demanded) return absent(`it takes ${restInWords(forMs)}, so it is done only when you ask for it`);

		const taken = timeTaken(clock);
		const measured = () => ({ source: 'live' as const, sql: null, ...taken() });
		const failed = (failure: Failure): Observation => ({ kind: 'failed', failure, ...measured() });
		const said = (verdict: 'dropped' | 'survived', facts: Facts): Observation => ({
			kind: 'verdict',
			verdict,
			facts: { rested_s: seconds(forMs), lost_after_s: null, code: null, left_behind: null, ...facts },
			rows: [],
			...measured(),
			failure: null,
			grant: null,
		});
		let runningSince: unknown;
		try {
			runningSince = await startOf(session);
			await session.rest(forMs, signal);
			return said('survived', {});
		} catch (error) {
			signal.throwIfAborted();
			if (!(error instanceof QueryError)) throw error;
			if (!error.lost) return failed(error.failure);
			const { durationMs: lostAfterMs } = taken();
			// The server said goodbye itself: a timeout of its own, an administrator, a crash. The network brought it.
			if (/^\d/.test(error.failure.code)) return failed(error.failure);
			const next = await keeper.ensureSession();
			if (next === null) return failed(alsoUnreachable(whyNoSession(keeper.lastAttempt, error.failure)));
			if ((await startOf(next)) !== runningSince) return failed(restarted);
			return said('dropped', {
				lost_after_s: seconds(lostAfterMs),
				code: error.failure.code,
				left_behind: session.pid,
			});
		}
	};
}

async function startOf(session: PostgresSession): Promise<unknown> {
	const { rows } = await session.read(serverStart);
	return rows[0]?.started;
}

const seconds = (milliseconds: number): number => Math.round(milliseconds / 100) / 10;

const restarted = ownFailure(
	'server-restarted',
	'The server was restarted while the connection lay idle, so its loss says nothing about the network.',
	['look again'],
);

function alsoUnreachable(why: string): Failure {
	return ownFailure(
		'no-new-session',
		`The idle connection was lost, and a new one could not be had either (${why}), so its being idle need not be the reason.`,
		['look again once the server lets this role in'],
	);
}
