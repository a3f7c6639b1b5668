/** Where the right to a change is somebody else's: they are handed the very statements. */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import type { Prepared } from './effect.ts';
import { named } from './parameters.ts';

/** Who may alter it, besides a superuser. */
const administrators = {
	database: 'the owner of the database',
	role: 'a role with CREATEROLE that administers it',
} as const;

/**
 * @param name of the first that this role may not alter
 * @param statements all that is wanted, without semicolons
 */
export function askAdministrator(
	{ server }: PostgresSession,
	kind: keyof typeof administrators,
	name: string,
	statements: readonly string[],
): Prepared {
	return {
		kind: 'by hand',
		why: `${server.user ?? 'this role'} may not alter ${named(kind, name)}`,
		instructions: statements.map(
			(statement) => `Ask ${administrators[kind]}, or a superuser, to run: ${statement};`,
		),
	};
}
