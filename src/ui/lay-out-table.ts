import type { Looks } from './looks.ts';
import { stackBelowColumns } from './looks.ts';
import { faint, plain, type Span, strong } from './span.ts';
import { textWidth, truncated } from './text-width.ts';
import { wrapSpans } from './wrap-spans.ts';

type Table = { readonly titles: readonly string[]; readonly rows: readonly (readonly Span[])[] };

const between = 2;

/** No column is made narrower than this: a cell of three letters says nothing. */
const narrowest = 7;

/** How wide each column may be; null: they do not fit beside one another. */
function columnWidths({ titles, rows }: Table, columns: number): readonly number[] | null {
	const widths = titles.map((title, index) =>
		rows.reduce((widest, row) => Math.max(widest, textWidth(row[index]?.text ?? '')), textWidth(title)),
	);
	const least = widths.reduce((sum, width) => sum + Math.min(width, narrowest) + between, -between);
	if (least > columns) return null;
	for (;;) {
		const total = widths.reduce((sum, width) => sum + width + between, -between);
		if (total <= columns) return widths;
		const widest = widths.indexOf(Math.max(...widths));
		// The widest gives way to the next widest, or to what is missing: a loop a column, not a loop a character.
		const next = Math.max(narrowest, ...widths.filter((_, index) => index !== widest));
		const width = widths[widest] ?? narrowest;
		widths[widest] = Math.max(narrowest, width - Math.min(total - columns, Math.max(1, width - next)));
	}
}

function padded(span: Span, width: number, ellipsis: string): Span {
	const text = truncated(span.text, width, ellipsis);
	return { ...span, text: `${text}${' '.repeat(Math.max(0, width - textWidth(text)))}` };
}

/** A row as a sentence: `pid 41, role app, state idle`. */
function sentence(titles: readonly string[], row: readonly Span[]): readonly Span[] {
	return row.flatMap((cell, index) => {
		const title = titles[index] ?? '';
		const end = index === row.length - 1 ? '' : ', ';
		return cell.text === '' ? [] : [faint(title === '' ? '' : `${title} `), cell, plain(end)];
	});
}

/** Columns beside one another where they fit, else a sentence a row. */
export function layOutTable(table: Table, looks: Looks, width: number): readonly (readonly Span[])[] {
	const widths = looks.reader || width < stackBelowColumns - 10 ? null : columnWidths(table, width);
	const { ellipsis, bullet } = looks.glyphs;
	if (widths === null) {
		const marker = looks.reader ? '' : `${bullet} `;
		return table.rows.flatMap((row) =>
			wrapSpans(sentence(table.titles, row), width - marker.length).map((line, index) => [
				plain(index === 0 ? marker : ' '.repeat(marker.length)),
				...line,
			]),
		);
	}
	const line = (cells: readonly Span[]): readonly Span[] =>
		cells.flatMap((cell, index) => [
			...(index === 0 ? [] : [plain(' '.repeat(between))]),
			padded(cell, widths[index] ?? narrowest, ellipsis),
		]);
	return [line(table.titles.map(strong)), ...table.rows.map(line)];
}
