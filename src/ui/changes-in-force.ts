import type { WizardContext } from '../machine/context.ts';
import { currentPlan } from '../machine/current-plan.ts';
import type { Applied, Plan } from '../machine/ports.ts';

/** A plan that changed something which can still be taken back. */
export type ChangeInForce = { readonly plan: Plan };

const changed = (plan: Plan | null, applied: Applied | null): plan is Plan =>
	plan !== null && plan.undoable.length > 0 && applied !== null && applied.outcome !== 'nothing';

/** What this session changed and has not taken back, oldest first; each plan once. */
export function changesInForce(context: WizardContext): readonly ChangeInForce[] {
	const inForce = new Map<string, Plan>();
	for (const { plan, applied, outcome } of context.tried) {
		if (outcome === 'undone' && plan !== null) inForce.delete(plan.id);
		else if (changed(plan, applied)) inForce.set(plan.id, plan);
	}
	const plan = currentPlan(context);
	// While it is being verified it has not been noted as tried yet.
	if (changed(plan, context.applied) && context.undone === null) inForce.set(plan.id, plan);
	return [...inForce.values()].map((known) => ({ plan: known }));
}
