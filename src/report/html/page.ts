/** A report as one HTML file, for the person who was not there: nothing to run, nothing to fetch. */
import type { Report } from '../report.ts';
import { count } from '../words.ts';
import { Anchors } from './anchors.ts';
import { instant } from './instant.ts';
import { documentOf, type Html, h } from './markup.ts';
import { Numbers } from './numbers.ts';
import { code, renderSection, type Section } from './section.ts';
import { causesSection } from './sections/causes.ts';
import { changesSection } from './sections/changes.ts';
import { circumstancesSection } from './sections/circumstances.ts';
import { figuresSection } from './sections/figures.ts';
import { findingsSection } from './sections/findings.ts';
import { masthead } from './sections/masthead.ts';
import { nextStepsSection } from './sections/next-steps.ts';
import { notSeenSection } from './sections/not-seen.ts';
import { notesSection } from './sections/notes.ts';
import { outsideSection } from './sections/outside.ts';
import { pathSection } from './sections/path.ts';
import { redactionsSection } from './sections/redactions.ts';
import { serverSection } from './sections/server.ts';
import { summarySection } from './sections/summary.ts';
import { symptomsSection } from './sections/symptoms.ts';
import { timelineSection } from './sections/timeline.ts';
import { undoSection } from './sections/undo.ts';
import { charts } from './style/charts.ts';
import { colours } from './style/colours.ts';
import { evidence } from './style/evidence.ts';
import { layout } from './style/layout.ts';
import { print } from './style/print.ts';

/** Drawn in this order, which numbers the figures and tables as they are met. */
function sectionsOf(report: Report): readonly Section[] {
	const { diagnosis } = report;
	const numbers = new Numbers();
	const anchors = new Anchors(diagnosis.findings);
	return [
		serverSection(diagnosis),
		symptomsSection(diagnosis),
		figuresSection(report.charts, numbers),
		timelineSection(report),
		findingsSection(report, anchors, numbers),
		causesSection(report, anchors),
		changesSection(report, numbers),
		outsideSection(report, numbers),
		notSeenSection(report),
		undoSection(report),
		nextStepsSection(report),
		circumstancesSection(report),
		pathSection(report, anchors),
		notesSection(report),
		redactionsSection(report, numbers),
	].filter((section) => section !== null);
}

function contents(sections: readonly Section[]): Html {
	return h(
		'nav',
		{ class: 'contents', 'aria-labelledby': 'contents-title' },
		h('h2', { id: 'contents-title' }, 'Contents'),
		h(
			'ol',
			{},
			sections.map(({ id, title }) => h('li', {}, h('a', { href: `#${id}` }, title))),
		),
	);
}

function colophon({ writtenAt, diagnosis, changes, session }: Report): Html {
	const { tool, findings } = diagnosis;
	return h(
		'footer',
		{ class: 'colophon' },
		h(
			'p',
			{},
			'Written ',
			instant(writtenAt),
			` by ${tool.name} ${tool.version} from ${count(findings.length, 'finding')} and ${count(changes.length, 'change')}.`,
			session === null ? null : [' Session ', code(session), '.'],
		),
	);
}

/** The whole file; the same report gives the same bytes. Redact it first where it leaves the house. */
export function toHtml(report: Report): string {
	const { id, title } = report.diagnosis.article;
	const summary = summarySection(report);
	const sections = sectionsOf(report);
	return documentOf({
		lang: 'en',
		title: `${id} ${title}: incident report`,
		styles: [colours, layout, evidence, charts, print],
		body: [
			h('a', { class: 'skip', href: '#main' }, 'Skip to the report'),
			masthead(report),
			h(
				'main',
				{ id: 'main', tabindex: -1 },
				renderSection(summary),
				contents([summary, ...sections]),
				sections.map(renderSection),
			),
			colophon(report),
		],
	});
}
