/** Taking back what is in force: latest first, and only where nobody else has changed it since. */
import { type Keeper, type PostgresSession, QueryError } from '../evidence/postgres/postgres.ts';
import type { Undone } from '../machine/ports.ts';
import { type ChangeInForce, changesInForce } from '../session/in-force.ts';
import type { Inverse, JournalRecord } from '../session/record.ts';
import { whyElsewhere } from './cluster.ts';
import type { Standing, TakenBack } from './effect.ts';
import { waysBack } from './effects.ts';
import { messageOf } from './failure.ts';
import { forgetRecord } from './fence.ts';
import type { FixJournal } from './fix-journal.ts';
import { journalled } from './fix-journal.ts';
import { outsideOf, shown } from './value-change.ts';

/** Where the value stands that an inverse would restore. @throws QueryError */
export function lookAt(session: PostgresSession, inverse: Inverse): Promise<Standing> {
	switch (inverse.effect) {
		case 'connection-limit':
			return waysBack['connection-limit'].look(session, inverse);
		case 'allow-connections':
			return waysBack['allow-connections'].look(session, inverse);
	}
}

/** The statement that restores it. */
export function statementOf(inverse: Inverse): string {
	switch (inverse.effect) {
		case 'connection-limit':
			return waysBack['connection-limit'].statement(inverse);
		case 'allow-connections':
			return waysBack['allow-connections'].statement(inverse);
	}
}

function notFrom(inverse: Inverse): readonly string[] {
	switch (inverse.effect) {
		case 'connection-limit':
			return waysBack['connection-limit'].notFrom(inverse);
		case 'allow-connections':
			return waysBack['allow-connections'].notFrom(inverse);
	}
}

export async function undoAll(
	keeper: Keeper,
	journal: FixJournal,
	records: readonly JournalRecord[],
	onProgress: (text: string) => void,
): Promise<Undone> {
	const undone: string[] = [];
	const skipped: { readonly what: string; readonly why: string }[] = [];
	const elsewhere = keeper.session === null ? null : await whyElsewhere(keeper.session, records);
	for (const change of changesInForce(records)) {
		if (elsewhere !== null) {
			skipped.push({ what: change.intent.object, why: elsewhere });
			continue;
		}
		onProgress(`taking back: ${change.intent.object}`);
		const outcome = await takeBack(keeper, journal, change);
		if (outcome.kind === 'undone') undone.push(outcome.what);
		else skipped.push({ what: outcome.what, why: outcome.why });
	}
	return { session: records[0]?.session ?? journal.session, undone, skipped };
}

async function takeBack(
	keeper: Keeper,
	journal: FixJournal,
	change: ChangeInForce,
	tries = 3,
): Promise<TakenBack> {
	const { intent, inverse } = change;
	try {
		return await outsideOf(keeper, notFrom(inverse), async (session) => {
			const { what, now } = await lookAt(session, inverse);
			const lifted = (by: 'undo' | 'somebody else', why: string | null) =>
				journal.append(
					{ kind: 'lifted', of: intent.session, intent: intent.seq, by, why },
					{ durable: true },
				);
			if (now === null) {
				await lifted('somebody else', 'it is not there any more');
				return { kind: 'skipped', what, why: 'it is not there any more' };
			}
			if (now === inverse.before) {
				await lifted('somebody else', `it is ${shown(now)} again`);
				return { kind: 'skipped', what, why: `it is ${shown(now)} again already` };
			}
			if (intent.set !== undefined && now !== intent.set)
				return {
					kind: 'skipped',
					what,
					why: `somebody else has set it to ${shown(now)} since, so it is left. By hand: ${statementOf(inverse)};`,
				};
			await journalled(
				journal,
				{
					plan: null,
					solution: intent.solution,
					effect: 'undo',
					object: intent.object,
					old: now,
					set: inverse.before,
					inverse: null,
					statement: statementOf(inverse),
				},
				() => session.write(statementOf(inverse)),
				() => ({ status: 'done', why: null, rows: [] }),
			);
			if (intent.effect === 'fence' && inverse.effect === 'connection-limit')
				await forgetRecord(session, inverse.name);
			if (intent.effect === 'fence' && inverse.effect === 'allow-connections')
				await forgetRecord(session, inverse.database);
			await lifted('undo', null);
			return { kind: 'undone', what: `${what}: ${shown(now)} → ${shown(inverse.before)}` };
		});
	} catch (error) {
		// The guardian does the same at this very moment: "tuple concurrently updated". Look again.
		if (error instanceof QueryError && error.failure.code === 'XX000' && tries > 1)
			return takeBack(keeper, journal, change, tries - 1);
		return {
			kind: 'skipped',
			what: intent.object,
			why: `${messageOf(error)}; by hand: ${statementOf(inverse)};`,
		};
	}
}
