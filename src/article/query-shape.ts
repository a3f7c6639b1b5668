/** What a query gives: its columns and the verdicts that it can answer, read off PostgreSQL's parse tree. */
import { listOf, type ParseNode, recordOf } from './sql-parser.ts';

export type QueryShape = {
	/** Null: a `*` stands for columns that cannot be known. */
	readonly columns: readonly string[] | null;
	/** Null: the verdict is not a literal in every case, or there is none. */
	readonly verdicts: readonly string[] | null;
};

/** @param select a SelectStmt that passed the gate */
export function queryShape(select: ParseNode): QueryShape {
	// The columns of a UNION are named by its first part; the verdicts come from all of them.
	const parts = unionParts(select);
	const targets = listOf(parts[0]?.targetList).map(targetOf);
	const columns = targets.map(({ name }) => name);
	const star = targets.some(({ value }) => isStar(value));
	const index = columns.indexOf('verdict');
	const verdicts = new Set<string>();
	let known = index >= 0;
	for (const part of parts) {
		const literals = literalsOf(targetOf(listOf(part.targetList)[index]).value);
		if (literals === null) known = false;
		else for (const literal of literals) verdicts.add(literal);
	}
	return { columns: star ? null : columns, verdicts: known ? [...verdicts] : null };
}

function unionParts(select: ParseNode): ParseNode[] {
	const { larg, rarg } = select;
	return larg === undefined || rarg === undefined
		? [select]
		: [...unionParts(recordOf(larg)), ...unionParts(recordOf(rarg))];
}

function targetOf(target: unknown): { readonly name: string; readonly value: ParseNode } {
	const { name, val } = recordOf(recordOf(target).ResTarget);
	const value = recordOf(val);
	return { name: typeof name === 'string' ? name : (derivedName(value) ?? '?column?'), value };
}

function isStar(value: ParseNode): boolean {
	const fields = listOf(recordOf(value.ColumnRef).fields);
	return recordOf(fields.at(-1)).A_Star !== undefined;
}

/** The name that PostgreSQL gives to a column without AS (FigureColname); null: `?column?`. */
function derivedName(value: ParseNode): string | null {
	const [type] = Object.keys(value);
	const node = recordOf(value[type ?? '']);
	switch (type) {
		case 'ColumnRef':
			return lastString(node.fields);
		case 'FuncCall':
			return lastString(node.funcname);
		case 'TypeCast':
			return derivedName(recordOf(node.arg)) ?? lastString(recordOf(node.typeName).names);
		case 'CollateClause':
			return derivedName(recordOf(node.arg));
		case 'CoalesceExpr':
			return 'coalesce';
		case 'CaseExpr':
			return derivedName(recordOf(node.defresult)) ?? 'case';
		case 'A_ArrayExpr':
			return 'array';
		case 'RowExpr':
			return 'row';
		case 'SubLink': {
			if (node.subLinkType === 'EXISTS_SUBLINK') return 'exists';
			if (node.subLinkType === 'ARRAY_SUBLINK') return 'array';
			const inner = recordOf(recordOf(node.subselect).SelectStmt);
			return node.subLinkType === 'EXPR_SUBLINK' ? targetOf(listOf(inner.targetList)[0]).name : null;
		}
		case 'SQLValueFunction':
			return typeof node.op === 'string' ? node.op.replace(/^SVFOP_/, '').toLowerCase() : null;
		default:
			return null;
	}
}

function lastString(list: unknown): string | null {
	const text = recordOf(recordOf(listOf(list).at(-1)).String).sval;
	return typeof text === 'string' ? text : null;
}

/** Every literal that an expression can be; null: it can be something else. A NULL is no verdict, so it is nothing. */
function literalsOf(value: ParseNode): readonly string[] | null {
	const [type] = Object.keys(value);
	const node = recordOf(value[type ?? '']);
	switch (type) {
		case 'A_Const': {
			if (node.isnull === true) return [];
			const text = recordOf(node.sval).sval;
			return typeof text === 'string' ? [text] : null;
		}
		case 'TypeCast':
			return literalsOf(recordOf(node.arg));
		case 'CaseExpr': {
			const results = listOf(node.args).map((when) => recordOf(recordOf(when).CaseWhen).result);
			const otherwise = node.defresult === undefined ? [] : [node.defresult];
			return allLiterals([...results, ...otherwise]);
		}
		case 'CoalesceExpr':
			return allLiterals(listOf(node.args));
		default:
			return null;
	}
}

function allLiterals(values: readonly unknown[]): readonly string[] | null {
	const lists = values.map((value) => literalsOf(recordOf(value)));
	return lists.includes(null) ? null : lists.flatMap((list) => list ?? []);
}
