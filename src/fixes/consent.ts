import type { Risk } from '../article/article.ts';
import type { Plan } from '../machine/ports.ts';

/** What a person, or a flag, said to a plan. */
export type Consent = {
	/** A plain yes: enough for mild and moderate, never for severe. */
	readonly yes: boolean;
	/** What was typed for a severe one; null: nothing. */
	readonly typed: string | null;
};

/**
 * Why this consent does not do for this plan; null: it does. The machine asks the same; here it is asked again,
 * because this is the last door before something is changed.
 */
export function consentProblem(plan: Plan, risk: Risk, { yes, typed }: Consent): string | null {
	if (plan.confirm !== null) {
		if (typed === plan.confirm) return null;
		return `nothing was done: this wants “${plan.confirm}” typed out, exactly so`;
	}
	if (risk === 'severe')
		return 'nothing was done: a severe change whose plan names nothing to type is not applied';
	return yes ? null : 'nothing was done: nobody agreed to it';
}
