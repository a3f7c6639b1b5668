/** Whether a server can feed one more standby, and what that standby must have: looked at before anything is made. */
import type { PostgresSession } from '../../evidence/postgres/postgres.ts';
import { primaryNeeds, settingsToMatch, sizeOfCopy } from './sql.ts';

export type PrimaryNeeds = {
	/** What must be changed first, each with the way; empty: nothing. */
	readonly obstacles: readonly { readonly why: string; readonly next: string }[];
	/** Whether the session's role may make a replication slot. */
	readonly mayMakeSlots: boolean;
	/** `listen_addresses`, where only this machine's own clients can come in; null: others can. */
	readonly onlyLocal: string | null;
	/** What `synchronous_standby_names` says; empty: every commit returns at once. */
	readonly synchronousNames: string;
	/** `max_slot_wal_keep_size`; null: this version has none, `-1`: there is no limit. */
	readonly slotWalLimit: string | null;
};

/** The settings that may not be lower on a standby, by name. */
export type SettingsToMatch = ReadonlyMap<string, number>;

/** @throws QueryError */
export async function lookAtPrimary(session: PostgresSession): Promise<PrimaryNeeds> {
	const { rows } = await session.read(primaryNeeds);
	const row = rows[0] ?? {};
	const restart = 'then restart PostgreSQL';
	const obstacles: { why: string; next: string }[] = [];
	const wants = (is: boolean, why: string, next: string) => {
		if (!is) obstacles.push({ why, next });
	};
	wants(row.in_recovery !== true, 'this server is itself a standby', 'connect to its primary');
	wants(
		row.wal_level !== 'minimal',
		'its write-ahead log has too little in it for a standby (wal_level = minimal)',
		`alter system set wal_level = 'replica', ${restart}`,
	);
	wants(
		Number(row.senders) < Number(row.senders_allowed),
		`all ${String(row.senders_allowed)} replication connections are taken (max_wal_senders)`,
		`see make-room-for-walsenders; or alter system set max_wal_senders = ${Math.max(10, Number(row.senders_allowed) + 5)}, ${restart}, standbys first`,
	);
	wants(
		Number(row.slots) < Number(row.slots_allowed),
		`all ${String(row.slots_allowed)} replication slots are taken (max_replication_slots)`,
		`drop one that nobody uses, or alter system set max_replication_slots = ${Number(row.slots_allowed) + 5}, ${restart}`,
	);
	return {
		obstacles,
		mayMakeSlots: row.may === true,
		onlyLocal: isOnlyLocal(String(row.listens_on)) ? String(row.listens_on) : null,
		synchronousNames: String(row.synchronous_names ?? ''),
		slotWalLimit: typeof row.slot_wal_limit === 'string' ? row.slot_wal_limit : null,
	};
}

function isOnlyLocal(addresses: string): boolean {
	return addresses.split(',').every((each) => /^(?:localhost|127\..*|::1|)$/i.test(each.trim()));
}

/** @throws QueryError */
export async function settingsOf(session: PostgresSession): Promise<SettingsToMatch> {
	const { rows } = await session.read(settingsToMatch);
	return new Map(rows.map(({ name, value }) => [String(name), Number(value)]));
}

/** Those of the settings that are lower there, with the value that they want. */
export function lowerThan(wanted: SettingsToMatch, there: SettingsToMatch): SettingsToMatch {
	return new Map([...wanted].filter(([name, value]) => (there.get(name) ?? value) < value));
}

/** `max_connections = 100, …`. */
export function inWords(settings: SettingsToMatch): string {
	return [...settings].map(([name, value]) => `${name} = ${value}`).join(', ');
}

/** As `34 MB`, and whether tablespaces lie elsewhere; null: this role may not know. @throws QueryError */
export async function copySize(
	session: PostgresSession,
): Promise<{ readonly size: string | null; readonly tablespaces: number }> {
	const { rows } = await session.read(sizeOfCopy, [], { timeoutMs: 20_000 });
	const { size = null, tablespaces = 0 } = rows[0] ?? {};
	return { size: size === null ? null : String(size), tablespaces: Number(tablespaces) };
}
