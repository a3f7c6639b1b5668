/** What the server would start with: its files as they are now, and what a plan would write into them. */
import type { Solution } from '../../article/article.ts';
import { type PostgresSession, QueryError } from '../../evidence/postgres/postgres.ts';
import type { Facts, FactValue, Row } from '../../machine/ports.ts';
import { grantsOfFiles } from '../ask-administrator.ts';
import { attributeValue } from '../attribute.ts';
import type { Prepared } from '../effect.ts';

export type StartChange = { readonly name: string; readonly from: string; readonly to: string };

export type NextStart = {
	/** Every setting that only a start sets, by name, as it would be. */
	readonly values: ReadonlyMap<string, string>;
	/** Those of them that would differ from what runs. */
	readonly changes: readonly StartChange[];
	/** Lines of the files that would keep it from starting. */
	readonly errors: readonly FileError[];
	/** Settings that are given on the server's command line, which wins over every file. */
	readonly commandLine: ReadonlySet<string>;
};

export type Unreadable = { readonly unreadable: string; readonly waits: boolean };

export type FileError = {
	readonly file: string;
	readonly line: number;
	/** Null: not even a name could be read. */
	readonly name: string | null;
	readonly error: string;
};

/** Asked first: reading the files marks what waits for a restart, also what was edited and not reloaded. */
const fileLines = `select f.sourcefile, f.sourceline, f.seqno, lower(f.name) as name, f.setting, f.error
from pg_file_settings f order by f.seqno`;

const startSettings = `select s.name::text as name, s.setting, s.boot_val, s.vartype, s.pending_restart, s.source
from pg_settings s where s.context = 'postmaster'`;

/** Where ALTER SYSTEM writes. */
const autoFile = /[/\\]postgresql[.]auto[.]conf$/;

const number = /^\s*[-+]?(?:\d+|\d*\.\d+)(?:e[-+]?\d+)?\s*[A-Za-z]*\s*$/;

/**
 * @param planned what a plan sets before the restart, by name
 * @returns or which right is missing, and whether a restart would bring anything as far as can be seen without it
 * @throws QueryError when the session is lost
 */
export async function nextStart(
	session: PostgresSession,
	planned: ReadonlyMap<string, string>,
): Promise<NextStart | Unreadable> {
	let lines: readonly Row[];
	try {
		({ rows: lines } = await session.read(fileLines));
	} catch (error) {
		if (!(error instanceof QueryError) || error.lost) throw error;
		const { rows } = await session.read(startSettings);
		const waits = rows.some(({ name, setting, pending_restart }) => {
			const given = planned.get(String(name)) ?? 'default';
			return pending_restart === true || (given !== 'default' && given !== textOf(setting));
		});
		return { unreadable: error.failure.message, waits };
	}
	const { rows } = await session.read(startSettings);
	const last = new Map<string, Row>();
	for (const line of lines) {
		if (typeof line.name !== 'string') continue;
		// What a plan unsets goes from that file, and the line before it counts.
		const unset = planned.get(line.name) === 'default' && autoFile.test(String(line.sourcefile));
		if (!unset) last.set(line.name, line);
	}
	const waiting = new Map(rows.map((row) => [String(row.name), row]));
	const errors = lines
		.filter(({ error }) => error !== null)
		.filter((line) => {
			const setting = waiting.get(String(line.name));
			// What can be set at a start only “could not be applied”, and will be.
			const waits = setting?.pending_restart === true && last.get(String(line.name)) === line;
			const isNumber = setting?.vartype === 'integer' || setting?.vartype === 'real';
			return !waits || (isNumber && !number.test(String(line.setting)));
		})
		// A plan that writes the same setting into postgresql.auto.conf wins over the line, but not over its error.
		.map(fileErrorOf);
	const values = new Map<string, string>();
	const changes: StartChange[] = [];
	const commandLine = new Set<string>();
	for (const row of rows) {
		const name = String(row.name);
		const now = textOf(row.setting);
		if (row.source === 'command line') commandLine.add(name);
		const given = commandLine.has(name) ? undefined : planned.get(name);
		const looksToFile = row.pending_restart === true || given === 'default';
		const filed = looksToFile ? textOf(last.get(name)?.setting ?? row.boot_val) : now;
		const then = given === undefined || given === 'default' ? filed : given;
		values.set(name, then);
		if (then !== now) changes.push({ name, from: now, to: then });
	}
	return { values, changes, errors, commandLine };
}

/** What a person without the right to look is told. @param instruction what whoever runs the server does instead */
export function missingRight(
	session: PostgresSession,
	{ unreadable, waits }: Unreadable,
	instruction: string,
): Extract<Prepared, { readonly kind: 'by hand' | 'nothing to do' }> {
	if (!waits)
		return { kind: 'nothing to do', why: 'no setting waits for a restart, as far as this role may see' };
	return {
		kind: 'by hand',
		why: `${session.server.user ?? 'this role'} may not see what the server would start with: ${unreadable}`,
		instructions: [instruction],
		grants: grantsOfFiles(session),
	};
}

/** The settings that the `setting` fences of a solution write for the whole system, by name. */
export function plannedSettings({ steps }: Solution, values: Facts): ReadonlyMap<string, string> {
	const planned = new Map<string, string>();
	for (const fence of steps.flatMap(({ applies }) => applies)) {
		if (fence.language !== 'setting' || fence.attributes.system !== 'true') continue;
		const name = attributeValue(fence, 'name', values);
		const value = attributeValue(fence, 'value', values);
		if (name !== null && value !== null) planned.set(String(name).toLowerCase(), String(value));
	}
	return planned;
}

/** `FILE:LINE: what is wrong`. */
export function fileErrorInWords({ file, line, name, error }: FileError): string {
	return `${file}:${line}: ${name === null ? '' : `${name}: `}${error}`;
}

function fileErrorOf({ sourcefile, sourceline, name, error }: Row): FileError {
	return {
		file: String(sourcefile),
		line: Number(sourceline),
		name: typeof name === 'string' && name !== '' ? name : null,
		error: String(error),
	};
}

function textOf(value: FactValue | undefined): string {
	return value === null || value === undefined ? '' : String(value);
}

/** `max_connections 100 → 200`. */
export function changeInWords({ name, from, to }: StartChange): string {
	return `${name} ${from} → ${to}`;
}
