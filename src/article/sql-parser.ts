/** PostgreSQL's own parser (libpg-query, WebAssembly): loaded when it is first needed, for it takes 30 ms. */

/** A node of the parse tree as libpg-query gives it: `{SelectStmt: {…}}`. */
export type ParseNode = Readonly<Record<string, unknown>>;

export type Statement = {
	readonly node: ParseNode;
	/** Its text, without the semicolon. */
	readonly text: string;
};

/** PostgreSQL's parser refuses the text, or it is too large to be looked at. */
export class SqlSyntaxError extends Error {
	/** Offset in bytes of UTF-8; null: not known. */
	readonly offset: number | null;
	constructor(message: string, offset: number | null) {
		super(message);
		this.name = 'SqlSyntaxError';
		this.offset = offset;
	}
}

/** Beyond these the parser's stack, and ours, would be at the mercy of the text. */
const longestSql = 100_000;
const deepestNesting = 200;

/** Why a text is not handed to the parser; null: it may be. */
export function unfitForParser(sql: string): SqlSyntaxError | null {
	if (sql.length > longestSql)
		return new SqlSyntaxError(`the SQL is longer than ${longestSql} characters`, null);
	if (nesting(sql) > deepestNesting) return new SqlSyntaxError('the SQL is nested too deeply', null);
	if (sql.includes('\0')) return new SqlSyntaxError('there is a zero byte in the SQL', sql.indexOf('\0'));
	return null;
}

/**
 * The statements of a text.
 * @throws SqlSyntaxError
 */
export async function parseSql(sql: string): Promise<Statement[]> {
	const unfit = unfitForParser(sql);
	if (unfit !== null) throw unfit;
	const { hasSqlDetails, parse } = await import('libpg-query');
	let result: unknown;
	try {
		result = await parse(sql);
	} catch (error) {
		if (error instanceof Error && hasSqlDetails(error)) {
			throw new SqlSyntaxError(error.message, error.sqlDetails?.cursorPosition ?? null);
		}
		throw new SqlSyntaxError(error instanceof Error ? error.message : 'the SQL cannot be parsed', null);
	}
	const bytes = new TextEncoder().encode(sql);
	return listOf(recordOf(result).stmts).flatMap((each) => {
		const { stmt, stmt_location: start, stmt_len: length } = recordOf(each);
		const from = typeof start === 'number' ? start : 0;
		const end = typeof length === 'number' && length > 0 ? from + length : bytes.length;
		const node = recordOf(stmt);
		if (Object.keys(node).length === 0) return [];
		return [{ node, text: new TextDecoder().decode(bytes.slice(from, end)).trim() }];
	});
}

/**
 * The statements of an `apply` fence, each to be sent and journalled by itself; without semicolons, and without what
 * is only a comment.
 * @throws SqlSyntaxError
 */
export async function splitStatements(sql: string): Promise<string[]> {
	return (await parseSql(sql)).map(({ text }) => text);
}

/** The line (0 is the first) of a byte offset. */
export function lineOfOffset(sql: string, offset: number | null): number {
	if (offset === null) return 0;
	const before = new TextDecoder().decode(new TextEncoder().encode(sql).slice(0, Math.max(0, offset)));
	return before.split('\n').length - 1;
}

export function recordOf(value: unknown): ParseNode {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

function nesting(sql: string): number {
	let depth = 0;
	let deepest = 0;
	for (const character of sql) {
		if (character === '(' || character === '[') deepest = Math.max(deepest, ++depth);
		else if (character === ')' || character === ']') depth -= 1;
	}
	return deepest;
}
