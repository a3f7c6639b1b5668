/** Text of an article on its way into a psql script: nothing of it can be taken for a command, a quote or a variable. */
import { parameterNames } from '../../../article/parameters.ts';
import { scanSql } from '../../../article/sql-scan.ts';

/** A title on one comment line: plain ASCII words. What is not in them is left out, whatever it would mean. */
export function plainTitle(text: string): string {
	const plain = text
		.normalize('NFKD')
		.replaceAll(/[^A-Za-z0-9 ,.?()-]+/g, ' ')
		.replaceAll(/ +/g, ' ')
		.replaceAll(/-{2,}/g, '-')
		.trim();
	return plain.slice(0, 70);
}

/** An id, a version: no blank, no quote, no backslash. */
export function plainId(text: string): string {
	return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 64);
}

/** A literal of a query that is words only, and so may be shown, and may stand in quotes of psql. */
const wordsOnly = /^[\p{L}\p{N}_ ,.:;()+%/=<>-]{1,120}$/u;

/**
 * The literals of a query that are words: what the query says itself, and no name of the site. Regular expressions and
 * what else has signs of its own are not among them.
 */
export function ownWords(sql: string): readonly string[] {
	const literals = withoutComments(sql).match(/'(?:[^']|'')*'/g) ?? [];
	return [...new Set(literals.map((literal) => literal.slice(1, -1)).filter((text) => wordsOnly.test(text)))];
}

export type Scriptable = {
	readonly sql: string;
	/** The parameters that it uses: the first is `kb_1` in it. */
	readonly names: readonly string[];
};

/**
 * The query as a script may carry it: comments are left out, and its parameters are variables that psql quotes itself.
 * Null: it is not one statement, or has a backslash outside of quotes, where psql would take it for a command.
 */
export function scriptable(query: string): Scriptable | null {
	const plain = withoutComments(query);
	const names = parameterNames(plain);
	const sql = scanSql(plain)
		.map((piece) => (piece.kind === 'text' ? piece.text : variable(names.indexOf(piece.name) + 1)))
		.join('')
		.replace(/[\s;]+$/, '');
	const bare = sql
		.replaceAll(/:'kb_\d+'/g, "''")
		.replaceAll(opaque, (found) => (/^(?:--|\/\*)/.test(found) ? found : "''"));
	// A quote that is not one of a pair is open: psql would read on in the next lines.
	const isOpen = /['"]/.test(bare.replaceAll("''", ''));
	return isOpen || /[\\;\0]|--|\/\*|(?<!:):["'A-Za-z_]/.test(bare) ? null : { sql, names };
}

/**
 * A value behind a mark, and nothing where it is not known: then it is NULL, as in a live look. PostgreSQL makes a constant of
 * it while it plans, as it does of a parameter (of NULLIF it does not before 14).
 */
function variable(number: number): string {
	return `(case when :'kb_${number}' <> '' then substr(:'kb_${number}', 2) end)`;
}

/** Strings, quoted names, dollar quotes, comments: what PostgreSQL's lexer, and psql's, take as a whole. */
const opaque =
	/--[^\r\n]*|\/\*[\s\S]*?\*\/|(?<![\w$\u0080-\uffff])[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\w$\u0080-\uffff])\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$/g;

function withoutComments(sql: string): string {
	return sql.replaceAll(opaque, (found) => (/^(?:--|\/\*)/.test(found) ? ' ' : found));
}
