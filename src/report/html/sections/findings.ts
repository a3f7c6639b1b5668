/** What was found, with what it was compared with, where it comes from, whom it is about, and the very query. */
import { byTrouble } from '../../by-trouble.ts';
import type { ReportedFailure, ReportedFinding } from '../../diagnosis.ts';
import type { Report } from '../../report.ts';
import { sourceInWords, staleInWords, titlesOf } from '../../words.ts';
import type { Anchors } from '../anchors.ts';
import { rowTable } from '../data-table.ts';
import { instant } from '../instant.ts';
import { type Content, type Html, h, join } from '../markup.ts';
import type { Numbers } from '../numbers.ts';
import { code, codeBlock, definitions, folded, list, nothing, type Section, section } from '../section.ts';
import { severityMark } from '../severity-mark.ts';

type Drawing = { readonly report: Report; readonly anchors: Anchors; readonly numbers: Numbers };

function tookInWords(ms: number): string {
	return ms < 1000 ? `${Math.round(ms * 10) / 10} ms` : `${Math.round(ms / 100) / 10} s`;
}

function provenance({ report }: Drawing, finding: ReportedFinding): Html {
	const { answeredBy } = finding;
	return definitions([
		['Compared with', report.thresholds[finding.check] ?? null],
		['Source', `${sourceInWords(finding.source)}${answeredBy === null ? '' : `, answered by ${answeredBy}`}`],
		['Stale', finding.stale === null ? null : staleInWords(finding.stale)],
		['At', join(instant(finding.at), `, in ${tookInWords(finding.durationMs)}`)],
	]);
}

function errorPart(error: ReportedFailure | null): Content {
	if (error === null) return null;
	const { code: name, routine, layer, message, next } = error;
	return h(
		'div',
		{ class: 'failure' },
		h(
			'p',
			{},
			'Error ',
			code(name),
			routine === null ? null : [' in ', code(routine)],
			layer === null ? null : ` (layer: ${layer})`,
			': ',
			message,
		),
		list(next),
	);
}

function evidence(drawing: Drawing, finding: ReportedFinding, title: string): Content {
	return [
		errorPart(finding.error),
		rowTable(`Rows: ${title}`, finding.rows, drawing.numbers),
		finding.sql === null ? null : folded('The query', codeBlock(finding.sql)),
	];
}

function troublePart(drawing: Drawing, finding: ReportedFinding): Html {
	const title = titlesOf(drawing.report.titles)(finding.check);
	return h(
		'article',
		{ id: drawing.anchors.idOf(finding), class: `finding ${finding.severity}` },
		h('h3', {}, title),
		h(
			'p',
			{ class: 'verdict' },
			severityMark(finding.severity),
			' ',
			h('strong', {}, finding.verdict),
			': ',
			finding.text,
		),
		provenance(drawing, finding),
		evidence(drawing, finding, title),
	);
}

/** One line each, which opens: nobody has to act on them. */
function finePart(drawing: Drawing, finding: ReportedFinding): Html {
	const title = titlesOf(drawing.report.titles)(finding.check);
	return h(
		'div',
		{ id: drawing.anchors.idOf(finding), class: 'finding ok' },
		folded(
			[
				severityMark('ok'),
				' ',
				h('span', { class: 'question' }, title),
				' ',
				h('span', { class: 'answer' }, finding.text, finding.stale === null ? null : ' (stale)'),
			],
			provenance(drawing, finding),
			evidence(drawing, finding, title),
		),
	);
}

export function findingsSection(report: Report, anchors: Anchors, numbers: Numbers): Section {
	const [trouble, fine] = byTrouble(report.diagnosis.findings);
	const drawing = { report, anchors, numbers };
	return section(
		'findings',
		'Findings',
		report.diagnosis.findings.length === 0 ? nothing('Nothing could be determined.') : null,
		trouble.map((finding) => troublePart(drawing, finding)),
		fine.length === 0 ? null : h('h3', { class: 'in-order' }, 'In order'),
		fine.map((finding) => finePart(drawing, finding)),
	);
}
