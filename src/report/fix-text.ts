/** A fix as plain text: what happened in one line, then whom, how, and the way back. No colour. */
import type { Row } from '../machine/ports.ts';
import type { FixDocument } from './fix-document.ts';
import { columnsOf, count, valueAsText } from './words.ts';

/** Rows printed; all of them are in `--json`. */
const rowsShown = 20;

function rowLines(rows: readonly Row[]): readonly string[] {
	const names = columnsOf(rows).filter((name) => rows.some((row) => row[name] !== null));
	const cells = [
		names,
		...rows.slice(0, rowsShown).map((row) => names.map((name) => valueAsText(row[name]))),
	];
	const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
	return [
		...cells.map((row) =>
			`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
		),
		...(rows.length > rowsShown ? [`  and ${rows.length - rowsShown} more`] : []),
	];
}

function list(title: string, lines: readonly string[]): readonly string[] {
	return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line.replaceAll('\n', '\n  ')}`)];
}

function proofLine({ verified }: FixDocument): readonly string[] {
	if (verified === null) return [];
	const proof = verified.proof === 'login' ? 'proved by a login' : 'not proved by a login';
	const note = verified.note === null ? [] : [verified.note];
	return [
		`${verified.held ? `held (${proof})` : 'did not hold'}: ${verified.check} says ${verified.verdict}`,
		...note,
	];
}

/** @param headline what happened, in one line */
export function fixToText(document: FixDocument, headline: string): string {
	const { plan, byHand, applied, undo } = document;
	const rows = plan?.rows ?? [];
	const lines = [
		headline,
		...(rows.length === 0 ? [] : ['', count(rows.length, 'session'), ...rowLines(rows)]),
		...(document.steps.length === 0
			? list(
					'Consequences',
					// A long one is wrapped by the terminal: where the next begins must be seen.
					(plan?.consequences ?? []).map((consequence) => `- ${consequence}`),
				)
			: list('Steps', plan?.consequences ?? [])),
		...list(
			'By hand',
			(byHand?.instructions ?? []).map((instruction, index) => `${index + 1}. ${instruction}`),
		),
		...list(
			'Done',
			(applied?.done ?? []).map(
				({ what, status, why }) => `${status}: ${what}${why === null ? '' : ` (${why})`}`,
			),
		),
		...list('Error', applied?.error == null ? [] : [`${applied.error.code}: ${applied.error.message}`]),
		...list('Verified', proofLine(document)),
		// A plan is read before it is agreed to; what was done is kept, to the letter, in the report.
		...(applied === null ? list('Statements', plan?.statements ?? []) : []),
		...list('Difference', plan?.diff == null ? [] : [plan.diff]),
		...list('To take it back', undo === null ? [] : [`kbwizard undo ${undo.session}`, ...undo.what]),
	];
	return `${lines.join('\n')}\n`;
}
