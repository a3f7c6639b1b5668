/**
 * What in a parse tree is not allowed. It names what is allowed, node type by node type: a kind of expression that it
 * does not know is refused.
 */
import { nearestName } from '../nearest-name.ts';
import { allowedFunctions, isAllowedFunction } from './sql-functions.ts';
import { lineOfOffset, listOf, type ParseNode, recordOf } from './sql-parser.ts';

export type Refusal = {
	/** Whether PostgreSQL would refuse it too. */
	readonly rule: 'sql-syntax' | 'query-not-allowed';
	readonly message: string;
	readonly expected: string | null;
	readonly nearest: string | null;
	/** Line within the query; 0 is its first. */
	readonly line: number;
};

const schemas: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema']);

/** Catalogs that hold secrets or samples of the users' data. */
const closedRelations: ReadonlySet<string> = new Set([
	'pg_authid',
	'pg_shadow',
	'pg_user_mapping',
	'pg_user_mappings',
	'pg_foreign_server',
	'pg_subscription',
	'pg_largeobject',
	'pg_statistic',
	'pg_statistic_ext_data',
	'pg_stats',
	'pg_stats_ext',
	'pg_stats_ext_exprs',
	'user_mapping_options',
	'foreign_server_options',
	'_pg_user_mappings',
	'_pg_foreign_servers',
]);

/** Node types with nothing to decide but their children. */
const transparent: ReadonlySet<string> = new Set(
	`A_ArrayExpr A_Const A_Indices A_Star Alias BitString Boolean BooleanTest BoolExpr CaseExpr CaseWhen CoalesceExpr
	ColumnRef Float GroupingFunc GroupingSet Integer JoinExpr List MinMaxExpr NamedArgExpr NullTest ParamRef
	RangeFunction RangeSubselect ResTarget RowExpr SQLValueFunction String WindowDef`.split(/\s+/),
);

/** Fields that hold a node without its type's name around it. */
const fieldTypes: ReadonlyMap<string, string> = new Map([
	['larg', 'SelectStmt'],
	['rarg', 'SelectStmt'],
	['withClause', 'WithClause'],
	['intoClause', 'IntoClause'],
	['typeName', 'TypeName'],
	['alias', 'Alias'],
	['join_using_alias', 'Alias'],
	['over', 'WindowDef'],
]);

/** Everything in a SELECT that an article may not have; empty: nothing. */
export function inspectSelect(select: ParseNode, sql: string): readonly Refusal[] {
	const inspection = new Inspection(sql);
	inspection.visit('SelectStmt', select, new Set());
	return inspection.refusals;
}

/** One walk over a parse tree. */
class Inspection {
	readonly refusals: Refusal[] = [];
	readonly #sql: string;
	constructor(sql: string) {
		this.#sql = sql;
	}

	/** @param ctes names of WITH queries that can be seen here */
	visit(type: string, node: ParseNode, ctes: ReadonlySet<string>): void {
		switch (type) {
			case 'SelectStmt':
				this.#select(node, ctes);
				return;
			case 'RangeVar':
				this.#relation(node, ctes);
				return;
			case 'FuncCall':
				this.#function(node);
				break;
			case 'A_Expr':
				this.#operator(node, 'name');
				break;
			case 'SubLink':
				this.#operator(node, 'operName');
				break;
			case 'SortBy':
				this.#operator(node, 'useOp');
				break;
			case 'TypeCast':
				this.#cast(node);
				break;
			case 'TypeName':
				this.#type(node);
				break;
			case 'CollateClause':
				this.#ownNames(names(node.collname), 'the collation', node);
				break;
			case 'A_Indirection':
				this.#indirection(node);
				break;
			case 'LockingClause':
				this.#refuse(node, 'it locks rows', 'a SELECT without FOR UPDATE or FOR SHARE');
				return;
			case 'IntoClause':
				this.#refuse(node, 'it makes a table (INTO)', 'a SELECT without INTO');
				return;
			default:
				if (!transparent.has(type)) {
					this.#refuse(node, `it has a part that queries of articles do not have: ${type}`, null);
					return;
				}
		}
		this.#children(type, node, ctes);
	}

