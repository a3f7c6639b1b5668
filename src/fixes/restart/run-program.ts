/** Runs a program and hears what it says; never by a shell. */
import { spawn } from 'node:child_process';
import { platform } from 'node:os';
import { cleanText, withoutSecrets } from '../../evidence/untrusted.ts';
import type { Program } from './program.ts';

/** Lines of a server's last words that are passed on. */
const lastWords = 6;

/** What a program gets that has no environment of its own to go by. */
const plainEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

export type Ran = { readonly ok: boolean; readonly words: string };

export function runProgram({ file, args, user, environment, says }: Program): Promise<Ran> {
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
export function inShort(text: string): string {
	const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
	const telling = lines.filter((line) => /\b(?:FATAL|PANIC|HINT|DETAIL)\b|^postgres: /.test(line));
	const chosen = (telling.length > 0 ? telling : lines).slice(-lastWords);
	return chosen.map((line) => withoutSecrets(cleanText(line.trim()))).join('; ');
}
