/** Tables: named, bounded, and able to be scrolled by the keyboard where the page is too narrow for them. */
import type { FactValue, Row } from '../../machine/ports.ts';
import { rowsShown } from '../row-table.ts';
import { columnsOf, count, valueAsText } from '../words.ts';
import { type Content, type Html, h } from './markup.ts';
import type { Numbers } from './numbers.ts';

/** A value as it was read, or an element that begins with a word of ours. */
export type Cell = FactValue | Html;

export type Table = {
	/** Says what is in it, without a number. */
	readonly caption: string;
	readonly head: readonly string[];
	readonly rows: readonly (readonly Cell[])[];
	/** The first cell of each row names the row. */
	readonly named?: boolean;
};

function isNumeric(cell: Cell | undefined): boolean {
	return typeof cell === 'number';
}

/** As wide as a name or a time of day: so many columns of them still fit on paper. */
const shortCell = 16;

/** A name stays on one line, and so does an instant; a sentence or a query gets room for some words a line. */
function kindOf(cell: Cell): string | null {
	if (typeof cell !== 'string') return null;
	if (cell.length <= shortCell) return 'short';
	if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(cell)) return 'instant';
	return cell.length > 32 && cell.includes(' ') ? 'long' : null;
}

function cellContent(cell: Cell): Content {
	return typeof cell === 'boolean' || cell === null ? valueAsText(cell) : cell;
}

/** All of its rows; null without any. */
export function dataTable({ caption, head, rows, named = false }: Table, numbers: Numbers): Html | null {
	if (rows.length === 0) return null;
	const name = numbers.table();
	const id = name.toLowerCase().replace(' ', '-');
	const numeric = head.map((_, column) =>
		rows.every((row) => isNumeric(row[column]) || row[column] === null),
	);
	const cell = (content: Cell, column: number): Html =>
		named && column === 0
			? h('th', { scope: 'row', class: kindOf(content) }, cellContent(content))
			: h('td', { class: numeric[column] ? 'number' : kindOf(content) }, cellContent(content));
	return h(
		'div',
		{ class: 'scroll', role: 'region', tabindex: 0, 'aria-labelledby': id },
		h(
			'table',
			{ class: head.length < 4 ? 'few' : head.length > 8 ? 'many' : null },
			h('caption', { id }, h('span', { class: 'numbered' }, name), ' ', caption),
			h(
				'thead',
				{},
				h(
					'tr',
					{},
					head.map((title, column) =>
						h('th', { scope: 'col', class: numeric[column] ? 'number' : null }, title),
					),
				),
			),
			h(
				'tbody',
				{},
				rows.map((row) => h('tr', {}, row.map(cell))),
			),
		),
	);
}

/** Rows of a database: the reader wants to see whom, not all five thousand. Null without any. */
export function rowTable(caption: string, rows: readonly Row[], numbers: Numbers): Content {
	const columns = columnsOf(rows);
	const more = rows.length - rowsShown;
	return [
		dataTable(
			{
				caption,
				head: columns,
				rows: rows.slice(0, rowsShown).map((row) => columns.map((column) => row[column] ?? null)),
			},
			numbers,
		),
		more > 0 ? h('p', { class: 'more' }, `and ${count(more, 'more row')}`) : null,
	];
}
