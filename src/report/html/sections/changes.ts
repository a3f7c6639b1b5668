/** What was done, whom it met, what came of it, and the very statements: what an auditor reads. */
import { changedFacts } from '../../before-after.ts';
import type { BeforeAfter, Change, ChangeProof, Report } from '../../report.ts';
import { rowOf } from '../../report.ts';
import { count } from '../../words.ts';
import { beforeAfterChart } from '../charts/before-after-chart.ts';
import { dataTable, rowTable } from '../data-table.ts';
import { instant } from '../instant.ts';
import { type Content, type Html, h } from '../markup.ts';
import type { Numbers } from '../numbers.ts';
import { code, codeBlock, definitions, folded, list, nothing, type Section, section } from '../section.ts';
import { severityMark } from '../severity-mark.ts';

function proofPart(proof: ChangeProof | null): Content {
	if (proof === null) return null;
	const how = proof.proof === 'login' ? 'proved by a login' : 'by the numbers, not proved by a login';
	return [
		h(
			'p',
			{ class: 'verdict' },
			severityMark(proof.severity),
			proof.held ? ` It held (${how}): ` : ' It did not hold: ',
			h('strong', {}, proof.verdict),
			', ',
			proof.text,
		),
		proof.note === null ? null : h('p', {}, proof.note),
	];
}

/** What a chart cannot draw: a state, a setting's value. */
function factsPart({ title, verified }: Change, numbers: Numbers): Content {
	const changed = verified === null ? [] : changedFacts(verified);
	const words = changed.filter(
		({ before, after }) => typeof before !== 'number' || typeof after !== 'number',
	);
	return dataTable(
		{
			caption: `Before and after, in words: ${title}`,
			head: ['what', 'before', 'after'],
			rows: words.map(({ name, before, after }) => [name, before, after]),
			named: true,
		},
		numbers,
	);
}

function rowsPart({ rows, title }: Change, numbers: Numbers): Content {
	if (rows.length === 0) return null;
	const statuses = [...Map.groupBy(rows, ({ status }) => status)].map(
		([status, ofStatus]) => `${ofStatus.length} ${status}`,
	);
	return [
		h('p', {}, `${count(rows.length, 'session')}: ${statuses.join(', ')}.`),
		rowTable(`Sessions: ${title}`, rows.map(rowOf), numbers),
	];
}

function diffPart(diff: string | null): Content {
	if (diff === null) return null;
	const kindOf = (line: string): string | null => {
		if (/^(?:---|\+\+\+) /.test(line)) return null;
		return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : null;
	};
	const lines = diff.trimEnd().split('\n');
	return h(
		'pre',
		{ class: 'diff' },
		h(
			'code',
			{},
			lines.map((line, index) => [
				h('span', { class: kindOf(line) }, line),
				index < lines.length - 1 ? '\n' : null,
			]),
		),
	);
}

function changePart(change: Change, pairs: readonly BeforeAfter[], numbers: Numbers): Html {
	const { title, at, by, outcome, parameters, done, statements } = change;
	const values = Object.entries(parameters);
	const sql = statements.map((statement) => statement.replace(/;?\s*$/, ';')).join('\n\n');
	return h(
		'article',
		{ class: 'change' },
		h('h3', {}, title),
		definitions([
			['Outcome', outcome],
			['At', at === null ? 'never applied' : instant(at)],
			['By', by === 'tool' ? null : 'a person, step by step'],
			[
				'With',
				values.length === 0
					? null
					: values.map(([name, value], index) => [index === 0 ? null : ', ', code(`${name}=${value}`)]),
			],
		]),
		list(
			done.map(({ what, status, why }) => [
				h('span', { class: 'side' }, status),
				' ',
				what,
				why === null ? null : ` (${why})`,
			]),
		),
		proofPart(change.verified),
		beforeAfterChart(title, pairs, numbers),
		factsPart(change, numbers),
		rowsPart(change, numbers),
		diffPart(change.diff),
		statements.length === 0 ? null : folded('The SQL that was run', codeBlock(sql)),
	);
}

export function changesSection({ changes, charts }: Report, numbers: Numbers): Section {
	const belongsTo = ({ change }: BeforeAfter, { title, solution }: Change): boolean =>
		change === title || change === solution;
	const strays = charts.beforeAfter.filter((pair) => !changes.some((change) => belongsTo(pair, change)));
	return section(
		'changes',
		'What was changed',
		changes.length === 0 ? nothing('Nothing was changed.') : null,
		changes.map((change) =>
			changePart(
				change,
				// A solution that was tried twice has the pairs of both at its first try.
				changes.find((other) => other.title === change.title) === change
					? charts.beforeAfter.filter((pair) => belongsTo(pair, change))
					: [],
				numbers,
			),
		),
		[...Map.groupBy(strays, ({ change }) => change)].map(([change, pairs]) =>
			beforeAfterChart(change, pairs, numbers),
		),
	);
}
