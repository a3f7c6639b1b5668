/** Queries that others run, as they come in a row: what they look for and write is data, and stays out. */
import { normaliseSql } from '../../article/normalise-sql.ts';
import { holdsQuery, looksLikeQuery } from '../../article/query-column.ts';
import { keywordsOf } from '../../article/sql-keywords.ts';
import type { FactValue } from '../../machine/ports.ts';
import { cleanText } from '../untrusted.ts';

/** What PostgreSQL says where there is no query, or none for this role. */
const instead: ReadonlySet<string> = new Set([
	'<insufficient privilege>',
	'<backend information not available>',
	'<command string not enabled>',
	'<command string not available>',
]);

/** Different texts of one answer that the parser is asked about, at about half a millisecond each. */
const mostParsed = 200;
/** Longest text that it is asked about, in UTF-16 units: `track_activity_query_size` may be a megabyte. */
const longestParsed = 10_000;
/** Beyond this even the keywords of a text are not looked for, in UTF-16 units. */
const longestRead = 20_000;

/** Longest that is shown, in UTF-16 units: enough to know a query by, and a table still has room for it. */
const longestShown = 240;

/** A query in a row that stands there as its keywords, and can be said better. */
export type QueryInRow = {
	readonly row: Record<string, FactValue>;
	readonly column: string;
	readonly text: string;
};

/** Whether the value is a query, by its column or by itself. */
export function isQuery(column: string, text: string): boolean {
	return !instead.has(text) && (holdsQuery(column) || looksLikeQuery(text));
}

/** The keywords of a query: nothing of the data can be among them. */
export function queryAsKeywords(text: string): string {
	return keywordsOf(text.slice(0, longestRead));
}

/**
 * Writes into the rows what PostgreSQL's own parser makes of their queries: literals as `$1`, no comments. One that is cut off,
 * or that it cannot read, stays as its keywords. The parser is loaded for a text that is more than keywords.
 */
export async function normaliseQueries(queries: readonly QueryInRow[]): Promise<void> {
	const known = new Map<string, string | null>();
	for (const { row, column, text } of queries) {
		if (!known.has(text)) {
			if (known.size >= mostParsed) continue;
			const worthIt = text.length <= longestParsed && queryAsKeywords(text).includes('…');
			known.set(text, worthIt ? await normaliseSql(text) : null);
		}
		const normalised = known.get(text) ?? null;
		if (normalised !== null) row[column] = cleanText(normalised, { max: longestShown });
	}
}
