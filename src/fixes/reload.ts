/** Having the server read its configuration files again. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresSession } from '../evidence/postgres/postgres.ts';

export const reload = 'select pg_reload_conf()';

/** When this session last took the configuration files in. */
const loadedAt = 'select extract(epoch from pg_conf_load_time())::text as at';

/** Between two looks whether it has, in milliseconds. */
const lookEveryMs = 20;

/**
 * Asks for it, and waits until this session has the files too.
 * @returns false: it has not within that time
 * @throws QueryError
 */
export async function reloadFiles(session: PostgresSession, withinMs: number): Promise<boolean> {
	const read = async () => (await session.read(loadedAt)).rows[0]?.at ?? null;
	const before = await read();
	await session.write(reload);
	for (const deadline = Date.now() + withinMs; ; await delay(lookEveryMs)) {
		if ((await read()) !== before) return true;
		if (Date.now() > deadline) return false;
	}
}
