/** Getting to the server to mend something there, also where the way that was asked for is closed by a fence. */
import type { Attempt, Keeper } from '../evidence/postgres/postgres.ts';
import { ExpectedError } from './errors.ts';
import { exitStatus } from './exit-status.ts';
import { untilCancelled } from './until-cancelled.ts';

/** A fence closes one database; what it closed is opened from another. These are on every server. */
const otherDatabases = ['postgres', 'template1'];

export type Reaching = {
	/** How long a slot is waited for, in milliseconds. */
	readonly waitMs: number;
	/** What does not happen without a session: `nothing was taken back`. */
	readonly otherwise: string;
	readonly signal: AbortSignal;
	/** What to do first, where it is not reached. */
	readonly hints?: readonly string[];
};

/** @throws ExpectedError with status 2 where there is no way in, CancelledError */
export async function reachServer(
	keeper: Keeper,
	{ waitMs, otherwise, signal, hints = [] }: Reaching,
): Promise<void> {
	let attempt = await untilCancelled(keeper.attempt(), signal);
	if (keeper.session === null && isFencedOut(attempt)) {
		for (const database of otherDatabases) {
			if (keeper.session === null && database !== attempt.server.database)
				await untilCancelled(keeper.move(database), signal);
		}
	}
	if (keeper.session === null && waitMs > 0) attempt = await keeper.wait({ forMs: waitMs, signal });
	signal.throwIfAborted();
	if (keeper.session !== null) return;
	const { failure } = attempt;
	throw new ExpectedError(
		failure?.code ?? 'no-session',
		`${otherwise}: ${failure?.message ?? 'there is no session on the server'}`,
		[...hints, ...(failure?.next ?? [])],
		exitStatus.notDone,
	);
}

function isFencedOut({ verdict }: Attempt): boolean {
	return verdict === 'database limit' || verdict === 'database closed';
}
