/**
 * The fence that keeps a reconnecting pool out of a database while its sessions are ended: a connection limit of 0,
 * or, where a superuser's application is among them, no connections at all. This file knows what a fence is and how
 * it is raised and lifted on one session; who holds the ladder is in `fenced.ts`.
 */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import { QueryError } from '../evidence/postgres/postgres.ts';
import type { Inverse, SessionId } from '../session/record.ts';
import { type DatabaseState, databaseStates } from './databases.ts';
import { NotBegun } from './failure.ts';
import {
	databasesWithRecord,
	forgetFence,
	oneFenceAtATime,
	recordFence,
	setAllowConnections,
	setDatabaseLimit,
} from './sql.ts';

export type FenceKind = 'limit' | 'closed';

/** One database's fence, with all that it takes to lift it. */
export type Fence = {
	readonly database: string;
	readonly kind: FenceKind;
	/** `datconnlimit` before; never 0 where the kind is `limit`. */
	readonly limitBefore: number;
};

/** A fence that is noted in its database and still stands. */
export type RecordedFence = Fence & {
	/** The session that raised it. */
	readonly session: SessionId;
	/** ISO 8601, the clock of the machine that raised it. */
	readonly at: string;
};

/** How long the statement that raises a fence may take, in milliseconds: less than the guardian's patience. */
export const raiseTimeoutMs = 2_000;

/** The statement that raises it. */
export function raisingStatement({ database, kind }: Pick<Fence, 'database' | 'kind'>): string {
	return kind === 'limit' ? setDatabaseLimit(database, 0) : setAllowConnections(database, false);
}

/** The statement that lifts it, as a person would type it. */
export function liftingStatement({ database, kind, limitBefore }: Fence): string {
	return kind === 'limit' ? setDatabaseLimit(database, limitBefore) : setAllowConnections(database, true);
}

export function inverseOf({ database, kind, limitBefore }: Fence): Inverse {
	return kind === 'limit'
		? { effect: 'connection-limit', kind: 'database', name: database, before: limitBefore }
		: { effect: 'allow-connections', database, before: true };
}

/** Whether the fence stands, by what the database says of itself. */
export function stands({ kind }: Pick<Fence, 'kind'>, state: DatabaseState): boolean {
	return kind === 'limit' ? state.connectionLimit === 0 : !state.allowsConnections;
}

/**
 * What stands in the way of fencing this database; null: nothing. A limit found at 0 (connections found disallowed)
 * is somebody's fence already, and never a value to restore.
 */
export function whyNotFenced(kind: FenceKind, state: DatabaseState): string | null {
	if (kind === 'limit' && state.connectionLimit === 0)
		return `the connection limit of ${state.name} is 0 already: a fence that somebody left? It is left as it is`;
	if (!state.allowsConnections)
		return `${state.name} accepts no connections already: a fence that somebody left? It is left as it is`;
	return state.mayAlter ? null : `only the owner of ${state.name} or a superuser may fence it`;
}

/**
 * Raises it; a superuser notes in the same transaction how to lift it. Of two wizards that have both read the same limit
 * only one does: the other would be without its fence as soon as the first has lifted its own.
 * @throws QueryError; NotBegun where the database is not any more as it was read
 */
export async function raise(
	session: PostgresSession,
	fence: Fence,
	note: { readonly session: SessionId; readonly at: Date } | null,
): Promise<void> {
	const record = note === null ? [] : [recordFence(fence.database, writeRecord(fence, note))];
	await inTransaction(session, [...record, raisingStatement(fence)], async () => {
		await session.write(oneFenceAtATime, [], { timeoutMs: raiseTimeoutMs });
		const [state] = await databaseStates(session, [fence.database]);
		if (state?.allowsConnections !== true || state.connectionLimit !== fence.limitBefore)
			throw new NotBegun(`somebody else has fenced or limited ${fence.database} at this very moment`);
	});
}

