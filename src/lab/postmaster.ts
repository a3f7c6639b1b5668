/** Makes a data folder, and starts and stops the server in it, by PostgreSQL's own programs. */
import { spawn } from 'node:child_process';
import { appendFile, chmod, chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { Created, ServerSpec, ShutdownMode } from './keeper-protocol.ts';
import { watchOver } from './last-resort.ts';

const portAttempts = 8;
/** sockaddr_un holds 104 bytes on macOS and 108 on Linux. */
const longestSocketPath = 100;

export type Postmaster = {
	readonly created: Created;
	start(): Promise<void>;
	shutDown(mode: ShutdownMode, wait: boolean): Promise<void>;
	/** Ends it by whatever it takes, and removes the folder. */
	end(): Promise<void>;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** What the keeper's process lends. */
export type Surroundings = {
	readonly environment: Environment;
	readonly isWindows: boolean;
	readonly kill: (pid: number, signal: 'SIGCONT' | 'SIGKILL') => void;
};

/**
 * Creates the folder, with a new or a copied data folder in it, and starts the server once.
 * @throws Error with the end of the server's own output.
 */
export async function createPostmaster(spec: ServerSpec, surroundings: Surroundings): Promise<Postmaster> {
	const { environment, isWindows } = surroundings;
	const folder = await mkdtemp(join(spec.temporary, 'kbwizard-lab-'));
	if (!isWindows) watchOver(folder, environment);
	const dataDir = join(folder, 'data');
	const socketDir = join(folder, 's');
	const logFile = join(folder, 'server.log');
	const usesSocket = !isWindows && join(socketDir, '.s.PGSQL.00000').length <= longestSocketPath;
	const env = serverEnvironment(environment);
	const program = (name: string, args: readonly string[], keepOutput: boolean) =>
		runProgram(join(spec.binDir, isWindows ? `${name}.exe` : name), args, {
			spec,
			cwd: folder,
			env,
			keepOutput,
		});
	/** pg_ctl's postmaster would hold our pipes open, so its words are read from the server's log. */
	const control = (args: readonly string[]) => program('pg_ctl', [...args, '-D', dataDir], false);

	async function start(): Promise<void> {
		const { code } = await control(['start', '-w', '-t', '60', '-l', logFile]);
		if (code !== 0) throw new Error(`The server did not start. The end of its log:\n${await tail(logFile)}`);
	}

	async function shutDown(mode: ShutdownMode, wait: boolean): Promise<void> {
		const { code } = await control(['stop', '-m', mode, ...(wait ? ['-w', '-t', '60'] : ['-W'])]);
		if (code !== 0 && (await postmasterPid(dataDir)) !== null) {
			throw new Error(`The server did not shut down. The end of its log:\n${await tail(logFile)}`);
		}
	}

	async function end(): Promise<void> {
		const pid = await postmasterPid(dataDir);
		// A stopped process does not take the signal that ends it.
		if (pid !== null && !isWindows) signal(surroundings, pid, 'SIGCONT');
		const { code } = await control(['stop', '-m', 'immediate', '-w', '-t', '10']);
		if (code !== 0 && pid !== null) signal(surroundings, pid, 'SIGKILL');
		await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
	}

	try {
		if (spec.account !== null) await chown(folder, spec.account.uid, spec.account.gid);
		await mkdir(socketDir, { mode: 0o700 });
		if (spec.account !== null) await chown(socketDir, spec.account.uid, spec.account.gid);
		await initialise(spec, folder, dataDir, program);
		const base = join(dataDir, 'postgresql.conf');
		const settings = { ...spec.settings, unix_socket_directories: usesSocket ? socketDir : '' };
		await writeFile(base, `${withoutThose(await readFile(base, 'utf8'), settings)}${settingsText(settings)}`);
		for (let attempt = 1; ; attempt += 1) {
			const port = await freePort();
			await appendFile(base, `port = ${port}\n`);
			try {
				await start();
				const created = { port, folder, dataDir, socketDir: usesSocket ? socketDir : null, logFile };
				return { created, start, shutDown, end };
			} catch (error) {
				// Somebody else took the port between the look and the start.
				if (attempt === portAttempts || !(await tail(logFile)).includes('could not bind')) throw error;
				await rm(logFile, { force: true });
			}
		}
	} catch (error) {
		await end();
		throw error;
	}
}

type Program = (
	name: string,
	args: readonly string[],
	keepOutput: boolean,
) => Promise<{ code: number | null; output: string }>;

async function initialise(
	spec: ServerSpec,
	folder: string,
	dataDir: string,
	program: Program,
): Promise<void> {
	if (spec.copy === null) await makeNew(spec, folder, dataDir, program);
	else await rename(spec.copy, dataDir);
	await writeFile(join(dataDir, 'pg_hba.conf'), `${spec.hba.join('\n')}\n`);
	for (const [name, text] of Object.entries(spec.dataFiles)) {
		const file = join(dataDir, name);
		await writeFile(file, text);
		// The server refuses a private key that others can read.
		await chmod(file, 0o600);
		if (spec.account !== null) await chown(file, spec.account.uid, spec.account.gid);
	}
}

async function makeNew(spec: ServerSpec, folder: string, dataDir: string, program: Program): Promise<void> {
	const args = ['-D', dataDir, '-U', 'postgres', '-E', 'UTF8', '--no-locale', '--no-sync'];
	const passwordFile = join(folder, 'password');
	if (spec.password === null) args.push('-A', 'trust');
	else {
		await writeFile(passwordFile, `${spec.password}\n`, { mode: 0o600 });
		if (spec.account !== null) await chown(passwordFile, spec.account.uid, spec.account.gid);
		args.push('-A', 'scram-sha-256', '--pwfile', passwordFile);
	}
	const { code, output } = await program('initdb', args, true);
	await rm(passwordFile, { force: true });
	if (code !== 0) throw new Error(`initdb could not make a data folder:\n${output.trim()}`);
}

/** A file that has two lines for one setting is a trouble of its own, and none that every scenario shall have. */
function withoutThose(text: string, settings: Readonly<Record<string, string>>): string {
	return text.replace(/^(\w+)(?=\s*=)/gm, (name) => (Object.hasOwn(settings, name) ? `#${name}` : name));
}

function settingsText(settings: Readonly<Record<string, string>>): string {
	return `\n${Object.entries(settings)
		.map(([name, value]) => `${name} = ${configurationValue(value)}\n`)
		.join('')}`;
}

/** As PostgreSQL's configuration files want it, where a backslash escapes too. */
export function configurationValue(value: string): string {
	return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** Without the caller's PG* variables, which would redirect the programs, and in a language that we read. */
function serverEnvironment(environment: Environment): Environment {
	const kept = Object.entries(environment).filter(([name]) => !/^(PG|LC_|LANG|NODE_)/.test(name));
	return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

type RunOptions = {
	readonly spec: ServerSpec;
	readonly cwd: string;
	readonly env: Environment;
	readonly keepOutput: boolean;
};

function runProgram(
	file: string,
	args: readonly string[],
	options: RunOptions,
): Promise<{ code: number | null; output: string }> {
	const { spec, cwd, env, keepOutput } = options;
	return new Promise((resolve, reject) => {
		const child = spawn(file, args, {
			cwd,
			env,
			stdio: keepOutput ? ['ignore', 'pipe', 'pipe'] : 'ignore',
			windowsHide: true,
			...(spec.account ?? {}),
		});
		let output = '';
		const keep = (chunk: Buffer) => {
			output += chunk.toString('utf8');
		};
		child.stdout?.on('data', keep);
		child.stderr?.on('data', keep);
		child.once('error', (error) => reject(new Error(`${file} could not be run: ${error.message}`)));
		child.once(keepOutput ? 'close' : 'exit', (code) => resolve({ code, output }));
	});
}

/** First line of postmaster.pid; null: no server has been started here. */
async function postmasterPid(dataDir: string): Promise<number | null> {
	const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
	const pid = Number.parseInt(text, 10);
	return Number.isInteger(pid) && pid > 0 ? pid : null;
}

function signal({ kill }: Surroundings, pid: number, name: 'SIGCONT' | 'SIGKILL'): void {
	try {
		kill(pid, name);
	} catch {
		// It has ended already.
	}
}

async function tail(logFile: string): Promise<string> {
	const text = await readFile(logFile, 'utf8').catch(() => '(no log was written)');
	return text.trimEnd().split('\n').slice(-15).join('\n');
}
