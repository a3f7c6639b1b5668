/** Whether the server that a session is on runs on this very machine, and all that is needed to start it again. */
import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ownUser, ownUserInWords } from '../../own-user.ts';
import { systemCode } from '../../system-code.ts';
import type { PostgresSession } from '../postgres/postgres.ts';
import { type PidFile, readPidFile, readStartOptions } from './postmaster-files.ts';
import { systemdUnitOf, windowsServiceOf } from './service.ts';

const run = promisify(execFile);

/** How far the two clocks of a start may be apart, in seconds: the file is written a moment before. */
const sameStartSeconds = 10;

/** Who looks after the process. */
export type Manager =
	| { readonly kind: 'systemd'; readonly unit: string }
	| { readonly kind: 'windows'; readonly service: string }
	| { readonly kind: 'nobody' };

export type Postmaster = {
	readonly pid: number;
	readonly dataDir: string;
	/** The folder of `pg_ctl` and `postgres`. */
	readonly binDir: string;
	/** What it was started with beside its data folder. */
	readonly options: readonly string[];
	/** Whose process it is; null: this system has no such numbers (Windows). */
	readonly owner: { readonly uid: number; readonly gid: number } | null;
	/** Its groups beside its own; a process that we start as its user has none of them. */
	readonly groups: readonly number[];
	/** Its own environment; null: it cannot be read here. */
	readonly environment: Readonly<Record<string, string>> | null;
	readonly manager: Manager;
	/** What its error output is; null: it cannot be told here. */
	readonly output: {
		readonly kind: 'file' | 'nothing' | 'collector' | 'other';
		readonly path: string;
	} | null;
	/** Processes that its user may have, as the kernel has it for this process; null: unlimited, or not known. */
	readonly mostProcesses: number | null;
};

/** Who runs this program. `uid` is -1 on Windows. */
export type Self = { readonly uid: number; readonly platform: string };

export type Located =
	| { readonly here: true; readonly postmaster: Postmaster; readonly self: Self }
	| { readonly here: false; readonly why: string };

const whereabouts = `select (select s.setting from pg_settings s where s.name = 'data_directory') as data_directory,
       current_setting('port')::int as port, current_setting('logging_collector') as collector,
       extract(epoch from pg_postmaster_start_time())::float8 as started_at`;

/** @throws QueryError */
export async function locatePostmaster(session: PostgresSession): Promise<Located> {
	const elsewhere = (why: string): Located => ({ here: false, why });
	const { rows } = await session.read(whereabouts);
	const { data_directory: folder, port, collector, started_at: startedAt } = rows[0] ?? {};
	if (typeof folder !== 'string' || folder === '')
		return elsewhere(
			`${session.server.user ?? 'this role'} may not see where the server's data is: GRANT pg_read_all_settings TO it`,
		);
	let file: PidFile | null;
	try {
		file = readPidFile(await readFile(join(folder, 'postmaster.pid'), 'utf8'));
	} catch (error) {
		return elsewhere(
			systemCode(error) === 'EACCES'
				? `${ownUserInWords()} may not look into ${folder}, if that is on this machine at all`
				: `its data folder ${folder} is not on this machine`,
		);
	}
	const isSame =
		file !== null && file.port === port && Math.abs(file.startedAt - Number(startedAt)) <= sameStartSeconds;
	if (file === null || !isSame) return elsewhere(`the server in ${folder} on this machine is another one`);
	const self: Self = { uid: ownUser().uid, platform: platform() };
	try {
		return await lookedAt(file, folder, collector === 'on', self);
	} catch (error) {
		const what = error instanceof Error ? error.message : String(error);
		return elsewhere(`its process ${file.pid} could not be looked at: ${what}`);
	}
}

