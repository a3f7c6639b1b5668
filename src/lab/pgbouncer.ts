/** A real PgBouncer before a lab server, where one is installed: npm has none. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serverAccount } from './account.ts';
import { freePort } from './free-port.ts';
import { LabError } from './lab-error.ts';
import type { LabServer } from './server.ts';

const run = promisify(execFile);

/** Where the distributions put it is not on everybody's PATH. */
const onPath = 'PATH="$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin"; export PATH';
const listensWithinMs = 10_000;

export type LabPgbouncer = {
	readonly host: string;
	readonly port: number;
	stop(): Promise<void>;
};

export type LabPgbouncerOptions = {
	/** Lines of the section `[pgbouncer]`; they win over the lab's own. */
	readonly settings: Readonly<Record<string, string | number>>;
	/** Clear text, by role: what its file of users says. */
	readonly passwords: Readonly<Record<string, string>>;
};

/** @throws LabError when it is not installed: what to install */
async function findPgbouncer(): Promise<void> {
	try {
		await run('/bin/sh', ['-c', `${onPath}; command -v pgbouncer`]);
	} catch {
		throw new LabError('This scenario needs PgBouncer, and there is none on the PATH.', [
			'Install it: apt install pgbouncer, dnf install pgbouncer, or brew install pgbouncer.',
			'It need not run as a service: the lab starts one of its own.',
		]);
	}
}

/**
 * Starts it in the server's folder, with a configuration of the lab's own.
 * @throws LabError when it is not installed, or with its own words
 */
export async function startLabPgbouncer(
	server: LabServer,
	{ settings, passwords }: LabPgbouncerOptions,
): Promise<LabPgbouncer> {
	await findPgbouncer();
	const account = await serverAccount();
	const give = async (file: string) => {
		if (account !== null) await chown(file, account.uid, account.gid);
	};
	const folder = await mkdtemp(join(server.folder, 'pgbouncer-'));
	const host = '127.0.0.1';
	const port = await freePort();
	const users = join(folder, 'userlist.txt');
	const ini = join(folder, 'pgbouncer.ini');
	const lines = Object.entries({
		listen_addr: host,
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
	const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
	await writeFile(
		users,
		Object.entries(passwords)
			.map(([name, password]) => `${quoted(name)} ${quoted(password)}\n`)
			.join(''),
		{ mode: 0o600 },
	);
	await Promise.all([folder, ini, users].map(give));
	return { host, port, stop: await runPgbouncer(ini) };
}

/**
 * Runs it with a configuration that is there, and waits until it listens. It ends with this process, kill -9
 * included: the shell between holds a pipe from here.
 * @returns what stops it
 * @throws LabError with its own words
 */
export async function runPgbouncer(ini: string): Promise<() => Promise<void>> {
	const account = await serverAccount();
	const child = spawn(
		'/bin/sh',
		[
			'-c',
			`${onPath}; pgbouncer "$0" & pid=$!; trap "kill $pid" TERM; cat >/dev/null; kill $pid 2>/dev/null; wait $pid`,
			ini,
		],
		{
			stdio: ['pipe', 'pipe', 'pipe'],
			...(account === null ? {} : { uid: account.uid, gid: account.gid }),
		},
	);
	const stop = stopper(child);
	try {
		await untilItListens(child);
	} catch (error) {
		await stop();
		throw error;
	}
	return stop;
}

function stopper(child: ChildProcess): () => Promise<void> {
	const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
	return async () => {
		child.ref();
		child.stdin?.end();
		await ended;
	};
}

function untilItListens(child: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		let said = '';
		const timer = setTimeout(() => settle('it did not listen in time'), listensWithinMs);
		const settle = (problem: string | null) => {
			clearTimeout(timer);
			child.off('close', closed);
			// Neither the process nor what it goes on to say keeps this one alive.
			child.unref();
			for (const stream of [child.stdin, child.stdout, child.stderr]) unreference(stream);
			if (problem === null) resolve();
			else reject(new LabError(`PgBouncer did not start: ${problem}.\n${said.trim()}`, []));
		};
		const closed = () => settle('it ended');
		child.once('close', closed);
		for (const stream of [child.stdout, child.stderr])
			stream?.setEncoding('utf8').on('data', (text: string) => {
				if (said.includes('process up')) return;
				said += text;
				if (said.includes('process up')) settle(null);
			});
	});
}

/** Pipes of a child are sockets, which their type does not say. */
function unreference(stream: object | null): void {
	if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
}
