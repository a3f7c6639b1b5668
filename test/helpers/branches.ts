import type { Check } from '../../src/article/article.ts';

/** The verdict as the check takes it: one that it does not list is `otherwise`. */
export function verdictIn(check: Check, verdict: string): string {
	return check.branches.some((branch) => branch.verdict === verdict) ? verdict : 'otherwise';
}
