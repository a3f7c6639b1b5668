/** A diagnosis as plain text: one line for monitoring, then the details for a person. No colour. */
import { byTrouble } from './by-trouble.ts';
import type { Diagnosis, ReportedCause, ReportedFinding, ReportedSolution } from './diagnosis.ts';
import { groupNotSeen } from './not-seen-groups.ts';
import { statusLine } from './status-line.ts';
import { elapsed, serverAsOptions, serverInWords, type TitleOf, traitsInWords } from './words.ts';

function section(title: string, lines: readonly string[]): readonly string[] {
	return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

/** Pads the first column of two, so that the second stands under itself. */
function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
	const width = Math.max(0, ...rows.map(([first]) => first.length));
	return rows.map(([first, second]) => `${first.padEnd(width)}  ${second}`.trimEnd());
}

/** Lines no longer than this, where that is possible. */
const width = 100;

/** Sentences side by side, broken between them where a line is full. */
function filled(sentences: readonly string[]): readonly string[] {
	const lines: string[] = [];
	for (const sentence of sentences) {
		const last = lines.at(-1);
		// What is no question or sentence of its own is set apart.
		const apart = last === undefined || /[.?!]$/.test(last) ? ' ' : '; ';
		if (last !== undefined && last.length + apart.length + sentence.length <= width)
			lines[lines.length - 1] = `${last}${apart}${sentence}`;
		else lines.push(sentence);
	}
	return lines;
}

/** Those that are known; what nobody could tell is no news. */
function symptomLines({ symptoms }: Diagnosis): readonly string[] {
	const known = symptoms.filter(({ observed }) => observed !== null);
	return columns(known.map(({ text, observed }) => [observed === true ? 'yes' : 'no', text]));
}

function troubleLines(finding: ReportedFinding, titleOf: TitleOf): readonly string[] {
	const { severity, check, text, error } = finding;
	return [
		`${severity.padEnd(8)}  ${titleOf(check)}`,
		`          ${text}`,
		...(error === null ? [] : [`          ${error.message}`]),
		...(error?.next ?? []).map((next) => `          next: ${next}`),
	];
}

function notSeenLines({ notSeen }: Diagnosis, titleOf: TitleOf): readonly string[] {
	return groupNotSeen(notSeen).flatMap(({ why, grant, checks }) => [
		`${why}:`,
		...filled(checks.map(titleOf)).map((line) => `  ${line}`),
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
	const heading = `${index + 1}. ${solution.title} (${traitsInWords(solution).join(', ')})`;
	if (!solution.available) return [heading, `   not here: ${solution.why ?? 'the reason is not known'}`];
	if (solution.how === 'guided') return [heading];
	const at = diagnosis.server === null ? '' : ` ${serverAsOptions(diagnosis.server)}`;
	return [heading, `   kbwizard fix ${diagnosis.article.id} ${solution.id}${at} --dry-run`];
}

/**
 * The whole text output of `check`; its first line is the monitoring line.
 * @param titleOf names the checks for a person
 */
export function toText(diagnosis: Diagnosis, titleOf: TitleOf): string {
	const { article, startedAt, finishedAt } = diagnosis;
	const [trouble, fine] = byTrouble(diagnosis.findings);
	const lines = [
		statusLine(diagnosis),
		'',
		`${article.id} ${article.title}`,
		`${serverInWords(diagnosis)}; took ${elapsed(startedAt, finishedAt)}`,
		...section('Symptoms', symptomLines(diagnosis)),
		...section(
			'Findings',
			trouble.flatMap((finding) => troubleLines(finding, titleOf)),
		),
		...section(
			'In order',
			fine.map(({ check, text }) => `${titleOf(check)} ${text}`),
		),
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
