/** Rows of a database as a Markdown table, bounded: the reader wants to see whom, not all five thousand. */
import type { Row } from '../machine/ports.ts';
import { table } from './escape-markdown.ts';
import { columnsOf, valueAsText } from './words.ts';

/** Rows shown in full; the rest are counted. */
export const rowsShown = 25;

export function rowTable(rows: readonly Row[]): string {
	const columns = columnsOf(rows);
	const shown = table(
		columns,
		rows.slice(0, rowsShown).map((row) => columns.map((column) => valueAsText(row[column]))),
	);
	return rows.length > rowsShown ? `${shown}\n\nand ${rows.length - rowsShown} more rows` : shown;
}
