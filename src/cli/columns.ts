/** Rows with their columns under one another, for a terminal of 80. */

/** Columns that every terminal has. */
export const lineWidth = 80;

const between = '  ';

/** Cut to a width; what is missing is a dot. */
function cut(text: string, width: number): string {
	return text.length <= width ? text.padEnd(width) : `${text.slice(0, Math.max(0, width - 1))}…`;
}

export type ColumnsOptions = {
	/** The column, by its place, that gives way where a line would be too long. */
	readonly gives: number;
	/** Columns of numbers, by their places. */
	readonly right?: readonly number[];
};

/** One line a row, each as long as the columns need and never longer than {@link lineWidth}. */
export function inColumns(
	rows: readonly (readonly string[])[],
	{ gives, right = [] }: ColumnsOptions,
): readonly string[] {
	const columns = Math.max(0, ...rows.map((row) => row.length));
	const widest = Array.from({ length: columns }, (_, column) =>
		Math.max(...rows.map((row) => (row[column] ?? '').length)),
	);
	const others = widest.reduce((sum, width, column) => sum + (column === gives ? 0 : width), 0);
	const room = lineWidth - others - between.length * (columns - 1);
	const widths = widest.map((width, column) =>
		column === gives ? Math.min(width, Math.max(8, room)) : width,
	);
	return rows.map((row) =>
		widths
			.map((width, column) => {
				const text = row[column] ?? '';
				return right.includes(column) ? text.padStart(width) : cut(text, width);
			})
			.join(between)
			.trimEnd(),
	);
}