async function lookedAt({ pid }: PidFile, dataDir: string, collects: boolean, self: Self): Promise<Located> {
	const started = readStartOptions(await readFile(join(dataDir, 'postmaster.opts'), 'utf8'));
	if (started === null) return { here: false, why: 'it cannot be told how the server was started' };
	const { uid, gid } = await stat(dataDir);
	const common = { pid, dataDir, options: started.options };
	const binDir = dirname(started.program);
	if (self.platform === 'win32') {
		const { stdout } = await run('sc', ['queryex', 'type=', 'service', 'state=', 'all'], {
			windowsHide: true,
			maxBuffer: 16 * 1024 * 1024,
		});
		const service = windowsServiceOf(stdout, pid);
		return {
			here: true,
			self,
			postmaster: {
				...common,
				binDir,
				owner: null,
				groups: [],
				environment: null,
				manager: service === null ? { kind: 'nobody' } : { kind: 'windows', service },
				output: collects ? { kind: 'collector', path: '' } : null,
				mostProcesses: null,
			},
		};
	}
	const owner = { uid, gid };
	if (self.platform !== 'linux') {
		const { stdout } = await run('ps', ['-p', String(pid), '-o', 'comm=']);
		if (!/^(?:postgres|postmaster)$/.test(basename(stdout.trim())))
			return { here: false, why: `process ${pid} is not a PostgreSQL server` };
		return {
			here: true,
			self,
			postmaster: {
				...common,
				binDir,
				owner,
				groups: [],
				environment: null,
				manager: { kind: 'nobody' },
				output: collects ? { kind: 'collector', path: '' } : null,
				mostProcesses: null,
			},
		};
	}
	return onLinux({ ...common, owner }, collects, self);
}

/** The kernel says more, to the process's own user and to root. */
async function onLinux(
	common: Pick<Postmaster, 'pid' | 'dataDir' | 'options' | 'owner'>,
	collects: boolean,
	self: Self,
): Promise<Located> {
	const of = (name: string) => join('/proc', String(common.pid), name);
	const [program, folder, status, cgroup, limits] = await Promise.all([
		readlink(of('exe')),
		readlink(of('cwd')),
		readFile(of('status'), 'utf8'),
		readFile(of('cgroup'), 'utf8'),
		readFile(of('limits'), 'utf8'),
	]);
	// A process of that number in this machine's eyes may be another than in the server's (containers).
	if (folder !== (await realpath(common.dataDir)))
		return { here: false, why: `process ${common.pid} of this machine is not the server` };
	const environment = await readFile(of('environ'), 'utf8');
	const unit = systemdUnitOf(cgroup);
	return {
		here: true,
		self,
		postmaster: {
			...common,
			// An update replaces the program under a running server.
			binDir: dirname(program.replace(/ \(deleted\)$/, '')),
			groups: groupsOf(status, common.owner?.gid ?? null),
			environment: Object.fromEntries(
				environment.split('\0').flatMap((pair) => {
					const at = pair.indexOf('=');
					return at < 1 ? [] : [[pair.slice(0, at), pair.slice(at + 1)]];
				}),
			),
			manager: unit === null ? { kind: 'nobody' } : { kind: 'systemd', unit },
			output: collects ? { kind: 'collector', path: '' } : await outputOf(of('fd/2')),
			mostProcesses: Number(/^Max processes\s+(\d+)/m.exec(limits)?.[1] ?? Number.NaN) || null,
		},
	};
}

async function outputOf(descriptor: string): Promise<Postmaster['output']> {
	const path = await readlink(descriptor);
	if (path === '/dev/null') return { kind: 'nothing', path };
	const found = await stat(path).catch(() => null);
	return { kind: found?.isFile() === true ? 'file' : 'other', path };
}

function groupsOf(status: string, own: number | null): readonly number[] {
	const listed = /^Groups:[ \t]*(.*)$/m.exec(status)?.[1] ?? '';
	return listed
		.split(/\s+/)
		.filter((each) => each !== '')
		.map(Number)
		.filter((each) => each !== own);
}
