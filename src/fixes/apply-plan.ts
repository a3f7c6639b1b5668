/** Carrying out a plan that was agreed to, effect by effect. */
import type { Applied, Done, Failure, Plan, PlanRow } from '../machine/ports.ts';
import type { ApplyContext } from './effect.ts';
import { failureOf, stopFailure } from './failure.ts';
import type { PreparedPlan } from './make-plan.ts';

/** Does it; stops at the first effect that fails. Never throws. */
export async function applyPrepared(
	{ plan, effects }: PreparedPlan,
	context: ApplyContext,
	clock: () => Date,
): Promise<Applied> {
	const begun = clock().getTime();
	let rows: readonly PlanRow[] = plan.rows;
	const done: Done[] = [];
	let failure: Failure | null = null;
	for (const effect of effects) {
		failure = stopFailure(context.signal);
		if (failure !== null) break;
		try {
			const outcome = await effect.apply(context);
			rows = merged(rows, outcome.rows);
			if (outcome.takenBack === true) done.splice(0, done.length, ...done.map(nowTakenBack));
			done.push(...outcome.done);
			failure = outcome.failure;
		} catch (error) {
			// The journal could not be written, most likely: then nothing more is done.
			failure = failureOf(error, ['see what is in force: kbwizard sessions']);
		}
		if (failure !== null) break;
	}
	return {
		outcome: outcomeOf(plan, rows, done, failure),
		rows,
		done,
		failure,
		at: clock().toISOString(),
		durationMs: clock().getTime() - begun,
	};
}

/** An answer for a plan that is not carried out. */
export function notApplied(plan: Plan, failure: Failure, clock: () => Date): Applied {
	return { outcome: 'nothing', rows: plan.rows, done: [], failure, at: clock().toISOString(), durationMs: 0 };
}

/** What was done and is so no more. */
function nowTakenBack({ what, status, why }: Done): Done {
	return status === 'done' ? { what, status: 'skipped', why: 'taken back' } : { what, status, why };
}

function merged(rows: readonly PlanRow[], results: readonly PlanRow[]): readonly PlanRow[] {
	const byKey = new Map(results.map((row) => [`${row.pid} ${row.backend_start}`, row]));
	// What one effect has ended is not among those that a later one of the same plan finds.
	return rows.map((row) =>
		row.status === 'ended' ? row : (byKey.get(`${row.pid} ${row.backend_start}`) ?? row),
	);
}

/** Sessions that the plan itself leaves out are no failure of carrying it out. */
function outcomeOf(
	plan: Plan,
	rows: readonly PlanRow[],
	done: readonly Done[],
	failure: Failure | null,
): Applied['outcome'] {
	const wasPlanned = new Set(
		plan.rows
			.filter(({ status }) => status === 'planned')
			.map(({ pid, backend_start }) => `${pid} ${backend_start}`),
	);
	const refused = rows.some(
		({ pid, backend_start, status }) =>
			(status === 'refused' || status === 'planned') && wasPlanned.has(`${pid} ${backend_start}`),
	);
	const changed =
		rows.some(({ status }) => status === 'ended') || done.some(({ status }) => status === 'done');
	const unknown = done.some(({ status }) => status === 'unknown');
	if (!changed && !unknown) return 'nothing';
	return refused || unknown || failure !== null ? 'partly' : 'done';
}
