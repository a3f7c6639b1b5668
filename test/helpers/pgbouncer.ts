/** A real PgBouncer, from the distribution: nothing of it is imitated. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chown, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe } from 'vitest';
import { serverAccount } from '../../src/lab/account.ts';
import { describeMajors, type LabServer, type Major, until, useServer } from './postgres.ts';

/** Where the distributions put it is not on everybody's PATH. */
const searchPath = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;

/** Null: it is not installed. */
export function pgbouncerVersion(): string | null {
	try {
		const said = execFileSync('pgbouncer', ['--version'], {
			encoding: 'utf8',
			env: { ...process.env, PATH: searchPath },
		});
		return /PgBouncer (\S+)/.exec(said)?.[1] ?? null;
	} catch {
		return null;
	}
}

export type Pgbouncer = {
	readonly host: string;
	readonly port: number;
	/** A connection URI through it. */
	uri(options: { readonly user: string; readonly password?: string; readonly database: string }): string;
	/** What it has written so far. */
	readonly said: () => string;
	stop(): Promise<void>;
};

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === 'string') throw new Error('there is no free port');
	return address.port;
}

/** A folder that PgBouncer's account owns; it goes with the server's. */
export async function pgbouncerFolder(server: LabServer): Promise<string> {
	const folder = await mkdtemp(join(server.folder, 'pgbouncer-'));
	await giveAway(folder);
	return folder;
}

/** What a test wrote as root, to the account that PgBouncer runs as. */
export async function giveAway(path: string): Promise<void> {
	const account = await serverAccount();
	if (account !== null) await chown(path, account.uid, account.gid);
}

/**
 * Starts it with a configuration that is there, and waits until it listens. It ends with this process, kill -9
 * included: the shell between holds a pipe from here.
 */
export async function startPgbouncer(ini: string, port: number): Promise<Pgbouncer> {
	const account = await serverAccount();
	const child: ChildProcess = spawn(
		'/bin/sh',
		[
			'-c',
			'pgbouncer "$0" & pid=$!; trap "kill $pid" TERM; cat >/dev/null; kill $pid 2>/dev/null; wait $pid',
			ini,
		],
		{
			stdio: ['pipe', 'pipe', 'pipe'],
			env: { PATH: searchPath },
			...(account === null ? {} : { uid: account.uid, gid: account.gid }),
		},
	);
	let output = '';
	const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
	for (const stream of [child.stdout, child.stderr])
		stream?.setEncoding('utf8').on('data', (text: string) => {
			output += text;
		});
	const stop = async () => {
		child.stdin?.end();
		await ended;
	};
	try {
		await until(() => /process up|FATAL/.test(output), { what: 'PgBouncer to listen' });
		if (!output.includes('process up')) throw new Error('PgBouncer ended');
	} catch (error) {
		await stop();
		throw new Error(`PgBouncer did not start: ${output}`, { cause: error });
	}
	const host = '127.0.0.1';
	return {
		host,
		port,
		uri({ user, password, database }) {
			const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
			return `postgresql://${encodeURIComponent(user)}${secret}@${host}:${port}/${encodeURIComponent(database)}`;
		},
		said: () => output,
		stop,
	};
}

export type PgbouncerOptions = {
	/** Lines of the section `[pgbouncer]`; they win over the helper's own. */
	readonly settings: Readonly<Record<string, string | number>>;
	/** Clear text, by role: what its file of users says. */
	readonly passwords: Readonly<Record<string, string>>;
};

/** In front of a server, with a configuration of the test's own. */
export async function pgbouncerBefore(
	server: LabServer,
	{ settings, passwords }: PgbouncerOptions,
): Promise<Pgbouncer> {
	const folder = await pgbouncerFolder(server);
	const port = await freePort();
	const users = join(folder, 'userlist.txt');
	const ini = join(folder, 'pgbouncer.ini');
	const lines = Object.entries({
		listen_addr: '127.0.0.1',
		listen_port: port,
		unix_socket_dir: '',
		auth_type: 'scram-sha-256',
		auth_file: users,
		...settings,
	}).map(([name, value]) => `${name} = ${value}`);
	await writeFile(
		ini,
		`[databases]\n* = host=${server.host} port=${server.port}\n\n[pgbouncer]\n${lines.join('\n')}\n`,
	);
	await writeFile(
		users,
		Object.entries(passwords)
			.map(([name, password]) => `"${name}" "${password.replaceAll('"', '""')}"\n`)
			.join(''),
		{ mode: 0o600 },
	);
	await Promise.all([giveAway(ini), giveAway(users)]);
	return startPgbouncer(ini, port);
}

/**
 * As `describeOn`, where there is a PgBouncer to put before the server. Where there is none it is skipped, and says
 * so; in CI that is a failure.
 */
export function describeBehindPgbouncer(
	majors: readonly Major[],
	title: string,
	options: Parameters<typeof useServer>[1],
	body: (server: () => LabServer, major: Major) => void,
): void {
	const skip = pgbouncerVersion() === null && process.env.CI !== 'true';
	if (skip)
		console.error(`SKIPPED: "${title}": PgBouncer is not installed. As root: apt-get install pgbouncer`);
	describe.skipIf(skip)('behind PgBouncer', () => {
		describeMajors(majors, title, (major) => body(useServer(major, options), major));
	});
}