export type Lifted = {
	/** `changed`: somebody else had changed it since, and it was left. `gone`: the database is not there. */
	readonly how: 'lifted' | 'changed' | 'gone';
	readonly now: string;
};

/**
 * Lifts it if it stands; safe to be called by several at once, and again.
 * @throws QueryError
 */
export async function lift(session: PostgresSession, fence: Fence): Promise<Lifted> {
	for (let attempt = 0; ; attempt += 1) {
		const [state] = await databaseStates(session, [fence.database]);
		if (state === undefined) return { how: 'gone', now: `there is no database ${fence.database}` };
		const forget = state.recorded !== null && state.superuser ? [forgetFence(fence.database)] : [];
		if (!stands(fence, state)) {
			await inTransaction(session, forget);
			return {
				how: 'changed',
				now:
					fence.kind === 'limit'
						? `its connection limit is ${state.connectionLimit}`
						: 'it accepts connections',
			};
		}
		try {
			await inTransaction(session, [liftingStatement(fence), ...forget]);
			return { how: 'lifted', now: liftingStatement(fence) };
		} catch (error) {
			// Another process lifts it at this very moment: "tuple concurrently updated" (XX000). Look again.
			if (!(error instanceof QueryError) || error.lost || error.failure.code !== 'XX000' || attempt >= 3)
				throw error;
		}
	}
}

/** Removes the note of a fence that does not stand any more; only a superuser can, and need. @throws QueryError */
export async function forgetRecord(session: PostgresSession, database: string): Promise<void> {
	const [state] = await databaseStates(session, [database]);
	if (state?.superuser === true && state.recorded !== null) await session.write(forgetFence(database));
}

/** @param look in the same transaction, before anything is done; what it throws ends it */
async function inTransaction(
	session: PostgresSession,
	statements: readonly string[],
	look: (() => Promise<void>) | null = null,
): Promise<void> {
	const options = { timeoutMs: raiseTimeoutMs };
	const [first] = statements;
	if (first === undefined) return;
	if (statements.length === 1 && look === null) {
		await session.write(first, [], options);
		return;
	}
	// What was committed while a lock was waited for must be seen, whatever this role's default is.
	await session.write('begin isolation level read committed');
	try {
		await look?.();
		for (const statement of statements) await session.write(statement, [], options);
		await session.write('commit');
	} catch (error) {
		if (!(error instanceof QueryError) || !error.lost) await session.write('rollback');
		throw error;
	}
}

/** Fences noted in the databases that still stand, whoever raised them. @throws QueryError */
export async function recordedFences(session: PostgresSession): Promise<readonly RecordedFence[]> {
	const { rows } = await session.read(databasesWithRecord);
	const states = await databaseStates(
		session,
		rows.map((row) => String(row.name)),
	);
	return states.flatMap((state) => {
		const fence = readRecord(state);
		return fence !== null && stands(fence, state) ? [fence] : [];
	});
}

function writeRecord(
	fence: Fence,
	{ session, at }: { readonly session: SessionId; readonly at: Date },
): string {
	return JSON.stringify({ v: 1, kind: fence.kind, limit: fence.limitBefore, session, at: at.toISOString() });
}

/** Whatever stands there was written by a superuser, but not necessarily by this program. */
function readRecord({ name, recorded }: DatabaseState): RecordedFence | null {
	if (recorded === null) return null;
	let record: unknown;
	try {
		record = JSON.parse(recorded);
	} catch {
		return null;
	}
	if (typeof record !== 'object' || record === null) return null;
	if (!('kind' in record) || !('limit' in record) || !('session' in record) || !('at' in record)) return null;
	const { kind, limit, session, at } = record;
	if (kind !== 'limit' && kind !== 'closed') return null;
	if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < -1) return null;
	if (kind === 'limit' && limit === 0) return null;
	if (typeof session !== 'string' || typeof at !== 'string') return null;
	return { database: name, kind, limitBefore: limit, session, at };
}