	#children(type: string, node: ParseNode, ctes: ReadonlySet<string>, except: readonly string[] = []): void {
		// A constant's fields are plain values with names of their own.
		if (type === 'A_Const') return;
		for (const [field, value] of Object.entries(node))
			if (!except.includes(field)) this.#field(field, value, ctes);
	}

	#field(field: string, value: unknown, ctes: ReadonlySet<string>): void {
		if (Array.isArray(value)) {
			for (const each of value) this.#field(field, each, ctes);
			return;
		}
		if (typeof value !== 'object' || value === null) return;
		const record = recordOf(value);
		const keys = Object.keys(record);
		const wrapped = keys.length === 1 ? keys[0] : undefined;
		const type = fieldTypes.get(field);
		if (wrapped !== undefined && /^[A-Z]/.test(wrapped)) this.visit(wrapped, recordOf(record[wrapped]), ctes);
		else if (type !== undefined) this.visit(type, record, ctes);
		else if (keys.length > 0)
			this.#refuse(record, `it has a part that queries of articles do not have: ${field}`, null);
	}

	#select(node: ParseNode, outer: ReadonlySet<string>): void {
		const withClause = recordOf(node.withClause);
		const visible = new Set(outer);
		const queries = listOf(withClause.ctes).map((each) => recordOf(recordOf(each).CommonTableExpr));
		const recursive = withClause.recursive === true;
		if (recursive) for (const query of queries) visible.add(String(query.ctename));
		for (const query of queries) {
			const { ctename, ctequery, ...rest } = query;
			const inner = recordOf(recordOf(ctequery).SelectStmt);
			if (Object.keys(inner).length === 0) {
				this.#refuse(query, `WITH ${String(ctename)} is not a SELECT`, 'queries that read in WITH');
			} else this.visit('SelectStmt', inner, visible);
			if (rest.search_clause !== undefined || rest.cycle_clause !== undefined) {
				this.#refuse(query, 'it has a SEARCH or CYCLE clause', 'a plain WITH RECURSIVE');
			}
			visible.add(String(ctename));
		}
		this.#children('SelectStmt', node, visible, ['withClause']);
	}

	#relation(node: ParseNode, ctes: ReadonlySet<string>): void {
		const { catalogname, schemaname, relname, relpersistence } = node;
		const name = String(relname);
		if (schemaname === undefined && catalogname === undefined && ctes.has(name)) return;
		const shown = typeof schemaname === 'string' ? `${schemaname}.${name}` : name;
		const inCatalog =
			catalogname === undefined &&
			(typeof schemaname === 'string' ? schemas.has(schemaname) : /^pg_[a-z0-9_]+$/.test(name)) &&
			(relpersistence === undefined || relpersistence === 'p');
		if (!inCatalog) {
			this.#refuse(node, `it reads ${shown}`, 'relations of pg_catalog and information_schema only');
		} else if (closedRelations.has(name)) {
			this.#refuse(node, `it reads ${shown}, which holds secrets or users' data`, null);
		}
	}

	#function(node: ParseNode): void {
		const parts = names(node.funcname);
		const name = parts.at(-1) ?? '';
		const ours = parts.length === 1 || (parts.length === 2 && parts[0] === 'pg_catalog');
		if (ours && isAllowedFunction(name)) return;
		this.#refuse(
			node,
			`it calls ${parts.join('.')}`,
			'functions of the shipped list only',
			ours ? nearestName(name, allowedFunctions()) : null,
		);
	}

	#operator(node: ParseNode, field: string): void {
		this.#ownNames(names(node[field]), 'the operator', node);
	}

	/** A qualified name from another schema would run code that anyone may have put there. */
	#ownNames(parts: readonly string[], what: string, node: ParseNode): void {
		if (parts.length <= 1 || (parts.length === 2 && parts[0] === 'pg_catalog')) return;
		this.#refuse(node, `it uses ${what} ${parts.join('.')}`, 'none but those of pg_catalog');
	}

	#type(node: ParseNode): void {
		this.#ownNames(names(node.names), 'the type', node);
		if (node.pct_type === true || node.setof === true) {
			this.#refuse(node, 'it takes a type from a column (%TYPE) or a set', 'a type of pg_catalog');
		}
	}

	/** A column's number may be shown as a name; a written name must be one of the catalogs'. */
	#cast(node: ParseNode): void {
		const type = names(recordOf(node.typeName).names).at(-1) ?? '';
		if (!/^reg[a-z]+$/.test(type)) return;
		const arg = recordOf(node.arg);
		const text = recordOf(recordOf(arg.A_Const).sval).sval;
		const catalogs =
			typeof text === 'string' && /^(?:pg_catalog\.)?pg_[a-z0-9_]+(?:\([a-z0-9_, ]*\))?$/.test(text);
		if (catalogs || arg.ColumnRef !== undefined) return;
		this.#refuse(
			node,
			`it looks up an object by its name (::${type})`,
			"a column, or a name of pg_catalog's",
		);
	}

	/** `(x).f` is f(x) where there is no column f: attribute notation calls functions. */
	#indirection(node: ParseNode): void {
		const fields = listOf(node.indirection).map((each) => Object.keys(recordOf(each))[0]);
		if (fields.every((type) => type === 'A_Indices')) return;
		this.#refuse(
			node,
			'it takes a field of an expression, as in (x).f',
			'the function in FROM, its columns by name',
		);
	}

	#refuse(node: ParseNode, message: string, expected: string | null, near: string | null = null): void {
		const at = locationOf(node);
		this.refusals.push({
			rule: 'query-not-allowed',
			message,
			expected,
			nearest: near,
			line: lineOfOffset(this.#sql, at),
		});
	}
}

/** A node's own location, or the first below it. */
function locationOf(node: ParseNode, depth = 0): number | null {
	const own = node.location;
	if (typeof own === 'number' && own >= 0) return own;
	if (depth > 6) return null;
	for (const value of Object.values(node)) {
		for (const each of Array.isArray(value) ? value : [value]) {
			const found = typeof each === 'object' && each !== null ? locationOf(recordOf(each), depth + 1) : null;
			if (found !== null) return found;
		}
	}
	return null;
}

/** The parts of a qualified name. */
function names(list: unknown): string[] {
	return listOf(list).map((each) => {
		const text = recordOf(recordOf(each).String).sval;
		return typeof text === 'string' ? text : '';
	});
}
