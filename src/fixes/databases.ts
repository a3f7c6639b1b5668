/** Databases and roles as the fixes need to know them: what limits them, and whether we may change that. */
import type { Keeper, PostgresSession } from '../evidence/postgres/postgres.ts';
import { databaseNames, databasesByName, databasesToBeIn, roleByName, roleNames } from './sql.ts';

export type DatabaseState = {
	readonly name: string;
	/** -1: none. */
	readonly connectionLimit: number;
	readonly allowsConnections: boolean;
	/** We own it, or are a superuser. */
	readonly mayAlter: boolean;
	readonly superuser: boolean;
	/** What a fence noted in it; null: nothing. Whoever could write it was a superuser. */
	readonly recorded: string | null;
};

export type RoleState = {
	readonly name: string;
	/** -1: none. */
	readonly connectionLimit: number;
	readonly superuser: boolean;
	readonly mayAlter: boolean;
};

/** Those of the names that are there. @throws QueryError */
export async function databaseStates(
	session: PostgresSession,
	names: readonly string[],
): Promise<readonly DatabaseState[]> {
	const { rows } = await session.read(databasesByName, [JSON.stringify(names)]);
	return rows.map((row) => ({
		name: String(row.name),
		connectionLimit: Number(row.connection_limit),
		allowsConnections: row.allows === true,
		mayAlter: row.may_alter === true,
		superuser: row.superuser === true,
		recorded: typeof row.recorded === 'string' ? row.recorded : null,
	}));
}

/** Null: there is no such role. @throws QueryError */
export async function roleState(session: PostgresSession, name: string): Promise<RoleState | null> {
	const { rows } = await session.read(roleByName, [name]);
	const row = rows[0];
	if (row === undefined) return null;
	return {
		name: String(row.name),
		connectionLimit: Number(row.connection_limit),
		superuser: row.superuser === true,
		mayAlter: row.may_alter === true,
	};
}

export type NamesOn = {
	/** For a person to choose from. */
	readonly choices: readonly string[];
	/** Those that are there, templates and roles that do not log in among them. */
	readonly all: ReadonlySet<string>;
};

/** @throws QueryError */
export async function namesOn(session: PostgresSession, kind: 'database' | 'role'): Promise<NamesOn> {
	const { rows } = await session.read(kind === 'database' ? databaseNames : roleNames);
	const choices = rows.filter(({ apart }) => apart !== true).map(({ name }) => String(name));
	return { choices, all: new Set(rows.map(({ name }) => String(name))) };
}

/** The database that the session can wait in while others are closed; null: there is none but those. @throws QueryError */
export async function databaseBesides(
	session: PostgresSession,
	closed: readonly string[],
): Promise<string | null> {
	const current = session.server.database;
	if (current !== null && !closed.includes(current)) return current;
	const { rows } = await session.read(databasesToBeIn);
	return rows.map((row) => String(row.name)).find((name) => !closed.includes(name)) ?? null;
}

/** The held session in that database, moved there if need be; or why it could not be. */
export async function sessionIn(
	keeper: Keeper,
	database: string,
): Promise<PostgresSession | { readonly refused: string }> {
	if (keeper.session?.server.database !== database) await keeper.move(database);
	const { session } = keeper;
	if (session !== null && session.server.database === database) return session;
	return { refused: keeper.lastAttempt?.failure?.message ?? `there is no session in ${database}` };
}
