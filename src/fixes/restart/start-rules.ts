/** What PostgreSQL demands of its settings before it starts; ALTER SYSTEM takes what the start then refuses. */

/** `MAX_BACKENDS`: slots are numbered with 18 bits, and none is number 0. */
const mostProcesses = 262_143;

/** Slots that it keeps for itself beside those that settings count (`InitializeMaxBackends`). */
const special = (versionNum: number): number => (versionNum >= 180_000 ? 2 : 1);

/**
 * Why a server with these settings would not start; null: nothing speaks against it.
 * @param values all that only a start sets, by name
 */
export function startProblem(values: ReadonlyMap<string, string>, versionNum: number): string | null {
	const of = (name: string): number => Number(values.get(name) ?? 0);
	const most = of('max_connections');
	const reserves = ['superuser_reserved_connections', 'reserved_connections'].filter((name) =>
		values.has(name),
	);
	// Until 11 walsenders took their slots from max_connections, and had to fit in with the reserve.
	const kept = versionNum < 120_000 ? [...reserves, 'max_wal_senders'] : reserves;
	const sum = kept.reduce((total, name) => total + of(name), 0);
	if (sum >= most) {
		const terms = kept.map((name) => `${name} ${of(name)}`).join(' + ');
		return `${terms} must be less than max_connections, which would be ${most}: PostgreSQL would not start`;
	}
	const autovacuum = values.has('autovacuum_worker_slots')
		? 'autovacuum_worker_slots'
		: 'autovacuum_max_workers';
	const others = [autovacuum, 'max_worker_processes', ...(versionNum >= 120_000 ? ['max_wal_senders'] : [])];
	const beside = others.reduce((total, name) => total + of(name), special(versionNum));
	if (most + beside > mostProcesses)
		return `max_connections can be ${mostProcesses - beside} at most here: PostgreSQL has ${mostProcesses} slots, of which ${beside} are for workers`;
	return null;
}
