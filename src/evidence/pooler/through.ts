/** A login through a pooler, to see that it is one and that it works. */
import { ownFailure } from '../../machine/own-failure.ts';
import type { Failure } from '../../machine/ports.ts';
import { attemptSession } from '../postgres/attempt.ts';
import type { ConnectionSettings } from '../postgres/connection-settings.ts';
import { QueryError } from '../postgres/postgres.ts';
import { placeName } from '../postgres/refusal.ts';
import { type Looked, lookIntoPooler } from './look.ts';

export type ThroughPooler =
	/** A query came through it. */
	| {
			readonly kind: 'pooled';
			/** `pooler.example.org:6432`. */
			readonly at: string;
			/** Whom the server behind it says that we are, and where. */
			readonly user: string;
			readonly database: string;
			/** What its console says, or why it says nothing to us. */
			readonly console: Looked;
	  }
	| { readonly kind: 'refused'; readonly failure: Failure };

/**
 * Logs in, asks the server behind it one thing, and asks the pooler's console, which only some roles may; then it is gone again.
 * @throws only the signal's reason, when it is aborted
 */
export async function lookThroughPooler(
	settings: ConnectionSettings,
	{ clock, signal }: { readonly clock: () => Date; readonly signal: AbortSignal },
): Promise<ThroughPooler> {
	const { attempt, session } = await attemptSession(settings, { clock, signal });
	if (session === null) {
		if (attempt.failure === null) throw new TypeError('an attempt without a session and without a failure');
		return { kind: 'refused', failure: attempt.failure };
	}
	const host = settings.hosts.find(
		(each) => each.host === session.server.host && each.port === session.server.port,
	);
	const at = host === undefined ? settings.user : placeName(host);
	try {
		if (!session.pooled)
			return refused('not-pooled', `There is no pooler at ${at}: that is the server itself.`, [
				'give the address and port that the pooler listens on',
			]);
		await session.read('select 1');
		const console = await lookIntoPooler(settings, signal);
		const { user, database } = session.server;
		return {
			kind: 'pooled',
			at,
			user: user ?? settings.user,
			database: database ?? settings.database,
			console,
		};
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof QueryError) return { kind: 'refused', failure: error.failure };
		throw error;
	} finally {
		await session.close();
	}
}

function refused(code: string, message: string, next: readonly string[]): ThroughPooler {
	return { kind: 'refused', failure: ownFailure(code, message, next) };
}
