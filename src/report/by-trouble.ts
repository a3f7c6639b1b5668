/** Findings that somebody has to read, apart from those that only say that a thing is in order. */
import type { ReportedFinding } from './diagnosis.ts';

const urgency: Readonly<Record<ReportedFinding['severity'], number>> = {
	critical: 0,
	warning: 1,
	unknown: 2,
	info: 3,
	ok: 4,
};

/** First what wants attention, the worst first and else as it was found; then what is in order. */
export function byTrouble(
	findings: readonly ReportedFinding[],
): readonly [trouble: readonly ReportedFinding[], fine: readonly ReportedFinding[]] {
	const isFine = ({ severity, error }: ReportedFinding): boolean => severity === 'ok' && error === null;
	return [
		findings.filter((finding) => !isFine(finding)).sort((a, b) => urgency[a.severity] - urgency[b.severity]),
		findings.filter(isFine),
	];
}
