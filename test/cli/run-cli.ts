/** The built program as a child process, as scripts and monitoring run it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const bin = fileURLToPath(new URL('../../bin/kbwizard.js', import.meta.url));

export type Ended = {
	readonly status: number | null;
	readonly stdout: string;
	readonly stderr: string;
};

export type StartOptions = {
	readonly env?: Readonly<Record<string, string>>;
	/** Options of Node itself. */
	readonly node?: readonly string[];
	readonly bin?: string;
	/** Standard input stays open, for the test to write to. */
	readonly open?: true;
};

const stateHome = mkdtempSync(join(tmpdir(), 'kbwizard-cli-'));
afterAll(() => rmSync(stateHome, { recursive: true, force: true }));

/** Nothing of this machine's own PostgreSQL settings, and a state folder that goes away. */
function environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
	const own = Object.entries(process.env).filter(
		([name]) => !/^(?:PG|KBWIZARD|NODE_|VITEST|NO_COLOR|FORCE_COLOR)/.test(name),
	);
	return { ...Object.fromEntries(own), XDG_STATE_HOME: stateHome, ...more };
}

export function start(args: readonly string[], options: StartOptions = {}): ChildProcessWithoutNullStreams {
	const child = spawn(process.execPath, [...(options.node ?? []), options.bin ?? bin, ...args], {
		env: environment(options.env ?? {}),
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	if (options.open !== true) child.stdin.end();
	return child;
}

export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
	const output = { stdout: '', stderr: '' };
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		output.stdout += text;
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		output.stderr += text;
	});
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (status) => resolve({ status, ...output }));
	});
}

export function run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
	return ended(start(args, options));
}

/** Command lines of all processes of this machine, by pid; null where the platform has no /proc. */
export function commandLines(): ReadonlyMap<number, string> | null {
	try {
		return new Map(
			readdirSync('/proc')
				.filter((name) => /^\d+$/.test(name))
				.flatMap((pid) => {
					try {
						return [
							[Number(pid), readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] as const,
						];
					} catch {
						// It ended meanwhile.
						return [];
					}
				}),
		);
	} catch {
		return null;
	}
}
