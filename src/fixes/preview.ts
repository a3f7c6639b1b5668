/** What a step's preview lists: exactly what would be changed. */
import { escapeLiteral } from 'pg';
import type { Fence, Step } from '../article/article.ts';
import { bindParameters } from '../article/parameters.ts';
import { scanSql } from '../article/sql-scan.ts';
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import { serverMajor } from '../evidence/postgres/server-major.ts';
import type { Facts, FactValue, PlanRow, Row } from '../machine/ports.ts';
import type { QueryGate } from './fixer.ts';
import type { ProcessesPreview } from './processes/preview-processes.ts';
import { inspected, inspectedSessions } from './sql.ts';

export type PreviewedSession = {
	readonly row: PlanRow;
	/** It belongs to a superuser, whom a database's connection limit does not stop. */
	readonly superuser: boolean;
	/** Null: it has none, or it is hidden from this role. */
	readonly database: string | null;
};

export type Preview = {
	/** The article's query with its values written in: what is repeated when it is acted on. */
	readonly sql: string;
	/** As the server sent them. */
	readonly rows: readonly Row[];
	/** Those of the rows that are sessions; empty where the preview is about something else. */
	readonly sessions: readonly PreviewedSession[];
	/** Rows there were, also those beyond the bound. */
	readonly rowCount: number;
	/** The processes of a server's own host; absent: it was a query. */
	readonly processes?: ProcessesPreview;
};

/** The fence of a list that is for this server; null: none is. */
export function fenceFor(fences: readonly Fence[], major: number | null): Fence | null {
	return (
		fences.find(
			({ min, max }) =>
				(min === null || (major !== null && major >= min)) &&
				(max === null || (major !== null && major <= max)),
		) ?? null
	);
}

/** The query as it would be typed: `:name` is its value, NULL where there is none. */
export function writtenOut(sql: string, values: Facts): string {
	return scanSql(sql)
		.map((piece) => {
			if (piece.kind === 'text') return piece.text;
			const value = Object.hasOwn(values, piece.name) ? (values[piece.name] ?? null) : null;
			return piece.style === 'bare' ? bareValue(value) : `(${textValue(value)})`;
		})
		.join('');
}

function textValue(value: FactValue): string {
	return value === null ? 'null::text' : `${escapeLiteral(String(value))}::text`;
}

function bareValue(value: FactValue): string {
	if (value === null) return '(null)';
	return typeof value === 'number' && Number.isFinite(value)
		? `(${value})`
		: `(${escapeLiteral(String(value))})`;
}

/**
 * Runs the preview of a step; it must pass the gate first, whatever lint said.
 * @returns null where the step has none for this server, or why it was not run
 * @throws QueryError
 */
export async function runPreview(
	session: PostgresSession,
	step: Step,
	values: Facts,
	options: { readonly gate: QueryGate; readonly maxRows: number },
): Promise<Preview | { readonly refused: string } | null> {
	const fence = fenceFor(step.previews, serverMajor(session.server));
	if (fence === null) return null;
	const gate = await options.gate(bindParameters(fence.body, values).text);
	if (!gate.allowed) return { refused: gate.refusals[0].message };
	const sql = writtenOut(fence.body, values);
	const aboutSessions = step.applies.some(
		({ language }) => language === 'terminate' || language === 'cancel',
	);
	const { rows, rowCount } = await session.read(aboutSessions ? inspectedSessions(sql) : sql, [], {
		maxRows: options.maxRows,
		...(fence.timeoutMs === null ? {} : { timeoutMs: fence.timeoutMs }),
	});
	const sessions = aboutSessions
		? rows.flatMap((row) => {
				const found = sessionOf(row, session);
				return found === null ? [] : [found];
			})
		: [];
	return { sql, rows, sessions, rowCount };
}

function sessionOf(row: Row, session: PostgresSession): PreviewedSession | null {
	const pid = row.pid;
	if (typeof pid !== 'number' || pid === session.pid) return null;
	const names: ReadonlySet<string> = new Set([...Object.values(inspected), 'pid', 'backend_start']);
	const why = refusedBecause(row, session);
	const database = row[inspected.database] ?? null;
	return {
		row: {
			pid,
			backend_start: typeof row.backend_start === 'string' ? row.backend_start : '',
			status: why === null ? 'planned' : 'refused',
			why,
			columns: Object.fromEntries(Object.entries(row).filter(([name]) => !names.has(name))),
		},
		superuser: row[inspected.superuser] === true,
		database: typeof database === 'string' ? database : null,
	};
}

/** Why this session will not be touched; null: it may be. */
function refusedBecause(row: Row, { server }: PostgresSession): string | null {
	const me = server.user ?? 'this role';
	if (typeof row.backend_start !== 'string')
		return `its start is hidden from ${me}, so it cannot be told from a later one: GRANT pg_read_all_stats TO ${me}`;
	const type = row[inspected.type] ?? null;
	if (type !== 'client backend')
		return type === null ? 'it is not there any more' : `it is a ${String(type)}, not a client's session`;
	if (row[inspected.mayEnd] !== true)
		return row[inspected.superuser] === true
			? 'it belongs to a superuser, and only a superuser may end it'
			: `${me} may not end it: GRANT pg_signal_backend TO ${me}`;
	return row.may_end === false ? 'the article leaves it out' : null;
}
