/** The README's table of scenarios: read, changed cell by cell, written. */
import type { Major } from '../../src/lab/binaries.ts';
import type { Scenario } from '../../src/lab/scenario.ts';

export const tableBegin = '<!-- scenarios: npm run table -->';
export const tableEnd = '<!-- end of scenarios -->';

/** What one run found, by scenario and major. */
export type Cells = Map<string, ReadonlyMap<Major, string>>;

/** What stands between the two markers. @throws Error where the text has no such place */
function placeOf(text: string): { readonly before: string; readonly table: string; readonly after: string } {
	const [before, rest] = text.split(tableBegin);
	const [table, after] = rest?.split(tableEnd) ?? [];
	if (before === undefined || table === undefined || after === undefined)
		throw new Error(`There is no place between "${tableBegin}" and "${tableEnd}".`);
	return { before, table, after };
}

const fieldsOf = (line: string) =>
	line
		.split('|')
		.slice(1, -1)
		.map((field) => field.trim());

/** The cells that a text's table has already; `majors` are those that could head a column. */
export function readCells(text: string, majors: readonly Major[]): Cells {
	const lines = placeOf(text)
		.table.split('\n')
		.filter((line) => line.startsWith('|'));
	const [head = [], , ...rows] = lines.map(fieldsOf);
	const columns = head.map((name) => majors.find((major) => String(major) === name));
	return new Map(
		rows.map(([scenario = '', ...cells]) => [
			scenario.replaceAll('`', ''),
			new Map(
				cells.flatMap((cell, index) => {
					const major = columns[index + 1];
					return major === undefined || cell === '' ? [] : [[major, cell] as const];
				}),
			),
		]),
	);
}

/** The text with a row for each scenario, in their order, and a column for each major that a cell is known of. */
export function withCells(
	text: string,
	cells: Cells,
	scenarios: readonly Pick<Scenario, 'id' | 'firstCause'>[],
	majors: readonly Major[],
): string {
	const { before, after } = placeOf(text);
	const columns = majors.filter((major) => scenarios.some(({ id }) => cells.get(id)?.has(major) === true));
	const line = (fields: readonly string[]) => `| ${fields.join(' | ')} |`;
	const table = [
		line(['scenario', 'first cause', ...columns.map(String)]),
		line(['---', '---', ...columns.map(() => '---')]),
		...scenarios.map(({ id, firstCause }) =>
			line([
				`\`${id}\``,
				firstCause ?? 'none: healthy',
				...columns.map((major) => cells.get(id)?.get(major) ?? ''),
			]),
		),
	];
	return `${before}${tableBegin}\n\n${table.join('\n')}\n\n${tableEnd}${after}`;
}
