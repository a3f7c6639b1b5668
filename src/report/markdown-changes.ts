/** What was done, before and after, and how it is taken back: the part of a report that an auditor reads. */
import type { PlanRow } from '../machine/ports.ts';
import { changedFacts } from './before-after.ts';
import { codeBlock, codeSpan, escapeMarkdown, folded, table } from './escape-markdown.ts';
import { type Change, type ChangeProof, type Report, rowOf } from './report.ts';
import { rowTable } from './row-table.ts';
import { count, valueAsText } from './words.ts';

function beforeAndAfter(proof: ChangeProof): string {
	return table(
		['', 'before', 'after'],
		changedFacts(proof).map(({ name, before, after }) => [name, valueAsText(before), valueAsText(after)]),
	);
}

function proofLines(change: ChangeProof): readonly string[] {
	const { text, held, proof, note, verdict } = change;
	const how = proof === 'login' ? 'proved by a login' : 'by the numbers, not proved by a login';
	return [
		`It ${held ? `held (${how})` : 'did not hold'}: **${escapeMarkdown(verdict)}**, ${escapeMarkdown(text)}`,
		'',
		...(note === null ? [] : [escapeMarkdown(note), '']),
		beforeAndAfter(change),
		'',
	];
}

function rowSummary(rows: readonly PlanRow[]): string {
	const statuses = new Map<string, number>();
	for (const { status } of rows) statuses.set(status, (statuses.get(status) ?? 0) + 1);
	const parts = [...statuses].map(([status, number]) => `${number} ${status}`);
	return `${count(rows.length, 'session')}: ${parts.join(', ')}`;
}

export function changeSection(change: Change): readonly string[] {
	const values = Object.entries(change.parameters).map(([name, value]) => codeSpan(`${name}=${value}`));
	return [
		`### ${escapeMarkdown(change.title)}`,
		'',
		`${[
			change.at === null ? 'Never applied' : escapeMarkdown(change.at),
			...(change.by === 'tool' ? [] : ['by a person, step by step']),
			...(values.length === 0 ? [] : [`with ${values.join(', ')}`]),
		].join(', ')}: **${escapeMarkdown(change.outcome)}**.`,
		'',
		...change.done.map(
			({ what, status, why }) =>
				`- ${status}: ${escapeMarkdown(what)}${why === null ? '' : ` (${escapeMarkdown(why)})`}`,
		),
		'',
		...(change.verified === null ? [] : proofLines(change.verified)),
		...(change.rows.length === 0 ? [] : [rowSummary(change.rows), '', rowTable(change.rows.map(rowOf)), '']),
		...(change.statements.length === 0 ? [] : statementLines(change.statements)),
		...(change.diff === null ? [] : [codeBlock('diff', change.diff), '']),
	];
}

/** One of them may name every session that it ends. */
function statementLines(statements: readonly string[]): readonly string[] {
	const sql = statements.map((statement) => statement.replace(/;?\s*$/, ';')).join('\n\n');
	return folded('The SQL that was run', codeBlock('sql', sql));
}

/** What is still in force and can be taken back, and the command that does it; empty: nothing. */
export function undoSection({ changes, session }: Report): readonly string[] {
	const lines = changes.flatMap(({ at, undoable, undone }) => {
		if (undone !== null) {
			return [
				...undone.undone.map((what) => `- taken back: ${escapeMarkdown(what)}`),
				...undone.skipped.map(
					({ what, why }) => `- left as it is: ${escapeMarkdown(what)} (${escapeMarkdown(why)})`,
				),
			];
		}
		return at === null ? [] : undoable.map((what) => `- ${escapeMarkdown(what)}`);
	});
	const inForce = changes.some(
		({ at, undoable, undone }) => at !== null && undone === null && undoable.length > 0,
	);
	if (!inForce || session === null) return lines;
	return [...lines, '', codeBlock('sh', `kbwizard undo ${session}`)];
}
