/** Taking back what is in force: latest first, and only where nobody else has changed it since. */
import { type Keeper, type PostgresSession, QueryError } from '../evidence/postgres/postgres.ts';
import type { Undone } from '../machine/ports.ts';
import { type ChangeInForce, changesInForce } from '../session/in-force.ts';
import type { Inverse, JournalRecord } from '../session/record.ts';
import { whyElsewhere } from './cluster.ts';
import type { Standing, TakenBack, WayBack } from './effect.ts';
import { wayBack } from './effects.ts';
import { messageOf } from './failure.ts';
import { forgetRecord } from './fence.ts';
import type { FixJournal } from './fix-journal.ts';
import { journalled } from './fix-journal.ts';
import { outsideOf } from './value-change.ts';

/** Whether any of these is taken back on the server; a file is restored without a session. */
export function needsServer(changes: readonly { readonly inverse: Inverse | null }[]): boolean {
	return changes.some(({ inverse }) => inverse === null || wayBack(inverse).on === 'server');
}

export async function undoAll(
	keeper: Keeper,
	journal: FixJournal,
	records: readonly JournalRecord[],
	onProgress: (text: string) => void,
): Promise<Undone> {
	const undone: string[] = [];
	const skipped: Undone['skipped'][number][] = [];
	const elsewhere = keeper.session === null ? null : await whyElsewhere(keeper.session, records);
	for (const change of changesInForce(records)) {
		if (elsewhere !== null && wayBack(change.inverse).on === 'server') {
			skipped.push({ what: change.intent.object, why: elsewhere, ...standing(change) });
			continue;
		}
		onProgress(`taking back: ${change.intent.object}`);
		const outcome = await takeBack(keeper, journal, change);
		if (outcome.kind === 'undone') undone.push(outcome.what);
		else {
			const { what, why, stands } = outcome;
			skipped.push({ what, why, ...(stands ? standing(change) : {}) });
		}
	}
	return { session: records[0]?.session ?? journal.session, undone, skipped };
}

/** Of which plan it stands, so that it can be tried again. */
function standing({ intent: { plan } }: ChangeInForce): { readonly plan?: string } {
	return plan === null ? {} : { plan };
}

async function takeBack(
	keeper: Keeper,
	journal: FixJournal,
	change: ChangeInForce,
	tries = 3,
): Promise<TakenBack> {
	const { intent, inverse } = change;
	const way = wayBack(inverse);
	try {
		if (way.on === 'host') return await restored(journal, change, way, way);
		return await outsideOf(keeper, way.notFrom, async (session) => {
			const outcome = await restored(journal, change, way, {
				look: () => way.look(session),
				restore: () => way.restore(session),
			});
			if (outcome.kind === 'undone') await forgetFence(session, intent, inverse);
			return outcome;
		});
	} catch (error) {
		// The guardian does the same at this very moment: "tuple concurrently updated". Look again.
		if (error instanceof QueryError && error.failure.code === 'XX000' && tries > 1)
			return takeBack(keeper, journal, change, tries - 1);
		return {
			kind: 'skipped',
			what: intent.object,
			why: `${messageOf(error)}; by hand: ${way.byHand}`,
			stands: true,
		};
	}
}

/** Restores what still is as we left it; what somebody else has changed since is left alone, and told. */
async function restored(
	journal: FixJournal,
	{ intent }: ChangeInForce,
	{ before, shown, byHand }: WayBack,
	{ look, restore }: { look(): Promise<Standing>; restore(): Promise<string | null> },
): Promise<TakenBack> {
	const standing = await look();
	const { what } = standing;
	const lifted = (by: 'undo' | 'somebody else', why: string | null) =>
		journal.append({ kind: 'lifted', of: intent.session, intent: intent.seq, by, why }, { durable: true });
	if (standing.is === 'gone') {
		await lifted('somebody else', 'it is not there any more');
		return { kind: 'skipped', what, why: 'it is not there any more', stands: false };
	}
	const { now } = standing;
	if (now === before) {
		await lifted('somebody else', `it is ${shown(now)} again`);
		return { kind: 'skipped', what, why: `it is ${shown(now)} again already`, stands: false };
	}
	if (intent.set !== undefined && now !== intent.set)
		return {
			kind: 'skipped',
			what,
			why: `somebody else has set it to ${shown(now)} since, so it is left. By hand: ${byHand}`,
			stands: false,
		};
	const stillToDo = await journalled(
		journal,
		{
			plan: null,
			solution: intent.solution,
			effect: 'undo',
			object: intent.object,
			old: now,
			set: before,
			inverse: null,
			statement: byHand,
		},
		restore,
		() => ({ status: 'done', why: null, rows: [] }),
	);
	await lifted('undo', null);
	const rest = stillToDo === null ? '' : `; ${stillToDo}`;
	return { kind: 'undone', what: `${what}: ${shown(now)} → ${shown(before)}${rest}` };
}

/** A fence's own record in the database goes with it. */
async function forgetFence(
	session: PostgresSession,
	{ effect }: ChangeInForce['intent'],
	inverse: Inverse,
): Promise<void> {
	if (effect !== 'fence') return;
	if (inverse.effect === 'connection-limit') await forgetRecord(session, inverse.name);
	if (inverse.effect === 'allow-connections') await forgetRecord(session, inverse.database);
}
