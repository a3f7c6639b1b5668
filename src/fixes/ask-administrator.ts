/** Where the right to a change is somebody else's: they are handed the very statements. */
import { quoteIdentifier } from '../article/parameters.ts';
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import type { Prepared } from './effect.ts';
import { named } from './parameters.ts';

export type MissingRight = {
	/** Who may not do what. */
	readonly why: string;
	/** Who may, besides a superuser: `the owner of the database`; null: nobody. */
	readonly administrator: string | null;
	/** What would let this role do it itself, without semicolons; empty: nothing short of another role. */
	readonly grants: readonly string[];
};

/** Who may alter it, besides a superuser. */
const administrators = {
	database: 'the owner of the database',
	role: 'a role with CREATEROLE that administers it',
} as const;

/** @param name of the first that this role may not alter */
export function mayNotAlter(
	{ server }: PostgresSession,
	kind: keyof typeof administrators,
	name: string,
): MissingRight {
	return {
		why: `${server.user ?? 'this role'} may not alter ${named(kind, name)}`,
		administrator: administrators[kind],
		grants: [],
	};
}

/** @param statements all that is wanted, without semicolons */
export function askAdministrator(
	{ why, administrator, grants }: MissingRight,
	statements: readonly string[],
): Extract<Prepared, { readonly kind: 'by hand' }> {
	const whom = administrator === null ? 'a superuser' : `${administrator}, or a superuser,`;
	return {
		kind: 'by hand',
		why,
		instructions: statements.map((statement) => `Ask ${whom} to run: ${statement};`),
		grants,
	};
}

/** What lets its role see the settings as the files have them. */
export function grantsOfFiles(session: PostgresSession): readonly string[] {
	const to = grantee(session);
	return [
		`grant select on pg_file_settings to ${to}`,
		`grant execute on function pg_show_all_file_settings() to ${to}`,
	];
}

/** The role of the session as it is written in a statement; in quotes, for `user` and many others are words of SQL. */
export function grantee({ server }: PostgresSession): string {
	return server.user === null ? 'ROLE' : quoteIdentifier(server.user);
}
