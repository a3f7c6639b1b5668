/** What was found, with all that a verdict rests on, and what follows from it. */
import type { Slug } from '../article/article.ts';
import { byTrouble } from './by-trouble.ts';
import type { Diagnosis, ReportedCause, ReportedFinding } from './diagnosis.ts';
import { codeBlock, codeSpan, escapeMarkdown, folded } from './escape-markdown.ts';
import { groupNotSeen } from './not-seen-groups.ts';
import type { Report } from './report.ts';
import { rowTable } from './row-table.ts';
import { sourceInWords, staleInWords, type TitleOf } from './words.ts';

type Thresholds = Report['thresholds'];

/** What wants attention in full; what is in order in one line each. */
export function findingSections(
	{ findings }: Diagnosis,
	titleOf: TitleOf,
	thresholds: Thresholds,
): readonly string[] {
	const [trouble, fine] = byTrouble(findings);
	return [
		'## Findings',
		'',
		...(findings.length === 0 ? ['Nothing could be determined.', ''] : []),
		...trouble.flatMap((finding) => findingSection(finding, titleOf, thresholds[finding.check] ?? null)),
		...inOrder(fine, titleOf),
	];
}

/** @param threshold null: the article does not say */
function findingSection(
	finding: ReportedFinding,
	titleOf: TitleOf,
	threshold: string | null,
): readonly string[] {
	const { error } = finding;
	const said = finding.answeredBy === null ? '' : `, answered by ${escapeMarkdown(finding.answeredBy)}`;
	return [
		`### ${escapeMarkdown(titleOf(finding.check))}`,
		'',
		`**${escapeMarkdown(finding.verdict)}** (${finding.severity}): ${escapeMarkdown(finding.text)}`,
		'',
		`From ${sourceInWords(finding.source)}, ${escapeMarkdown(finding.at)}${said}.`,
		'',
		...(finding.stale === null ? [] : [`Stale: ${staleInWords(finding.stale)}.`, '']),
		...(threshold === null ? [] : [`Threshold: ${escapeMarkdown(threshold)}`, '']),
		...(error === null
			? []
			: [
					`Error ${codeSpan(error.code)}${error.routine === null ? '' : ` in ${codeSpan(error.routine)}`}: ${escapeMarkdown(error.message)}`,
					'',
					...error.next.map((next) => `- ${escapeMarkdown(next)}`),
					...(error.next.length === 0 ? [] : ['']),
				]),
		...(finding.rows.length === 0 ? [] : [rowTable(finding.rows), '']),
		...(finding.sql === null ? [] : folded('The query', codeBlock('sql', finding.sql))),
	];
}

/** One line each: their queries are in the article, and in the JSON report. */
function inOrder(findings: readonly ReportedFinding[], titleOf: TitleOf): readonly string[] {
	if (findings.length === 0) return [];
	const lines = findings.map(
		({ check, text, stale }) =>
			`- ${escapeMarkdown(titleOf(check))} ${escapeMarkdown(text)}${stale === null ? '' : ` (stale: ${staleInWords(stale)})`}`,
	);
	return ['### In order', '', ...lines, ''];
}

/** With the evidence on both sides. */
export function causeLines(causes: readonly ReportedCause[], titleOf: TitleOf): readonly string[] {
	const side = (name: string, evidence: ReportedCause['for']): readonly string[] =>
		evidence.map(
			({ check, verdict }) => `   - ${name}: ${escapeMarkdown(titleOf(check))} ${codeSpan(verdict)}`,
		);
	return causes.flatMap((cause, index) => [
		`${index + 1}. **${escapeMarkdown(cause.title)}**, ${cause.standing} (score ${cause.score})`,
		...side('for', cause.for),
		...side('against', cause.against),
	]);
}

export function notSeenLines({ notSeen }: Diagnosis, titleOf: (check: Slug) => string): readonly string[] {
	return groupNotSeen(notSeen).map(
		({ why, grant, checks }) =>
			`- ${escapeMarkdown(why)}${grant === null ? '' : `; to see it: ${codeSpan(grant)}`}: ${checks.map((check) => escapeMarkdown(titleOf(check))).join(' ')}`,
	);
}
