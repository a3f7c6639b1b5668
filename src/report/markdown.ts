/** A report in Markdown, for the person who was not there: five lines to begin with, then what follows from it, then the evidence. */
import { byTrouble } from './by-trouble.ts';
import type { Diagnosis, ReportedCause, ReportedFinding } from './diagnosis.ts';
import { codeBlock, codeSpan, escapeMarkdown, folded, table } from './escape-markdown.ts';
import { changeSection, undoSection } from './markdown-changes.ts';
import { groupNotSeen } from './not-seen-groups.ts';
import type { Change, Report } from './report.ts';
import { rowTable } from './row-table.ts';
import { decidingFinding, inOneLine, monitoringState } from './status-line.ts';
import {
	count,
	elapsed,
	serverInWords,
	sourceInWords,
	type TitleOf,
	titlesOf,
	valueAsText,
} from './words.ts';

function inBrief({ diagnosis, changes }: Report): readonly string[] {
	const finding = decidingFinding(diagnosis);
	const [cause] = diagnosis.causes;
	const [solution] = diagnosis.solutions;
	const last = changes.at(-1);
	return [
		`- **State**: ${monitoringState(diagnosis.severity)} – ${escapeMarkdown(finding === null ? 'nothing could be determined' : inOneLine(finding))}`,
		`- **Where**: ${escapeMarkdown(serverInWords(diagnosis.server))}`,
		`- **Cause**: ${cause === undefined ? 'none was found' : `${escapeMarkdown(cause.title)} (${cause.standing})`}`,
		`- **Done**: ${last === undefined ? 'nothing was changed' : doneInBrief(last, diagnosis)}`,
		`- **Next**: ${solution === undefined ? 'nothing is advised' : escapeMarkdown(solution.title)}`,
	];
}

/** The latest change, what came of it, and whether the trouble may come back. */
function doneInBrief({ title, outcome, solution, verified }: Change, { solutions }: Diagnosis): string {
	const relief = solutions.some(({ id, relief }) => id === solution && relief);
	return [
		`${escapeMarkdown(title)}: ${escapeMarkdown(outcome)}`,
		...(verified === null ? [] : [escapeMarkdown(verified.text)]),
		...(relief ? ['a relief: the cause is still there'] : []),
	].join('; ');
}

function serverSection({ server, source, startedAt, finishedAt, tool }: Diagnosis): readonly string[] {
	const about =
		server === null
			? [['Server', 'no server answered']]
			: [
					[
						'Host',
						server.host === null ? '–' : `${server.host}${server.port === null ? '' : `:${server.port}`}`,
					],
					['Database', valueAsText(server.database)],
					['Role', valueAsText(server.user)],
					['PostgreSQL', valueAsText(server.version)],
					['Provider', server.provider],
					['Session', server.slot === null ? 'none could be had' : `held, slot: ${server.slot}`],
				];
	return [
		'## Server',
		'',
		table(
			['', ''],
			[
				...about,
				['Answers from', sourceInWords(source)],
				['Looked at', `${startedAt}, for ${elapsed(startedAt, finishedAt)}`],
				['With', `${tool.name} ${tool.version}`],
			],
		),
		'',
	];
}

function symptomSection({ symptoms }: Diagnosis): readonly string[] {
	if (symptoms.length === 0) return [];
	const seen = { true: 'seen', false: 'not seen', null: 'not known' } as const;
	return [
		'## Symptoms',
		'',
		...symptoms.map(({ text, observed }) => `- ${seen[`${observed}`]}: ${escapeMarkdown(text)}`),
		'',
	];
}

