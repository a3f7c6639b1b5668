/** `replication-access apply role=:replication_role address=:standby_address`: the line of `pg_hba.conf` that lets a standby in. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type PostgresSession, QueryError } from '../../evidence/postgres/postgres.ts';
import { cleanText } from '../../evidence/untrusted.ts';
import type { Inverse } from '../../session/record.ts';
import { attributeValue, parameterOf } from '../attribute.ts';
import type { ApplyContext, Effect, EffectOutcome, Prepared, WayBack } from '../effect.ts';
import { afterChange, failureOf, messageOf, statusOfFailure } from '../failure.ts';
import { fileBack } from '../files/file-back.ts';
import { type FileChange, planFileChange } from '../files/file-change.ts';
import { FileError, shownPath } from '../files/file-error.ts';
import { fileState, sha256Of } from '../files/file-state.ts';
import { backupPath, replaceKeeping } from '../files/replace-file.ts';
import { unifiedDiff } from '../files/unified-diff.ts';
import { journalled } from '../fix-journal.ts';
import { reload, reloadFiles } from '../reload.ts';
import { type Access, accessBy, accessLine, accessRulesFor, networkOf, withLine } from './access-rules.ts';
import { accessFile, encryption } from './sql.ts';

/** `insufficient_privilege`. */
const mayNot = '42501';
/** How long the server may take to read its configuration again, in milliseconds. */
const reloadPatienceMs = 3_000;

type Wanted = {
	readonly line: string;
	readonly role: string;
	readonly network: string;
	readonly encrypted: boolean;
};

export const replicationAccess: Effect = {
	language: 'replication-access',
	async prepare({ session, fence, values }): Promise<Prepared> {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const role = String(attributeValue(fence, 'role', values) ?? 'standby');
		if (cleanText(role) !== role)
			return {
				kind: 'parameter',
				name: parameterOf(fence, 'role') ?? 'role',
				problem: 'a name with a line break or another control character cannot stand in pg_hba.conf',
				choices: [],
			};
		const given = attributeValue(fence, 'address', values);
		const network = given === null ? null : networkOf(String(given));
		if (network === null)
			return {
				kind: 'parameter',
				name: parameterOf(fence, 'address') ?? 'address',
				problem:
					given === null
						? 'from which address does the standby connect?'
						: `“${cleanText(String(given))}” is none: it must be an IP address, or a network as 10.0.0.0/24`,
				choices: [],
			};
		const { rows } = await session.read(encryption);
		const encrypted = rows[0]?.ssl === true;
		const wanted: Wanted = { line: accessLine(role, network, encrypted), role, network, encrypted };
		try {
			const { rules, broken } = await accessRulesFor(session, role, network, encrypted);
			if (broken !== null)
				return {
					kind: 'unavailable',
					why: `PostgreSQL cannot read line ${broken.line} of its pg_hba.conf (${broken.error}), and would not take over any change of that file`,
					next: ['correct that line first'],
				};
			const access = accessBy(rules);
			if (access.kind === 'open')
				return {
					kind: 'nothing to do',
					why: `line ${access.by.line} of pg_hba.conf lets it in already (${access.by.method})`,
				};
			return await planned(session, wanted, access.before);
		} catch (error) {
			if (error instanceof QueryError && error.failure.code === mayNot)
				return byHand(wanted, null, `${session.server.user ?? 'this role'} may not see pg_hba.conf`);
			throw error;
		}
	},
};

/** The change of the file, where it is at hand; else what to do by hand. */
async function planned(
	session: PostgresSession,
	wanted: Wanted,
	before: Extract<Access, { kind: 'closed' }>['before'],
): Promise<Prepared> {
	const place = { file: before?.file ?? null, line: before?.line ?? null, method: before?.method ?? null };
	try {
		const located = await fileHere(session);
		if ('why' in located) return byHand(wanted, { ...place, file: place.file ?? located.file }, located.why);
		if (before !== null && before.file !== null && before.file !== located.file)
			return byHand(wanted, place, 'the line that decides stands in a file that pg_hba.conf includes');
		const change = planFileChange(located.file, (state) => {
			if (state === null) throw new FileError('ENOENT', `${shownPath(located.file)} is not there`, []);
			return withLine(state.bytes, wanted.line, place.line);
		});
		if (change === null) return { kind: 'nothing to do', why: 'the line is there already' };
		return ready(wanted, place, change);
	} catch (error) {
		if (error instanceof FileError) return byHand(wanted, place, error.message);
		throw error;
	}
}

type Place = { readonly file: string | null; readonly line: number | null; readonly method: string | null };

