/** Which server this is, whatever it is called today: an undo must not reach another one that has the same names. */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import type { JournalRecord } from '../session/record.ts';
import { systemIdentifier } from './sql.ts';

/** The identifier that initdb gave the cluster; it stays through restarts and failovers. Null: it is not told here. */
export async function clusterOf(session: PostgresSession): Promise<string | null> {
	try {
		const { rows } = await session.read(systemIdentifier);
		return typeof rows[0]?.id === 'string' ? rows[0].id : null;
	} catch {
		// A provider may have taken away the right to ask. Then nothing is said against this server.
		return null;
	}
}

/** Why what the records tell of was not done on this server; null: it was, or that cannot be told. */
export async function whyElsewhere(
	session: PostgresSession,
	records: readonly JournalRecord[],
): Promise<string | null> {
	const recorded = records.findLast((record) => record.kind === 'cluster');
	if (recorded === undefined) return null;
	const here = await clusterOf(session);
	if (here === null || here === recorded.id) return null;
	return 'it was done on another server than the one connected to now';
}