function findingSection(finding: ReportedFinding, titleOf: TitleOf): readonly string[] {
	const { error } = finding;
	const said = finding.answeredBy === null ? '' : `, answered by ${escapeMarkdown(finding.answeredBy)}`;
	return [
		`### ${escapeMarkdown(titleOf(finding.check))}`,
		'',
		`**${escapeMarkdown(finding.verdict)}** (${finding.severity}): ${escapeMarkdown(finding.text)}`,
		'',
		`From ${sourceInWords(finding.source)}, ${finding.at}${said}.`,
		'',
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

function causeSection(cause: ReportedCause, index: number, titleOf: TitleOf): readonly string[] {
	const side = (name: string, evidence: ReportedCause['for']): readonly string[] =>
		evidence.map(
			({ check, verdict }) => `   - ${name}: ${escapeMarkdown(titleOf(check))} ${codeSpan(verdict)}`,
		);
	return [
		`${index + 1}. **${escapeMarkdown(cause.title)}**, ${cause.standing} (score ${cause.score})`,
		...side('for', cause.for),
		...side('against', cause.against),
	];
}

/** One line each: their queries are in the article, and in the JSON report. */
function inOrder(findings: readonly ReportedFinding[], titleOf: TitleOf): readonly string[] {
	if (findings.length === 0) return [];
	const lines = findings.map(
		({ check, text }) => `- ${escapeMarkdown(titleOf(check))} ${escapeMarkdown(text)}`,
	);
	return ['### In order', '', ...lines, ''];
}

function notSeenLines({ notSeen }: Diagnosis, titleOf: TitleOf): readonly string[] {
	return groupNotSeen(notSeen).map(
		({ why, grant, checks }) =>
			`- ${escapeMarkdown(why)}${grant === null ? '' : `; to see it: ${codeSpan(grant)}`}: ${checks.map((check) => escapeMarkdown(titleOf(check))).join(' ')}`,
	);
}

function list(title: string, lines: readonly string[], empty: string): readonly string[] {
	return [`## ${title}`, '', ...(lines.length === 0 ? [empty] : lines), ''];
}

/** The whole report. Redact it first where it leaves the house. */
export function toMarkdown(report: Report): string {
	const { diagnosis } = report;
	const titleOf = titlesOf(report.titles);
	const [trouble, fine] = byTrouble(diagnosis.findings);
	const lines = [
		`# ${escapeMarkdown(`${diagnosis.article.id} ${diagnosis.article.title}`)}`,
		'',
		...inBrief(report),
		'',
		...list(
			'Causes',
			diagnosis.causes.flatMap((cause, index) => causeSection(cause, index, titleOf)),
			'No cause was found.',
		),
		...list(
			'Next steps',
			diagnosis.solutions.map(
				({ title, risk, how, relief, available, why }, index) =>
					`${index + 1}. ${escapeMarkdown(title)} (${risk}, ${how}${relief ? ', relief only' : ''})${available ? '' : `: not here, ${escapeMarkdown(why ?? 'the reason is not known')}`}`,
			),
			'None is advised.',
		),
		...list('What was changed', report.changes.flatMap(changeSection), 'Nothing was changed.'),
		...list('How to undo it', undoSection(report), 'There is nothing to take back.'),
		...symptomSection(diagnosis),
		'## Findings',
		'',
		...(diagnosis.findings.length === 0 ? ['Nothing could be determined.', ''] : []),
		...trouble.flatMap((finding) => findingSection(finding, titleOf)),
		...inOrder(fine, titleOf),
		...list(
			'What could not be seen',
			notSeenLines(diagnosis, titleOf),
			diagnosis.findings.length === 0 ? 'Nothing was looked at.' : 'Everything was seen.',
		),
		...serverSection(diagnosis),
		footer(report),
	];
	return `${lines
		.join('\n')
		.replaceAll(/\n{3,}/g, '\n\n')
		.trimEnd()}\n`;
}

function footer({ redacted, session, writtenAt, diagnosis, changes }: Report): string {
	const names = redacted
		? 'Names and addresses stand as tokens; one name is one token throughout.'
		: 'Names and addresses are shown as they are.';
	const kept = session === null ? '' : ` Session ${codeSpan(session)}.`;
	return `---\n\nWritten ${writtenAt} from ${count(diagnosis.findings.length, 'finding')} and ${count(changes.length, 'change')}.${kept} ${names}`;
}
