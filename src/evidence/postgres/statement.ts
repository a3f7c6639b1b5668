/** One statement over the driver: rows as plain facts, no more of them kept than asked for. */
import pg from 'pg';
import type { FactValue, Row } from '../../machine/ports.ts';
import { isQuery, type QueryInRow, queryAsKeywords } from './query-text.ts';
import { factFromText, isFreeText } from './values.ts';

export type Answer = {
	/** Of the last statement that answered rows. */
	readonly rows: readonly Row[];
	/** Rows that it sent, also those not kept. */
	readonly rowCount: number;
	/** Those of the values that are queries, which stand in the rows as their keywords. */
	readonly queries: readonly QueryInRow[];
};

/** The driver hands every value on as the text it came in. */
const asText = { getTypeParser: () => (text: string) => text };

/**
 * @param values null: the simple protocol, which takes several statements at once; else the extended one, which takes
 * exactly one
 * @throws what the driver throws: a DatabaseError where the server refused
 */
export function ask(
	client: pg.Client,
	text: string,
	values: readonly (string | null)[] | null,
	maxRows: number,
): Promise<Answer> {
	const config = {
		text,
		...(values === null ? {} : { values: [...values], queryMode: 'extended' }),
		rowMode: 'array',
		types: asText,
	};
	return new Promise((resolve, reject) => {
		const query = new pg.Query(config);
		let latest: unknown = null;
		let rows: Row[] = [];
		let rowCount = 0;
		let queries: QueryInRow[] = [];
		query.on('row', (row: unknown, result) => {
			if (result !== latest) {
				latest = result;
				rows = [];
				rowCount = 0;
				queries = [];
			}
			rowCount += 1;
			if (rows.length < maxRows && Array.isArray(row)) rows.push(rowOf(row, result?.fields ?? [], queries));
		});
		query.on('error', reject);
		query.on('end', () => resolve({ rows, rowCount, queries }));
		client.query(query);
	});
}

/** @param queries what is a query is added to it */
function rowOf(values: readonly unknown[], fields: readonly pg.FieldDef[], queries: QueryInRow[]): Row {
	const row: Record<string, FactValue> = {};
	for (const [index, { name, dataTypeID }] of fields.entries()) {
		const value = values[index];
		if (typeof value !== 'string') row[name] = null;
		else if (isFreeText(dataTypeID) && isQuery(name, value)) {
			row[name] = queryAsKeywords(value);
			queries.push({ row, column: name, text: value });
		} else row[name] = factFromText(value, dataTypeID);
	}
	return row;
}
