/** `min=` and `max=`: the first fence that fits the server's major version is taken. */
import type { Check, Fence, Solution } from './article.ts';
import type { Report } from './problems.ts';

export function reportVersionRanges(
	checks: readonly Check[],
	solutions: readonly Solution[],
	report: Report,
): void {
	for (const check of checks) {
		reportRanges(check.checks, true, report);
		reportRanges(check.evidence, false, report);
	}
	for (const { steps } of solutions) {
		for (const { previews, applies, undos } of steps) {
			reportRanges(previews, true, report);
			reportRanges([...applies, ...undos], false, report);
		}
	}
}

/** @param alternatives whether only the first that fits is taken, so that a later one may never be reached */
function reportRanges(fences: readonly Fence[], alternatives: boolean, report: Report): void {
	for (const [index, fence] of fences.entries()) {
		const { min, max, line } = fence;
		if (min !== null && max !== null && min > max) {
			report({
				line,
				rule: 'version-range',
				message: `min=${min} max=${max} fits no server`,
				expected: 'min not above max',
			});
			continue;
		}
		const earlier = alternatives ? fences.slice(0, index).find((other) => covers(other, fence)) : undefined;
		if (earlier !== undefined) {
			report({
				line,
				rule: 'version-range',
				message: `this fence is never reached: the one in line ${earlier.line} fits every server that it fits`,
				expected: 'ranges that leave something to each fence',
			});
		}
	}
}

function covers(outer: Fence, inner: Fence): boolean {
	const low = outer.min ?? Number.NEGATIVE_INFINITY;
	const high = outer.max ?? Number.POSITIVE_INFINITY;
	return low <= (inner.min ?? Number.NEGATIVE_INFINITY) && high >= (inner.max ?? Number.POSITIVE_INFINITY);
}
