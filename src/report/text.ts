/** A diagnosis as plain text: one line for monitoring, then the details for a person. No colour. */
import type { Diagnosis, ReportedCause, ReportedSolution } from './diagnosis.ts';
import { statusLine } from './status-line.ts';
import { elapsed, serverInWords, type TitleOf } from './words.ts';

function section(title: string, lines: readonly string[]): readonly string[] {
	return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

/** Pads the first column of two, so that the second stands under itself. */
function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
	const width = Math.max(0, ...rows.map(([first]) => first.length));
	return rows.map(([first, second]) => `${first.padEnd(width)}  ${second}`.trimEnd());
}

const marks = { true: 'yes', false: 'no', null: '?' } as const;

function symptomLines({ symptoms }: Diagnosis): readonly string[] {
	return columns(symptoms.map(({ text, observed }) => [marks[`${observed}`], text]));
}

function findingLines({ findings }: Diagnosis, titleOf: TitleOf): readonly string[] {
	return findings.flatMap((finding) => [
		`${finding.severity.padEnd(8)}  ${titleOf(finding.check)}`,
		`          ${finding.text}`,
		...(finding.error?.next ?? []).map((next) => `          next: ${next}`),
	]);
}

function notSeenLines({ notSeen }: Diagnosis, titleOf: TitleOf): readonly string[] {
	return notSeen.flatMap(({ check, why, grant }) => [
		`${titleOf(check)}: ${why}`,
		...(grant === null ? [] : [`  to see it: ${grant}`]),
	]);
}

function causeLines(cause: ReportedCause, index: number, titleOf: TitleOf): readonly string[] {
	const side = (name: string, evidence: ReportedCause['for']): readonly string[] =>
		evidence.map(({ check, verdict }) => `   ${name} ${titleOf(check)} ${verdict}`);
	return [
		`${index + 1}. ${cause.title} (${cause.standing})`,
		...side('for:    ', cause.for),
		...side('against:', cause.against),
	];
}

function solutionLines(diagnosis: Diagnosis, solution: ReportedSolution, index: number): readonly string[] {
	const traits = [
		solution.risk,
		solution.how === 'applied' ? 'done by the tool' : 'guided steps',
		...(solution.relief ? ['relief, not a cure'] : []),
	];
	const heading = `${index + 1}. ${solution.title} (${traits.join(', ')})`;
	if (!solution.available) return [heading, `   not here: ${solution.why ?? 'the reason is not known'}`];
	if (solution.how === 'guided') return [heading];
	return [heading, `   kbwizard fix ${diagnosis.article.id} ${solution.id} --dry-run`];
}

/**
 * The whole text output of `check`; its first line is the monitoring line.
 * @param titleOf names the checks for a person
 */
export function toText(diagnosis: Diagnosis, titleOf: TitleOf): string {
	const { article, startedAt, finishedAt } = diagnosis;
	const lines = [
		statusLine(diagnosis),
		'',
		`${article.id} ${article.title}`,
		`${serverInWords(diagnosis.server)}; took ${elapsed(startedAt, finishedAt)}`,
		...section('Symptoms', symptomLines(diagnosis)),
		...section('Findings', findingLines(diagnosis, titleOf)),
		...section('Not seen', notSeenLines(diagnosis, titleOf)),
		...section(
			'Causes, the likeliest first',
			diagnosis.causes.flatMap((cause, index) => causeLines(cause, index, titleOf)),
		),
		...section(
			'Solutions, the best first',
			diagnosis.solutions.flatMap((solution, index) => solutionLines(diagnosis, solution, index)),
		),
	];
	return `${lines.join('\n')}\n`;
}
