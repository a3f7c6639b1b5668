/** Raising fences, doing something behind them, and lifting them again, whatever happens meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Keeper, PostgresSession } from '../evidence/postgres/postgres.ts';
import { ownFailure } from '../machine/own-failure.ts';
import type { Done, Failure } from '../machine/ports.ts';
import { databaseStates, sessionIn } from './databases.ts';
import type { ApplyContext } from './effect.ts';
import { failureOf, messageOf, statusOfFailure } from './failure.ts';
import {
	type Fence,
	inverseOf,
	lift,
	liftingStatement,
	raise,
	raisingStatement,
	whyNotFenced,
} from './fence.ts';
import type { FencePlan } from './fence-plan.ts';
import { journalled } from './fix-journal.ts';
import type { Guardian } from './guardian-client.ts';
import { named } from './parameters.ts';

export type Fenced<T> = {
	/** Null: it was not done, for the fences could not be raised. */
	readonly result: T | null;
	readonly done: readonly Done[];
	readonly failure: Failure | null;
};

type Raised = { readonly fence: Fence; readonly intent: number };

/**
 * Frees slots for the session to move to another database by, and calls back as soon as that is under way; false: it
 * can do no more.
 */
export type MakeRoom = (whenSignalled: () => Promise<void>) => Promise<boolean>;

/** How often room is made for the move. */
const roomTries = 4;
/** How long after the signals the free slot is raced for, in milliseconds. */
const raceMs = 400;

/** How long lifting is tried before it is left to the guardian, in milliseconds. */
const liftingMs = 10_000;

/**
 * Does `body` behind the fences. They are lifted when it has ended, however it ended; what cannot be lifted is handed
 * to the guardian. The session is back where it was afterwards, if there is a slot.
 */
export async function behindFences<T>(
	context: ApplyContext,
	plan: FencePlan,
	makeRoom: MakeRoom,
	body: () => Promise<T>,
): Promise<Fenced<T>> {
	const { keeper, journal, launchGuardian, onProgress } = context;
	const home = keeper.session?.server.database ?? null;
	const done: Done[] = [];
	if (plan.from === null || plan.fences.length === 0 || launchGuardian === null)
		return { result: null, done, failure: ownFailure('not-fenced', 'there is nothing to fence', []) };

	onProgress(`moving to ${named('database', plan.from)}`);
	const moved = await moveTo(context, plan.from, makeRoom);
	if ('refused' in moved) return { result: null, done, failure: notMoved(plan.from, moved.refused) };
	if (context.signal?.aborted) {
		await goHome(context, home);
		return { result: null, done, failure: ownFailure('stopped', 'nothing was fenced: it was stopped', []) };
	}

	let guardian: Guardian;
	try {
		guardian = await launchGuardian([plan.from], journal);
	} catch (error) {
		await goHome(context, home);
		const message = `nothing was fenced: ${messageOf(error)}`;
		return { result: null, done, failure: ownFailure('no-guardian', message, ['try again']) };
	}

	const raised: Raised[] = [];
	let result: T | null = null;
	let failure: Failure | null = null;
	try {
		for (const fence of plan.fences) {
			onProgress(`fencing ${named('database', fence.database)}`);
			done.push(await raiseOne(context, moved, guardian, fence, raised));
		}
		result = await body();
	} catch (error) {
		failure = failureOf(error, ['look again, then make a new plan']);
	} finally {
		onProgress('lifting the fence');
		done.push(...(await liftRaised(context, plan.from, guardian, raised)));
	}
	await goHome(context, home);
	return { result, done, failure };
}

function notMoved(database: string, why: string): Failure {
	return ownFailure('not-moved', `nothing was fenced: the session could not move to ${database}: ${why}`, [
		'connect to another database from the start: -d postgres',
		'give a role with reserved slots: --rescue CONNINFO',
	]);
}

async function moveTo(
	{ keeper }: ApplyContext,
	database: string,
	makeRoom: MakeRoom,
): Promise<PostgresSession | { readonly refused: string }> {
	for (let attempt = 0; ; attempt += 1) {
		const moved = await sessionIn(keeper, database);
		if (!('refused' in moved)) return moved;
		// Only a full server is mended by ending a session; a fence cannot stand before the move.
		if (keeper.lastAttempt?.failure?.code !== '53300' || attempt >= roomTries) return moved;
		if (!(await makeRoom(() => raceInto(keeper, database)))) return moved;
	}
}

