import type { Plan } from '../machine/ports.ts';

/** How long a plan stands, in milliseconds: what it lists is a picture of sessions that come and go. */
export const planExpiryMs = 60_000;

/**
 * Why a plan must be made anew; null: it still stands.
 * @param plannedOn `pg_backend_pid()` of the session it was made on; null: no session was needed
 * @param heldNow the same of the session held now; null: none is
 */
export function expiryProblem(
	plan: Plan,
	now: Date,
	plannedOn: number | null,
	heldNow: number | null,
): string | null {
	const age = now.getTime() - Date.parse(plan.plannedAt);
	if (age > planExpiryMs)
		return `the plan is ${Math.round(age / 1000)} s old; after ${planExpiryMs / 1000} s it is made anew`;
	if (plannedOn !== null && plannedOn !== heldNow)
		return 'the connection is not the one that the plan was made on; it is made anew';
	return null;
}
