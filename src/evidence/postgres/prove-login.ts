/** A real login that proves an ordinary role gets in: it lives for one query, then it is gone. */
import { attemptSession } from './attempt.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { type Attempt, QueryError } from './postgres.ts';

export type LoginProof = {
	/** Logged in, and a query was answered. */
	readonly ok: boolean;
	readonly attempt: Attempt;
};

/**
 * Beside the held session, for well under a tenth of a second on a near server. A refusal is data.
 * @throws only the signal's reason, when it is aborted
 */
export async function proveLogin(
	settings: ConnectionSettings,
	clock: () => Date = () => new Date(),
	signal?: AbortSignal,
): Promise<LoginProof> {
	const { attempt, session } = await attemptSession(settings, {
		clock,
		...(signal === undefined ? {} : { signal }),
	});
	if (session === null) return { ok: false, attempt };
	try {
		await session.read('select 1');
		return { ok: true, attempt };
	} catch (error) {
		if (error instanceof QueryError) return { ok: false, attempt };
		throw error;
	} finally {
		await session.close();
	}
}
