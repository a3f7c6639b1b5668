/** What it is about, before the first word of it: the article, how bad it is, and what a reader must know first. */
import { heldProof } from '../../held-change.ts';
import type { Report } from '../../report.ts';
import { instant } from '../instant.ts';
import { type Html, h } from '../markup.ts';
import { severityMark } from '../severity-mark.ts';

/** As it was found, and as it is since the last change, where that held and still stands. */
function severities({ diagnosis, changes }: Report): Html {
	const { severity } = diagnosis;
	const found = severityMark(severity, severity === 'unknown' ? 'not determined' : severity);
	const proof = heldProof(changes);
	if (proof === null) return h('span', { class: 'found' }, found);
	const { severity: since } = proof;
	return h(
		'span',
		{ class: 'found' },
		severityMark(severity, `found: ${severity}`),
		' ',
		severityMark(since, `now: ${since}`),
	);
}

/** On the left what it is, on the right how bad. */
export function masthead(report: Report): Html {
	const { article, startedAt, finishedAt } = report.diagnosis;
	return h(
		'header',
		{ class: 'masthead' },
		h('p', { class: 'kicker' }, h('span', {}, `Incident report · ${article.id}`), severities(report)),
		h('h1', {}, article.title),
		h('p', { class: 'when' }, instant(startedAt), ' to ', instant(finishedAt)),
	);
}
