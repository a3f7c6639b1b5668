/** Stop, ask, start; and if it does not come back, start it as it was. Whoever began this must come to its end. */
import { spawn } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { readPidFile } from '../../evidence/host/postmaster-files.ts';
import { cleanText, withoutSecrets } from '../../evidence/untrusted.ts';
import type { RestartOrders, RestartResult } from './orders.ts';
import type { Program } from './program.ts';

/** Lines of a server's last words that are passed on. */
const lastWords = 6;

/** What a program gets that has no environment of its own to go by. */
const plainEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** @param say what is being done, for a person */
export async function restartServer(
	orders: RestartOrders,
	say: (text: string) => void,
): Promise<RestartResult> {
	const { stop, check, start, asBefore } = orders;
	say('stopping the server');
	const stopped = await run(stop);
	if (!stopped.ok && (await isThere(orders.pidFile))) return { kind: 'not stopped', why: stopped.words };
	let why: string | null = null;
	if (check !== null) {
		say('asking the stopped server whether it would start');
		const checked = await run(check);
		if (!checked.ok) why = checked.words;
	}
	if (why === null) {
		say('starting the server');
		why = await started(start, orders);
		if (why === null) return { kind: 'restarted' };
	}
	if (asBefore === null) return { kind: 'down', why };
	say('starting the server with the values from before');
	const again = await started(asBefore, orders);
	return again === null ? { kind: 'as before', why } : { kind: 'down', why: `${why}; then: ${again}` };
}

/** Why it did not start; null: it runs. */
async function started(start: Program, { log }: RestartOrders): Promise<string | null> {
	const from = log === null ? 0 : await sizeOf(log.path);
	const { ok, words } = await run(start);
	if (ok) {
		if (log?.ours === true) await rm(log.path, { force: true }).catch(() => undefined);
		return null;
	}
	const written = log === null ? '' : (await read(log.path)).subarray(from).toString('utf8');
	return inShort(written) || words || 'the server did not start, and did not say why';
}

type Ran = { readonly ok: boolean; readonly words: string };

function run({ file, args, user, environment, says }: Program): Promise<Ran> {
	return new Promise((resolve) => {
		const child = spawn(file, args, {
			cwd: '/',
			...(environment === null && platform() === 'win32' ? {} : { env: environment ?? plainEnvironment }),
			stdio: says ? ['ignore', 'pipe', 'pipe'] : 'ignore',
			windowsHide: true,
			...(user ?? {}),
		});
		let output = '';
		const keep = (chunk: Buffer) => {
			output = (output + chunk.toString('utf8')).slice(-20_000);
		};
		child.stdout?.on('data', keep);
		child.stderr?.on('data', keep);
		child.once('error', (error) =>
			resolve({ ok: false, words: `${file} could not be run: ${error.message}` }),
		);
		child.once(says ? 'close' : 'exit', (code) =>
			resolve({ ok: code === 0, words: inShort(output) || `${file} ended with status ${String(code)}` }),
		);
	});
}

/** The end of it, without what only a terminal or a secret's owner should see. */
function inShort(text: string): string {
	const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
	const telling = lines.filter((line) => /\b(?:FATAL|PANIC|HINT|DETAIL)\b|^postgres: /.test(line));
	const chosen = (telling.length > 0 ? telling : lines).slice(-lastWords);
	return chosen.map((line) => withoutSecrets(cleanText(line.trim()))).join('; ');
}

async function isThere(pidFile: string): Promise<boolean> {
	const text = await readFile(pidFile, 'utf8').catch(() => '');
	return readPidFile(text) !== null;
}

async function sizeOf(path: string): Promise<number> {
	return stat(path).then(
		({ size }) => size,
		() => 0,
	);
}

async function read(path: string): Promise<Buffer> {
	return readFile(path).catch(() => Buffer.alloc(0));
}
