/** The plan that a person looks at, and for how long. */
import type { WizardContext } from './context.ts';
import type { Plan } from './ports.ts';

/** How long a plan may be looked at before it must be made anew, in milliseconds. */
export const planExpiryMs = 60_000;

/** The plan at hand; null while there is none. */
export function currentPlan(context: WizardContext): Plan | null {
	return context.planned?.kind === 'plan' ? context.planned.plan : null;
}
