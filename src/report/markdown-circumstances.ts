/** Where, when, by whom and on which way it was looked at: what a reader needs to judge the rest. */
import { mermaidText } from '../machine/mermaid-text.ts';
import type { ReportedServer } from './diagnosis.ts';
import { codeBlock, escapeMarkdown, table } from './escape-markdown.ts';
import type { Report, TimelineEvent } from './report.ts';
import { elapsed, serverInWords, sourceInWords, valueAsText } from './words.ts';

function slotInWords(slot: ReportedServer['slot']): string {
	switch (slot) {
		case null:
			return 'none could be had';
		case 'ordinary':
			return 'in an ordinary slot';
		case 'reserved':
			return 'in a slot that is reserved for administrators';
		case 'waited':
			return 'in a slot that was waited for';
	}
}

/** The server, and the circumstances of the look. */
export function serverSection({ diagnosis, circumstances, session }: Report): readonly string[] {
	const { server, source, startedAt, finishedAt, tool, article } = diagnosis;
	const { user, host, rights, timeZones } = circumstances;
	const about =
		server === null
			? [['Server', serverInWords(diagnosis)]]
			: [
					[
						'Host',
						server.host === null ? '–' : `${server.host}${server.port === null ? '' : `:${server.port}`}`,
					],
					['Database', valueAsText(server.database)],
					['Role', `${valueAsText(server.user)}${rights === null ? '' : `, ${rights}`}`],
					['PostgreSQL', valueAsText(server.version)],
					['Provider', server.provider],
					['Connection', slotInWords(server.slot)],
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
				['By', `${user ?? 'nobody known'}${host === null ? '' : `, on ${host}`}`],
				...(timeZones.server === null ? [] : [['Time zone of the server', timeZones.server]]),
				...(timeZones.local === null ? [] : [['Time zone of this machine', timeZones.local]]),
				...(timeZones.logs === null ? [] : [['Time zone of the logs', timeZones.logs]]),
				['With', `${tool.name} ${tool.version}`],
				['Article', `${article.id}, SHA-256 ${article.sha256}`],
				...(session === null ? [] : [['Session', session]]),
			],
		),
		'',
		'All times are UTC.',
		'',
	];
}

const seen = { true: 'seen', false: 'not seen', null: 'not known' } as const;

export function symptomSection({ diagnosis: { symptoms } }: Report): readonly string[] {
	if (symptoms.length === 0) return [];
	return [
		'## Symptoms',
		'',
		...symptoms.map(({ text, observed }) => `- ${seen[`${observed}`]}: ${escapeMarkdown(text)}`),
		'',
	];
}

/** Rows of a timeline that are shown; what is beyond it is in the JSON report. */
const mostEvents = 200;

/** `2026-11-22 14:00:03`, UTC. */
const timeOf = (at: string): string => at.slice(0, 19).replace('T', ' ');

export function timelineSection({ timeline }: Report): readonly string[] {
	if (timeline.length === 0) return [];
	const row = ({ at, kind, text, severity }: TimelineEvent): readonly string[] => [
		timeOf(at),
		kind,
		severity === null || kind !== 'finding' ? text : `${severity}: ${text}`,
	];
	return [
		'## Timeline',
		'',
		table(['when', 'what', ''], timeline.slice(0, mostEvents).map(row)),
		'',
		...(timeline.length > mostEvents ? [`and ${timeline.length - mostEvents} more events`, ''] : []),
	];
}

/** Where the way led: what is proved, else what is likeliest. */
function endsOf({ causes }: Report['diagnosis']): readonly string[] {
	const proved = causes.filter(({ standing }) => standing === 'proved');
	const ends = proved.length > 0 ? proved : causes.slice(0, 1);
	return ends.length === 0
		? ['No cause was found']
		: ends.map(({ title, standing }) => `${title} (${standing})`);
}

/** As a drawing that GitHub renders: the checks that were reached, each with its verdict on the way out, then the cause. */
export function pathSection({ path, diagnosis }: Report): readonly string[] {
	if (path.length === 0) return [];
	const node = (index: number): string => `n${index}`;
	const ends = endsOf(diagnosis);
	const lines = [
		'flowchart TD',
		...path.map(
			({ title, severity }, index) => `\t${node(index)}["${mermaidText(title)}"]:::${severity ?? 'unseen'}`,
		),
		...ends.map((end, index) => `\tc${index}(["${mermaidText(end)}"]):::cause`),
		...path.map(({ verdict }, index) => {
			const next = index + 1 < path.length ? node(index + 1) : ends.map((_, end) => `c${end}`).join(' & ');
			return `\t${node(index)} -->|"${mermaidText(verdict ?? 'not seen')}"| ${next}`;
		}),
		'\tclassDef critical stroke:#b3261e,stroke-width:3px',
		'\tclassDef warning stroke:#9a6700,stroke-width:2px',
		'\tclassDef cause stroke-width:3px',
		'\tclassDef unseen stroke-dasharray:4 4',
	];
	return ['## The way through the article', '', codeBlock('mermaid', lines.join('\n')), ''];
}
