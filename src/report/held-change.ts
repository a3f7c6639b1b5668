/** What was done already, and whether it is good: what a reader wants to know before being told what is next. */
import type { Slug } from '../article/article.ts';
import type { Change, ChangeProof } from './report.ts';

/** The proof of the latest change, where it held, stands, and nobody says that it did not help; null: none does. */
export function heldProof(changes: readonly Change[]): ChangeProof | null {
	const last = changes.at(-1);
	if (last === undefined || last.undone !== null || last.helped === false) return null;
	return last.verified?.held === true ? last.verified : null;
}

/** What came of a solution the last time it was tried: `held`, `did not hold, taken back since`; null: it was not. */
export function triedInWords(solution: Slug, changes: readonly Change[]): string | null {
	const last = changes.findLast((change) => change.solution === solution);
	if (last === undefined) return null;
	return last.undone === null ? last.outcome : `${last.outcome}, taken back since`;
}
