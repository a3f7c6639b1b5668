/** The `pooler` probe: whether clients wait in a pooler that stands between here and the server. */
import { absent } from '../absent.ts';
import type { EvidenceSource } from '../observe.ts';
import type { ConnectionSettings } from '../postgres/connection-settings.ts';
import type { PostgresKeeper } from '../postgres/keeper.ts';
import type { Attempt } from '../postgres/postgres.ts';
import { whyNoSession } from '../postgres/why-no-session.ts';
import { timeTaken } from '../time-taken.ts';
import { isWaiting, lookIntoPooler } from './look.ts';

export type PoolerSourceOptions = {
	readonly keeper: PostgresKeeper;
	/** The keeper's own: the console is at the same address, by the same login. */
	readonly settings: ConnectionSettings;
	readonly maxRows: number;
	readonly clock: () => Date;
};

/**
 * Asks the console where a pooler was noticed: the session's key is not its backend's, or the refusal was a pooler's
 * own. Without one the answer is `none`.
 */
export function createPoolerSource({
	keeper,
	settings,
	maxRows,
	clock,
}: PoolerSourceOptions): EvidenceSource {
	return async (_, signal) => {
		const taken = timeTaken(clock);
		const session = await keeper.ensureSession();
		const { lastAttempt } = keeper;
		const measured = () => ({ source: 'live' as const, sql: null, ...taken() });
		if (lastAttempt?.verdict !== 'pooler refused') {
			if (session === null) return absent(whyNoSession(lastAttempt, null), null);
			if (!session.pooled)
				return { kind: 'verdict', verdict: 'none', facts: {}, rows: [], ...measured(), ...allSeen };
		}
		const outcome = await lookIntoPooler(atTheSameDoor(settings, lastAttempt), signal);
		if (outcome.kind === 'refused') {
			const { failure, grant } = outcome;
			if (grant !== null) return absent(failure.message, grant);
			return { kind: 'failed', failure, ...measured() };
		}
		const { look } = outcome;
		return {
			kind: 'verdict',
			verdict: isWaiting(look) ? 'waiting' : 'quiet',
			facts: look.facts,
			rows: look.rows.slice(0, maxRows),
			...measured(),
			...allSeen,
		};
	};
}

const allSeen = { failure: null, grant: null } as const;

/** Of several hosts the one that answered: another one's console tells of other clients. */
function atTheSameDoor(settings: ConnectionSettings, attempt: Attempt | null): ConnectionSettings {
	const met = settings.hosts.filter(
		({ host, port }) => host === attempt?.server.host && port === attempt.server.port,
	);
	return met.length === 0 ? settings : { ...settings, hosts: met };
}
