/** Which columns hold the text of a query that somebody else runs, by their name: such a text is full of data. */

/** As in pg_stat_activity, pg_stat_statements, pg_prepared_statements, pg_cursors, and what articles call them. */
const names = /(?:^|_)(?:query|queries|query_text|statement|statements|statement_text|sql|sql_text)$/;

export function holdsQuery(column: string): boolean {
	return names.test(column);
}

/** How statements with data in them begin, whatever their column is called; ordinary sentences do not. */
const statements = [
	String.raw`select\s[\s\S]*(?:\sfrom\s|[('$\d])`,
	String.raw`insert\s+into\s`,
	String.raw`update\s+\S+(?:\s+(?:as\s+)?\w+)?\s+set\s`,
	String.raw`delete\s+from\s`,
	String.raw`merge\s+into\s`,
	String.raw`with\s+(?:recursive\s+)?\S+\s+(?:\([^)]*\)\s*)?as\s*(?:(?:not\s+)?materialized\s*)?\(`,
	String.raw`values\s*\(`,
	String.raw`call\s+\S+\s*\(`,
	String.raw`copy\s+\S+[\s\S]*\s(?:from|to)\s`,
	String.raw`execute\s+\S+\s*\(`,
	String.raw`prepare\s+\S[\s\S]*\sas\s`,
	String.raw`declare\s+\S+[\s\S]*\scursor\s`,
	String.raw`do\s+(?:language\s+\w+\s+)?(?:\$|')`,
	String.raw`notify\s+\S+\s*,`,
];
/** Blanks, comments and brackets before it; or in an array, a row or JSON, whose other values stand before it. */
const before = String.raw`(?:\s|--[^\n]*\n|/\*(?:[^*]|\*(?!/)){0,1000}\*/|\()*|[{[(][\s\S]*["{[(,]\s*`;
const beginning = new RegExp(`^(?:${before})(?:${statements.join('|')})`, 'i');

/** A value that is a statement although its column's name does not say so. */
export function looksLikeQuery(text: string): boolean {
	return text.length > 8 && beginning.test(text.slice(0, 2_000));
}
