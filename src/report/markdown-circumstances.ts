/** Where, when, by whom and on which way it was looked at: what a reader needs to judge the rest. */
import { mermaidText } from '../machine/mermaid-text.ts';
import { codeBlock, escapeMarkdown, table } from './escape-markdown.ts';
import type { PathStep, Report, TimelineEvent } from './report.ts';
import { elapsed, serverInWords, sourceInWords, valueAsText } from './words.ts';

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

/** As a drawing that GitHub renders: the checks that were reached, each with its verdict on the way out. */
export function pathSection({ path }: Report): readonly string[] {
	if (path.length === 0) return [];
	const node = (index: number): string => `n${index}`;
	const marks: Readonly<Record<NonNullable<PathStep['severity']>, string>> = {
		ok: 'ok',
		info: 'info',
		warning: 'warning',
		critical: 'critical',
		unknown: 'unknown',
	};
	const lines = [
		'flowchart TD',
		...path.map(
			({ title, severity }, index) =>
				`\t${node(index)}["${mermaidText(title)}"]:::${severity === null ? 'unseen' : marks[severity]}`,
		),
		...path.slice(1).map((_, index) => {
			const { verdict } = path[index] ?? { verdict: null };
			return `\t${node(index)} -->|"${mermaidText(verdict ?? 'not seen')}"| ${node(index + 1)}`;
		}),
		'\tclassDef critical stroke:#b3261e,stroke-width:3px',
		'\tclassDef warning stroke:#9a6700,stroke-width:2px',
		'\tclassDef unseen stroke-dasharray:4 4',
	];
	return ['## The way through the article', '', codeBlock('mermaid', lines.join('\n')), ''];
}
