/**
 * The gate that every query of an article passes before it is sent, whatever lint said: exactly one SELECT by
 * PostgreSQL's own parser, over the catalogs, with listed functions only. What that means is in `sql-inspection.ts`.
 */
import { createHash } from 'node:crypto';
import { parametersAsNulls } from './parameters.ts';
import { inspectSelect, type Refusal } from './sql-inspection.ts';
import { lineOfOffset, type ParseNode, parseSql, recordOf, SqlSyntaxError } from './sql-parser.ts';

export type GateResult =
	| { readonly allowed: true; readonly select: ParseNode }
	| { readonly allowed: false; readonly refusals: readonly [Refusal, ...Refusal[]] };

/**
 * Decides about one query, as it stands in the article (`:name`) or bound (`$1`): a parameter is a value in both, and the
 * gate sees a NULL there.
 */
export async function gateQuery(query: string): Promise<GateResult> {
	const sql = parametersAsNulls(query);
	try {
		const statements = await parseSql(sql);
		const select = statements.length === 1 ? statements[0]?.node.SelectStmt : undefined;
		if (select === undefined) {
			return refused({
				rule: 'query-not-allowed',
				message:
					statements.length > 1
						? 'it is more than one statement'
						: `it is ${describe(statements[0]?.node)}, not a SELECT`,
				expected: 'exactly one SELECT',
				nearest: null,
				line: 0,
			});
		}
		const [first, ...rest] = inspectSelect(recordOf(select), sql);
		return first === undefined ? { allowed: true, select: recordOf(select) } : refused(first, ...rest);
	} catch (error) {
		// A tree too deep for the stack is refused like everything else that cannot be looked at.
		const offset = error instanceof SqlSyntaxError ? error.offset : null;
		const message = error instanceof SqlSyntaxError ? error.message : 'it cannot be looked at as a whole';
		return refused({
			rule: 'sql-syntax',
			message: `PostgreSQL's parser says: ${message}`,
			expected: 'SQL that PostgreSQL can parse',
			nearest: null,
			line: lineOfOffset(sql, offset),
		});
	}
}

/** A gate that remembers what it has decided, by the query's hash. */
export function createQueryGate(): (sql: string) => Promise<GateResult> {
	const decided = new Map<string, Promise<GateResult>>();
	return (sql) => {
		const hash = createHash('sha256').update(sql).digest('hex');
		const known = decided.get(hash);
		if (known !== undefined) return known;
		const result = gateQuery(sql);
		decided.set(hash, result);
		return result;
	};
}

function refused(first: Refusal, ...rest: readonly Refusal[]): GateResult {
	return { allowed: false, refusals: [first, ...rest] };
}

function describe(node: ParseNode | undefined): string {
	const type = Object.keys(node ?? {})[0];
	if (type === undefined) return 'empty';
	return type
		.replace(/Stmt$/, '')
		.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
		.toUpperCase();
}
