/** The plans that a session made: the one at hand, and those whose changes still stand. */
import type { Slug } from '../article/article.ts';
import type { WizardContext } from './context.ts';
import type { Applied, Plan, Undone } from './ports.ts';

/** How long a plan may be looked at before it must be made anew, in milliseconds. */
export const planExpiryMs = 60_000;

/** The plan at hand; null while there is none. */
export function currentPlan(context: WizardContext): Plan | null {
	return context.planned?.kind === 'plan' ? context.planned.plan : null;
}

/** Whether it changed something which can be taken back. */
function changed(plan: Plan | null, applied: Applied | null): plan is Plan {
	return plan !== null && plan.undoable.length > 0 && applied !== null && applied.outcome !== 'nothing';
}

/** Whether it took back nothing of what it should have: all of that still stands. */
export function cameToNothing(undone: Undone | null): boolean {
	return undone !== null && undone.undone.length === 0 && undone.skipped.length > 0;
}

/** What of a plan could not be taken back, and still stands. */
export function standingOf(undone: Undone | null, plan: Plan | null): readonly string[] {
	if (undone === null || plan === null) return [];
	return undone.skipped.flatMap((each) => (each.plan === plan.id ? [each.what] : []));
}

/** What this session changed and has not taken back, oldest first; each plan once. */
export function plansInForce(context: WizardContext): readonly Plan[] {
	const inForce = new Map<string, Plan>();
	for (const { plan, applied, outcome, undone } of context.tried) {
		if (outcome === 'undone' && plan !== null) {
			const standing = standingOf(undone, plan);
			if (standing.length > 0) inForce.set(plan.id, { ...plan, undoable: standing });
			else if (!cameToNothing(undone)) inForce.delete(plan.id);
		} else if (changed(plan, applied)) inForce.set(plan.id, plan);
	}
	const plan = currentPlan(context);
	// While it is being verified it has not been noted as tried yet.
	if (changed(plan, context.applied) && context.undone === null) inForce.set(plan.id, plan);
	return [...inForce.values()];
}

/** Whether something was changed, by the tool or by a person, after everything was looked at. */
export function changedSinceLooking({ tried, triedBefore }: WizardContext): boolean {
	return tried
		.slice(triedBefore)
		.some(
			({ outcome, applied }) =>
				outcome === 'held' ||
				outcome === 'helped' ||
				outcome === 'undone' ||
				(applied !== null && applied.outcome !== 'nothing'),
		);
}

/**
 * What `undo` takes back here: the plan at hand; where there is none, what stands of the solution, or of one step.
 * @param part its step null: all its steps
 */
export function plansToUndo(
	context: WizardContext,
	{ solution, step }: { readonly solution: Slug; readonly step: Slug | null },
): readonly Plan[] {
	const current = currentPlan(context);
	return plansInForce(context).filter((plan) =>
		current === null
			? plan.solution === solution && (step === null || plan.step === step)
			: plan.id === current.id,
	);
}
