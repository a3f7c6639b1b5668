/** A report in Markdown, for the person who was not there: five lines to begin with, then everything. */
import type { Diagnosis, ReportedCause, ReportedFinding } from './diagnosis.ts';
import { codeBlock, codeSpan, escapeMarkdown, table } from './escape-markdown.ts';
import { changeSection, undoSection } from './markdown-changes.ts';
import type { Report } from './report.ts';
import { rowTable } from './row-table.ts';
import { decidingFinding, monitoringState } from './status-line.ts';
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
		`- **State**: ${monitoringState(diagnosis.severity)} – ${escapeMarkdown(finding?.text ?? 'nothing could be determined')}`,
		`- **Where**: ${escapeMarkdown(serverInWords(diagnosis.server))}`,
		`- **Cause**: ${cause === undefined ? 'none was found' : `${escapeMarkdown(cause.title)} (${cause.standing})`}`,
		`- **Done**: ${last === undefined ? 'nothing was changed' : `${escapeMarkdown(last.title)}: ${escapeMarkdown(last.outcome)}`}`,
		`- **Next**: ${solution === undefined ? 'nothing is advised' : escapeMarkdown(solution.title)}`,
	];
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
		...(finding.sql === null ? [] : [codeBlock('sql', finding.sql), '']),
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

function list(title: string, lines: readonly string[], empty: string): readonly string[] {
	return [`## ${title}`, '', ...(lines.length === 0 ? [empty] : lines), ''];
}

/** The whole report. Redact it first where it leaves the house. */
export function toMarkdown(report: Report): string {
	const { diagnosis } = report;
	const titleOf = titlesOf(report.titles);
	const lines = [
		`# ${escapeMarkdown(`${diagnosis.article.id} ${diagnosis.article.title}`)}`,
		'',
		...inBrief(report),
		'',
		...serverSection(diagnosis),
		...symptomSection(diagnosis),
		'## Findings',
		'',
		...(diagnosis.findings.length === 0 ? ['Nothing could be determined.', ''] : []),
		...diagnosis.findings.flatMap((finding) => findingSection(finding, titleOf)),
		...list(
			'Causes',
			diagnosis.causes.flatMap((cause, index) => causeSection(cause, index, titleOf)),
			'No cause was found.',
		),
		...list('What was changed', report.changes.flatMap(changeSection), 'Nothing was changed.'),
		...list(
			'What could not be seen',
			diagnosis.notSeen.map(
				({ check, why, grant }) =>
					`- ${escapeMarkdown(titleOf(check))}: ${escapeMarkdown(why)}${grant === null ? '' : `; to see it: ${codeSpan(grant)}`}`,
			),
			'Everything was seen.',
		),
		...list('How to undo it', undoSection(report), 'There is nothing to take back.'),
		...list(
			'Next steps',
			diagnosis.solutions.map(
				({ title, risk, how, relief, available, why }, index) =>
					`${index + 1}. ${escapeMarkdown(title)} (${risk}, ${how}${relief ? ', relief only' : ''})${available ? '' : `: not here, ${escapeMarkdown(why ?? 'the reason is not known')}`}`,
			),
			'None is advised.',
		),
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
