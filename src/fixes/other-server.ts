/** Another server than the one held: `on=standby` names the parameter that says how it is reached. */
import type { Fence } from '../article/article.ts';
import { type Keeper, type PostgresSession, QueryError } from '../evidence/postgres/postgres.ts';
import { SettingsError } from '../evidence/postgres/settings-error.ts';
import { ownFailure } from '../machine/own-failure.ts';
import type { Facts, Failure } from '../machine/ports.ts';
import { samePostmaster } from './sql.ts';

/** A keeper of its own for a connection string. @throws SettingsError where it makes no sense */
export type ConnectTo = (conninfo: string) => Keeper;

/** A connection string with the name of the parameter that it was given for. */
export type OtherServer = { readonly parameter: string; readonly conninfo: string };

/** Which server a fence means; its connection string is null where none was given. */
export function otherServerOf(
	{ attributes }: Fence,
	values: Facts,
): { readonly parameter: string; readonly conninfo: string | null } {
	const parameter = attributes.on ?? '';
	const value = Object.hasOwn(values, parameter) ? (values[parameter] ?? null) : null;
	return { parameter, conninfo: value === null ? null : String(value) };
}

/**
 * Does something on a session of another server, which is ended as soon as it is done.
 * @param held the session of the first server: one that turns out to be of the same server is given up at once
 * @throws QueryError where it is refused, lost, or the same server; SettingsError
 */
export async function onOtherServer<T>(
	connectTo: ConnectTo,
	{ conninfo }: OtherServer,
	held: PostgresSession,
	body: (session: PostgresSession) => Promise<T>,
): Promise<T> {
	const keeper = connectTo(conninfo);
	try {
		const { failure } = await keeper.attempt();
		const { session } = keeper;
		if (session === null)
			throw new QueryError(failure ?? ownFailure('no-session', 'it gave no session', []), false);
		const [here, there] = await Promise.all([held.read(samePostmaster), session.read(samePostmaster)]);
		if (here.rows[0]?.postmaster === there.rows[0]?.postmaster)
			throw new QueryError(
				ownFailure('same-server', 'that is the very server that is connected to already', [
					'give the address of the other one',
				]),
				false,
			);
		return await body(session);
	} finally {
		await keeper.close();
	}
}

/** What is wrong with a connection string, or with what it leads to; null: something else went wrong. */
export function otherServerProblem(error: unknown): string | null {
	const told =
		error instanceof SettingsError
			? [error.message, ...error.next]
			: error instanceof QueryError
				? [error.failure.message, ...hintsOf(error.failure)]
				: null;
	return told === null ? null : told.map((text) => text.replace(/\.$/, '')).join('; ');
}

/** An option of the command line is about the first server, not this one; a password goes into what is typed here. */
function hintsOf({ layer, next }: Failure): readonly string[] {
	const hints = next.filter((hint) => !/(?:^|[\s(])-[A-Za-z]\b|PGPASSWORD/.test(hint));
	return layer === 'authentication'
		? ['Give its role and password with it: user=… password=…, or in the password file (~/.pgpass)', ...hints]
		: hints;
}
