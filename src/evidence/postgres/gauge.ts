import type { Gauge, Row } from '../../machine/ports.ts';
import type { PostgresSession } from './postgres.ts';
import { gaugeQuery } from './statements.ts';

const gaugeTimeoutMs = 2_000;

/**
 * Counts the slots. Sessions stalled in authentication are not seen before 18.
 * @returns null where this role may not see into all rows: a number would be wrong then
 * @throws QueryError
 */
export async function measureSlots(session: PostgresSession): Promise<Gauge | null> {
	const { rows, at } = await session.read(gaugeQuery(session.server.versionNum ?? 0), [], {
		timeoutMs: gaugeTimeoutMs,
	});
	const { used, hidden, usable, slot_limit: limit }: Row = rows[0] ?? {};
	if (typeof used !== 'number' || typeof usable !== 'number' || typeof limit !== 'number') return null;
	if (hidden !== 0) return null;
	// Whoever comes in by the reserve is counted too: an ordinary login is refused once `usable` slots are taken by anybody.
	return { used: Math.min(used, usable), usable, limit, at };
}
