/** A value on the server that is changed by one statement and can be put back: what its effects have in common. */
import type { Keeper, PostgresSession } from '../evidence/postgres/postgres.ts';
import type { Done, FactValue } from '../machine/ports.ts';
import type { Inverse } from '../session/record.ts';
import { databaseBesides, sessionIn } from './databases.ts';
import type { ApplyContext, EffectOutcome, PreparedEffect, Standing, WayBack } from './effect.ts';
import { afterChange, failureOf, messageOf, NotBegun, statusOfFailure, stopFailure } from './failure.ts';
import { journalled } from './fix-journal.ts';
import { upperFirst } from './in-words.ts';

export type ValueChange = {
	/** `the connection limit of role ims`. */
	readonly what: string;
	/** For the journal: `role ims`. */
	readonly object: string;
	readonly effect: Inverse['effect'];
	readonly old: FactValue;
	readonly set: FactValue;
	readonly statement: string;
	/** The value to go back to as it is when the statement is sent, not as it was planned. */
	readonly inverse: (old: FactValue) => Inverse;
	/** The statement that puts it back, for a person. */
	readonly back: string;
	readonly look: (session: PostgresSession) => Promise<Standing>;
	/** Databases that the session must not be in. */
	readonly notFrom: readonly string[];
	/** What makes the value count once it is set. Absent: it counts at once. */
	readonly settle?: Settling;
};

export type Settling = {
	readonly statements: readonly string[];
	/**
	 * Sends them, and sees that they had their effect.
	 * @returns what is still to be done before the value counts, for a person; null: nothing
	 */
	run(session: PostgresSession): Promise<string | null>;
};

export function preparedChanges(changes: readonly ValueChange[]): PreparedEffect {
	return {
		statements: changes.flatMap(sent),
		consequences: changes.map(
			({ what, old, set, back }) =>
				`${upperFirst(what)} becomes ${shown(set)}; it is ${shown(old)}. To go back by hand: ${back};`,
		),
		undoable: changes.map(({ what, old }) => `${what}, back to ${shown(old)}`),
		diff: null,
		apply: (context) => applyChanges(context, changes),
	};
}

/** The very statements, in order. */
export function sent({ statement, settle }: ValueChange): readonly string[] {
	return [statement, ...(settle?.statements ?? [])];
}

async function applyChanges(context: ApplyContext, changes: readonly ValueChange[]): Promise<EffectOutcome> {
	const done: Done[] = [];
	for (const change of changes) {
		const stopped = stopFailure(context.signal);
		if (stopped !== null) return { rows: [], done, failure: stopped };
		context.onProgress(change.what);
		try {
			done.push(await applyOne(context, change));
		} catch (error) {
			done.push({ what: change.what, status: statusOfFailure(error), why: messageOf(error) });
			return { rows: [], done, failure: failureOf(error, ['look again, then make a new plan']) };
		}
	}
	return { rows: [], done, failure: null };
}

async function applyOne(
	{ keeper, journal, plan, solution }: ApplyContext,
	change: ValueChange,
): Promise<Done> {
	const { what, object, effect, set, statement, settle } = change;
	return outsideOf(keeper, change.notFrom, async (session) => {
		const standing = await change.look(session);
		if (standing.is === 'gone') return { what, status: 'skipped', why: `${object} is not there any more` };
		const { now: old } = standing;
		if (old === set) return { what, status: 'skipped', why: `it is ${shown(set)} already` };
		const inverse = change.inverse(old);
		const intent = { plan, solution: solution.id, effect, object, old, set, inverse };
		const why = await journalled(
			journal,
			{ ...intent, statement: sent(change).join(';\n') },
			async () => {
				await session.write(statement);
				return settle === undefined ? null : afterChange(() => settle.run(session));
			},
			(stillToDo) => ({ status: 'done', why: stillToDo, rows: [] }),
		);
		return { what: `${what}: ${shown(old)} → ${shown(set)}`, status: 'done', why };
	});
}

/**
 * Does something on a session that is in none of these databases, and goes back where it was.
 * @throws Error where there is no other database to be in
 */
export async function outsideOf<T>(
	keeper: Keeper,
	databases: readonly string[],
	body: (session: PostgresSession) => Promise<T>,
): Promise<T> {
	const { session } = keeper;
	if (session === null) throw new Error('the session is gone');
	const home = session.server.database;
	if (home === null || !databases.includes(home)) return body(session);
	const elsewhere = await databaseBesides(session, databases);
	if (elsewhere === null)
		throw new NotBegun('it is done from another database, and there is none to connect to');
	return movedTo(keeper, { database: elsewhere, home }, 'it is done from another database', body);
}

/**
 * Does something on a session in that database, and goes back where it was.
 * @param home null: where it was is not known, and it stays
 * @param why said where that database cannot be connected to
 * @throws NotBegun where it cannot
 */
export async function movedTo<T>(
	keeper: Keeper,
	{ database, home }: { readonly database: string; readonly home: string | null },
	why: string,
	body: (session: PostgresSession) => Promise<T>,
): Promise<T> {
	const moved = await sessionIn(keeper, database);
	if ('refused' in moved) throw new NotBegun(`${why}: ${moved.refused}`);
	try {
		return await body(moved);
	} finally {
		if (home !== null) await sessionIn(keeper, home);
	}
}

/** The way back of a value that one statement sets. @param notFrom databases that the session must not be in */
export function statementBack({
	before,
	statement,
	look,
	notFrom = [],
	settle,
}: {
	readonly before: FactValue;
	readonly statement: string;
	readonly look: (session: PostgresSession) => Promise<Standing>;
	readonly notFrom?: readonly string[];
	readonly settle?: Settling | undefined;
}): WayBack {
	return {
		on: 'server',
		before,
		shown,
		byHand: [statement, ...(settle?.statements ?? [])].join('; '),
		notFrom,
		look,
		async restore(session) {
			await session.write(statement);
			return settle === undefined ? null : settle.run(session);
		},
	};
}

/** A limit of -1 is PostgreSQL's "none". */
export function shown(value: FactValue): string {
	if (value === null) return 'not set';
	if (value === '') return "empty ('')";
	if (value === -1) return 'unlimited (-1)';
	return typeof value === 'boolean' ? (value ? 'allowed' : 'disallowed') : String(value);
}
