/** A table of an article or a report for a terminal: columns whose cells go on below, else a sentence a row. */
import { stripVTControlCharacters } from 'node:util';
import { textWidth } from './text-width.ts';

/** Cells may be styled; the header of one that has none is empty. */
export type TextTable = {
	readonly header: readonly string[];
	readonly rows: readonly (readonly string[])[];
};

/** Breaks a text into lines of at most `width` columns, each with its own styles. */
export type Wrap = (text: string, width: number) => readonly string[];

const between = 2;
/** A longer word is broken: it would leave the other columns no room. */
const longestWord = 24;

const widthOf = (text: string): number => textWidth(stripVTControlCharacters(text));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Of a column: as wide as it would be, and as narrow as it may be. */
type Room = { readonly most: number; readonly least: number };

function roomOf(cells: readonly string[]): Room {
	const words = cells.flatMap((cell) => stripVTControlCharacters(cell).split(' '));
	return {
		most: Math.max(0, ...cells.map(widthOf)),
		least: Math.min(longestWord, Math.max(1, ...words.map(textWidth))),
	};
}

/** How wide each column is, the widest giving way first; null: they do not fit beside one another. */
function columnWidths(rooms: readonly Room[], width: number): readonly number[] | null {
	const free = width - between * (rooms.length - 1);
	if (sum(rooms.map(({ least }) => least)) > free) return null;
	// The width from which on a column gives way: the largest with which all of them fit.
	let [fits, tooWide] = [0, Math.max(1, ...rooms.map(({ most }) => most)) + 1];
	const at = (limit: number) => rooms.map(({ most, least }) => Math.max(least, Math.min(most, limit)));
	while (tooWide - fits > 1) {
		const middle = (fits + tooWide) >> 1;
		if (sum(at(middle)) <= free) fits = middle;
		else tooWide = middle;
	}
	return at(fits);
}

function beside(cells: readonly string[], widths: readonly number[], wrap: Wrap): readonly string[] {
	const columns = widths.map((width, index) => wrap(cells[index] ?? '', width));
	const height = Math.max(1, ...columns.map((lines) => lines.length));
	return Array.from({ length: height }, (_, row) =>
		columns
			.map((lines, index) => {
				const line = lines[row] ?? '';
				return `${line}${' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(line)))}`;
			})
			.join(' '.repeat(between))
			.trimEnd(),
	);
}

/** `usename ims, state idle`, without what is empty. */
function sentence(header: readonly string[], cells: readonly string[]): string {
	return cells
		.flatMap((cell, index) => {
			const text = stripVTControlCharacters(cell).trim();
			return text === '' || text === '–' ? [] : [`${header[index] ?? ''} ${cell}`.trim()];
		})
		.join(', ');
}

/** @param strong marks the header */
export function tableLines(
	{ header, rows }: TextTable,
	width: number,
	wrap: Wrap,
	strong: (text: string) => string,
): readonly string[] {
	const rooms = header.map((title, index) => roomOf([title, ...rows.map((row) => row[index] ?? '')]));
	const widths = columnWidths(rooms, width);
	if (widths === null) {
		return rows.flatMap((row) =>
			wrap(sentence(header, row), width - between).map(
				(line, index) => `${index === 0 ? '* ' : '  '}${line}`,
			),
		);
	}
	const titled = header.some((title) => title.trim() !== '');
	return [
		...(titled ? beside(header, widths, wrap).map(strong) : []),
		...rows.flatMap((row) => beside(row, widths, wrap)),
	];
}
