/** What a check asks and what follows from its answers, as a mark to tell one text of an article from another by. */
import { createHash } from 'node:crypto';
import type { Check, Fence, Slug } from './article.ts';

function asked({ language, attributes, body, min, max, timeoutMs, againMs }: Fence): readonly unknown[] {
	const given = Object.entries(attributes).sort(([a], [b]) => a.localeCompare(b));
	return [language, given, body, min, max, timeoutMs, againMs];
}

/**
 * By check. Titles, prose, the words of a finding and the lines they stand in have no part in it: other words for the
 * same thing are no other check.
 */
export function checkMarks(checks: readonly Check[]): Readonly<Record<Slug, string>> {
	return Object.fromEntries(
		checks.map(({ id, checks: fences, branches }) => {
			const meaning = [
				fences.map(asked),
				branches.map(({ verdict, severity, causes }) => [
					verdict,
					severity,
					causes.map(({ cause, bearing }) => [cause, bearing]),
				]),
			];
			return [id, createHash('sha256').update(JSON.stringify(meaning)).digest('hex').slice(0, 16)];
		}),
	);
}
