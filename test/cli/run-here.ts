/** A command of the program in this process, with nothing of it replaced but the process it runs in. */
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseRequest } from '../../src/cli/arguments.ts';
import { commandSpec } from '../../src/cli/commands.ts';
import { endingOf } from '../../src/cli/errors.ts';
import { exitStatus } from '../../src/cli/exit-status.ts';
import type { Output, World } from '../../src/cli/world.ts';
import type { Ended } from './run-cli.ts';

const root = new URL('../../', import.meta.url);

function collect(): Output & { readonly text: () => string } {
	let text = '';
	return {
		isTerminal: false,
		write: async (more) => {
			text += more;
		},
		text: () => text,
	};
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

function worldWith(stdout: Output, stderr: Output, state: string): World {
	const nobody = async (): Promise<string> => '';
	return {
		stdout,
		stderr,
		stdin: { isTerminal: false, askSecret: nobody, ask: nobody, readAll: nobody },
		terminal: null,
		env: { XDG_STATE_HOME: state },
		platform: process.platform,
		home: state,
		user: 'somebody',
		hostname: hostname(),
		pid: process.pid,
		isAlive,
		contentDir: fileURLToPath(new URL('content', root)),
		builtArticles: new URL('dist/articles.json', root),
		version: '0',
		color: false,
		redraws: false,
		signal: new AbortController().signal,
		now: () => new Date(),
	};
}

/**
 * For what is asked of every solution: a process for each would take a second.
 * @param state the folder for state
 */
export async function runHere(args: readonly string[], state: string): Promise<Ended> {
	const stdout = collect();
	const stderr = collect();
	const request = parseRequest(args);
	if (request.kind !== 'command') throw new Error(`${args.join(' ')} is no command`);
	const command = await commandSpec(request.invocation.command).load();
	try {
		const status = await command.run(request.invocation, worldWith(stdout, stderr, state));
		return { status, stdout: stdout.text(), stderr: stderr.text() };
	} catch (error) {
		const { status, message, ...rest } = endingOf(error, exitStatus.notDone);
		const next = 'next' in rest ? rest.next : [];
		const stack = 'stack' in rest && rest.stack !== null ? [rest.stack] : [];
		return { status, stdout: stdout.text(), stderr: [stderr.text(), message, ...next, ...stack].join('\n') };
	}
}
