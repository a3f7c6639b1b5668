/** Who connected again after their sessions were ended: pools do within a fraction of a second. */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import type { Row } from '../machine/ports.ts';
import { cameSince, serverTime } from './sql.ts';

/** The moment to count from, by the server's clock. @throws QueryError */
export async function momentOn(session: PostgresSession): Promise<string> {
	const { rows } = await session.read(serverTime);
	return String(rows[0]?.at);
}

/** In a person's words; null: nobody came, or nobody that this role can see. @throws QueryError */
export async function whoCameBack(
	session: PostgresSession,
	databases: readonly string[],
	since: string,
): Promise<string | null> {
	const { rows } = await session.read(cameSince, [JSON.stringify(databases), since]);
	if (rows.length === 0) return null;
	const total = rows.reduce((sum, row) => sum + Number(row.sessions), 0);
	const first = Math.max(0, Math.min(...rows.map((row) => Number(row.first_after_ms))));
	const groups = rows.slice(0, 5).map(describe).join('; ');
	const more = rows.length > 5 ? '; and others' : '';
	const sessions = total === 1 ? '1 session has' : `${total} sessions have`;
	return `${sessions} connected since, the first after ${first} ms: ${groups}${more}`;
}

function describe(row: Row): string {
	const from = row.address === null ? 'this server itself' : String(row.address).replace(/\/(32|128)$/, '');
	const application =
		row.application === null || row.application === '' ? '' : ` (${String(row.application)})`;
	return `${String(row.sessions)} of ${String(row.role)} in ${String(row.database)} from ${from}${application}`;
}