function ready(wanted: Wanted, { line, method }: Place, change: FileChange): Prepared {
	return {
		kind: 'ready',
		effect: {
			statements: [reload],
			consequences: [
				line === null
					? 'No line lets the standby in. The new one goes to the end of the file.'
					: `Line ${line} (${method}) would turn the standby away. The new line goes above it.`,
				wanted.encrypted
					? 'Only encrypted connections are let in by it.'
					: 'TLS is off on this server (ssl = off): what the standby is sent, passwords of roles among it, is not encrypted.',
				...change.notes,
			],
			undoable: [`the file ${shownPath(change.path)}, byte for byte as it was, and read again`],
			diff: unifiedDiff(
				change.path,
				change.before?.bytes.toString('utf8') ?? null,
				change.after.toString('utf8'),
			),
			apply: (context) => letIn(context, change, wanted),
		},
	};
}

function byHand({ line }: Wanted, place: Place | null, why: string): Prepared {
	const file = place?.file ?? 'pg_hba.conf (`show hba_file` says where it is)';
	const where =
		place === null
			? 'above every line that would turn the standby away'
			: place.line === null
				? 'at the end'
				: `above line ${place.line} (${place.method})`;
	return {
		kind: 'by hand',
		why,
		instructions: [
			`On the primary's host, in ${file}, ${where}, add the line:\n${line}`,
			`Then, in any session of a superuser, and see that nothing is wrong with it:\n${reload};\nselect line_number, error from pg_hba_file_rules where error is not null;`,
		],
	};
}

/** The file, if what the server reads of it, and of its own process, is what stands on this machine. @throws QueryError */
async function fileHere(
	session: PostgresSession,
): Promise<{ readonly file: string } | { readonly file: string | null; readonly why: string }> {
	const { rows } = await session.read(accessFile);
	const { file, data_directory: folder, content, postmaster } = rows[0] ?? {};
	if (typeof file !== 'string' || typeof folder !== 'string')
		return { file: null, why: 'where pg_hba.conf is cannot be seen' };
	const elsewhere = { file, why: `the server’s files are not on this machine (${hostname()})` };
	try {
		const md5 = (path: string) => createHash('md5').update(readFileSync(path)).digest('hex');
		const same = md5(join(folder, 'postmaster.pid')) === postmaster && md5(file) === content;
		return same ? { file } : elsewhere;
	} catch {
		return elsewhere;
	}
}

async function letIn(context: ApplyContext, change: FileChange, wanted: Wanted): Promise<EffectOutcome> {
	const what = `the line “${wanted.line}”`;
	context.onProgress(`writing ${shownPath(change.path)}`);
	try {
		const why = await writeAndReload(context, change, wanted);
		return { rows: [], done: [{ what, status: 'done', why }], failure: null };
	} catch (error) {
		return {
			rows: [],
			done: [{ what, status: statusOfFailure(error), why: messageOf(error) }],
			failure: failureOf(error, ['look at pg_hba.conf, then make a new plan']),
		};
	}
}

/** Answers what is still to be done; null: nothing. */
async function writeAndReload(
	{ keeper, journal, plan, solution }: ApplyContext,
	{ path, before, after }: FileChange,
	wanted: Wanted,
): Promise<string | null> {
	const { session } = keeper;
	if (session === null) throw new Error('the session is gone');
	const current = fileState(path);
	if (current === null || current.sha256 !== before?.sha256)
		throw new FileError('file-changed', `${shownPath(path)} has been changed since the plan was made`, [
			'make a new plan',
		]);
	const backup = backupPath(path, journal.session);
	return journalled(
		journal,
		{
			plan,
			solution: solution.id,
			effect: 'replication-access',
			object: `file ${path}`,
			old: current.sha256,
			set: sha256Of(after),
			inverse: { effect: 'replication-access', path, host: hostname(), before: current.sha256, backup },
			statement: reload,
		},
		async () => {
			replaceKeeping(current, after, backup);
			return afterChange(async () => {
				if (!(await reloadFiles(session, reloadPatienceMs)))
					return 'the server has not read its configuration again yet: reload it';
				const { rules } = await accessRulesFor(session, wanted.role, wanted.network, wanted.encrypted);
				return accessBy(rules).kind === 'open' ? null : 'the server does not read the line as it was meant';
			});
		},
		(why) => ({ status: 'done', why, rows: [] }),
	);
}

/** The file as it was, by what was kept beside it, and read again by the server. */
export function replicationAccessBack(inverse: Extract<Inverse, { effect: 'replication-access' }>): WayBack {
	const { path, host, before, backup } = inverse;
	const file = fileBack({ effect: 'file', path, host, before, backup, afterUndo: null });
	return {
		...file,
		on: 'server',
		byHand: `${file.byHand}, then ${reload}`,
		notFrom: [],
		look: () => file.look(),
		async restore(session) {
			await file.restore();
			return (await reloadFiles(session, reloadPatienceMs)) ? null : `still to do: ${reload}`;
		},
	};
}