/** A pool takes a slot again within a fraction of a second; so do we, by trying without a pause. */
async function raceInto(keeper: Keeper, database: string): Promise<void> {
	for (const deadline = Date.now() + raceMs; Date.now() < deadline; ) {
		if (!('refused' in (await sessionIn(keeper, database)))) return;
		if (keeper.lastAttempt?.failure?.code !== '53300') return;
	}
}

async function raiseOne(
	{ journal, plan, solution }: ApplyContext,
	session: PostgresSession,
	guardian: Guardian,
	planned: Fence,
	raised: Raised[],
): Promise<Done> {
	const what = `fence ${named('database', planned.database)}`;
	const [state] = await databaseStates(session, [planned.database]);
	const why = state === undefined ? 'it is not there any more' : whyNotFenced(planned.kind, state);
	if (state === undefined || why !== null) return { what, status: 'skipped', why };
	// Somebody may have changed the limit since the plan: what is restored is what is there now.
	const fence: Fence = { ...planned, limitBefore: state.connectionLimit };
	await journalled(
		journal,
		{
			plan,
			solution: solution.id,
			effect: 'fence',
			object: named('database', fence.database),
			old: fence.kind === 'limit' ? fence.limitBefore : true,
			set: fence.kind === 'limit' ? 0 : false,
			inverse: inverseOf(fence),
			statement: raisingStatement(fence),
		},
		async (intent) => {
			await guardian.guard({ fence, intent });
			// From here on it is lifted, also when nobody knows whether it was raised.
			raised.push({ fence, intent });
			try {
				await raise(session, fence, state.superuser ? { session: journal.session, at: new Date() } : null);
			} catch (error) {
				if (statusOfFailure(error) === 'failed') {
					raised.pop();
					guardian.forget(intent);
				}
				throw error;
			}
		},
		() => ({ status: 'done', why: null, rows: [] }),
	);
	return { what, status: 'done', why: null };
}

/** Lifts all of them, latest first; what remains is the guardian's. */
async function liftRaised(
	{ keeper, journal }: ApplyContext,
	from: string,
	guardian: Guardian,
	raised: readonly Raised[],
): Promise<readonly Done[]> {
	const done: Done[] = [];
	const left = [...raised].reverse();
	const deadline = Date.now() + liftingMs;
	let latest = 'there is no session';
	for (let attempt = 0; left.length > 0 && Date.now() < deadline; attempt += 1) {
		if (attempt > 0) await delay(Math.min(1_000, 50 * 2 ** attempt));
		try {
			if (keeper.session === null) await keeper.reconnect();
			const session = await sessionIn(keeper, from);
			if ('refused' in session) {
				latest = session.refused;
				continue;
			}
			for (let next = left[0]; next !== undefined; next = left[0]) {
				const { how, now } = await lift(session, next.fence);
				left.shift();
				const what = `lift the fence of ${named('database', next.fence.database)}`;
				done.push(
					how === 'lifted' ? { what, status: 'done', why: null } : { what, status: 'skipped', why: now },
				);
				await journal.append(
					{
						kind: 'lifted',
						of: journal.session,
						intent: next.intent,
						by: how === 'lifted' ? 'fix' : 'somebody else',
						why: how === 'lifted' ? null : now,
					},
					{ durable: true },
				);
			}
		} catch (error) {
			latest = messageOf(error);
		}
	}
	if (left.length === 0) guardian.release();
	else guardian.handOver();
	return [
		...done,
		...left.map(({ fence }): Done => {
			const what = `lift the fence of ${named('database', fence.database)}`;
			const why = `${latest}; the guardian process goes on trying. By hand: ${liftingStatement(fence)};`;
			return { what, status: 'unknown', why };
		}),
	];
}

/** Where the session was before; staying is no harm when there is no slot to go back by. */
async function goHome({ keeper }: ApplyContext, home: string | null): Promise<void> {
	if (home !== null) await sessionIn(keeper, home);
}
