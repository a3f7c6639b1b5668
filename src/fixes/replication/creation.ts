/** Something that is made on the server and can be dropped again: what a replication role and a slot have in common. */
import type { PostgresSession } from '../../evidence/postgres/postgres.ts';
import type { Done, FactValue } from '../../machine/ports.ts';
import type { Inverse } from '../../session/record.ts';
import type { ApplyContext, EffectOutcome, PreparedEffect, Standing, WayBack } from '../effect.ts';
import { failureOf, messageOf, statusOfFailure } from '../failure.ts';
import { journalled } from '../fix-journal.ts';

export type Creation = {
	/** `role standby`. */
	readonly what: string;
	/** How it will be found once it is made; while it is not there, it is found as null. */
	readonly manner: string;
	/** As it may be shown and written down. */
	readonly statement: string;
	/** As it is sent, where that holds what must not be shown; null: as it is shown. */
	readonly sent: string | null;
	/** The statement that drops it, for a person. */
	readonly back: string;
	readonly inverse: Inverse;
	readonly look: (session: PostgresSession) => Promise<Standing>;
};

export function preparedCreation(creation: Creation, consequences: readonly string[]): PreparedEffect {
	const { what, statement, back } = creation;
	return {
		statements: [statement],
		consequences: [`There will be a ${what}. To go back by hand: ${back};`, ...consequences],
		undoable: [`the ${what}, dropped again`],
		diff: null,
		apply: (context) => create(context, creation),
	};
}

/** The way back of a creation. @param whyNot why it cannot be dropped now; null: nothing stands against it */
export function droppedAgain({
	back,
	look,
	whyNot,
}: Pick<Creation, 'back' | 'look'> & {
	readonly whyNot: (session: PostgresSession) => Promise<string | null>;
}): WayBack {
	return {
		on: 'server',
		before: null,
		shown,
		byHand: back,
		notFrom: [],
		look,
		async restore(session) {
			const why = await whyNot(session);
			if (why !== null) throw new Error(why);
			await session.write(back);
			return null;
		},
	};
}

async function create(context: ApplyContext, creation: Creation): Promise<EffectOutcome> {
	const { what } = creation;
	context.onProgress(what);
	try {
		return { rows: [], done: [await createOne(context, creation)], failure: null };
	} catch (error) {
		return {
			rows: [],
			done: [{ what, status: statusOfFailure(error), why: messageOf(error) }],
			failure: failureOf(error, ['look again, then make a new plan']),
		};
	}
}

async function createOne(
	{ keeper, journal, plan, solution }: ApplyContext,
	{ what, manner, statement, sent, inverse, look }: Creation,
): Promise<Done> {
	const { session } = keeper;
	if (session === null) throw new Error('the session is gone');
	const standing = await look(session);
	if (standing.is === 'there' && standing.now !== null)
		return { what, status: 'skipped', why: `somebody made it since: it is ${shown(standing.now)}` };
	await journalled(
		journal,
		{
			plan,
			solution: solution.id,
			effect: inverse.effect,
			object: what,
			old: null,
			set: manner,
			inverse,
			statement,
		},
		() => session.write(sent ?? statement),
		() => ({ status: 'done', why: null, rows: [] }),
	);
	return { what: `${what}: ${manner}`, status: 'done', why: null };
}

function shown(value: FactValue): string {
	return value === null ? 'not there' : String(value);
}
