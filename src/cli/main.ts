/** The entry: reads the process, runs a command, ends the process. Nothing else touches it. */
import { readFile } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printable, printableInColour } from '../evidence/untrusted.ts';
import { systemCode } from '../system-code.ts';
import { parseRequest } from './arguments.ts';
import { askSecret } from './ask-secret.ts';
import { commandSpec } from './commands.ts';
import { eraseLine } from './erase-line.ts';
import { CancelledError, ExpectedError, endingOf } from './errors.ts';
import {
	type EndingSignal,
	type ExitStatus,
	exitStatus,
	failedStatus,
	statusOfSignal,
} from './exit-status.ts';
import { helpText } from './help.ts';
import type { Output, World } from './world.ts';

/** How long an orderly end may take after a signal; then it ends as it is, and the guardian lifts what is fenced. */
const graceMs = 10_000;
/** A second signal within this time is the same key press, forwarded. */
const sameKeyPressMs = 500;

/**
 * @param plain no colours, whatever it is
 * @param terminalClosed told when it was a terminal, and is none any more
 */
function outputTo(stream: NodeJS.WriteStream, plain: boolean, terminalClosed: () => void): Output {
	const inColour = stream.isTTY === true && !plain;
	let readerIsGone = false;
	stream.on('error', (error: NodeJS.ErrnoException) => {
		readerIsGone = true;
		if (stream.isTTY) return terminalClosed();
		if (error.code === 'EPIPE') return;
		throw new ExpectedError(
			error.code ?? 'write-failed',
			`the output could not be written: ${error.message}`,
			['make room, or write it elsewhere'],
			exitStatus.badData,
		);
	});
	return {
		isTerminal: stream.isTTY === true,
		write: (text) =>
			new Promise((resolve) => {
				if (readerIsGone) resolve();
				else stream.write(withoutOrders(text, inColour), () => resolve());
			}),
	};
}

/** The last door of all text: whoever wrote a part of it, a terminal is given no orders but ours. */
function withoutOrders(text: string, inColour: boolean): string {
	const safe = inColour ? printableInColour : printable;
	return text.startsWith(eraseLine) ? `${eraseLine}${safe(text.slice(eraseLine.length))}` : safe(text);
}

type Endings = {
	/** Aborted by the first signal. A second one, later, ends the program at once. */
	readonly signal: AbortSignal;
	/** As SIGHUP, which comes with it or soon after, or not at all. */
	readonly terminalClosed: () => void;
};

function endings(): Endings {
	const controller = new AbortController();
	let firstAt: number | null = null;
	const begin = (signal: EndingSignal) => {
		firstAt = performance.now();
		setTimeout(() => process.exit(statusOfSignal(signal)), graceMs).unref();
		controller.abort(new CancelledError(signal));
	};
	const signals: readonly EndingSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
	for (const signal of signals) {
		process.on(signal, () => {
			if (firstAt === null) begin(signal);
			// Nobody hurries it by hanging up: that is said by the kernel, by the shell, and by a failed write.
			else if (signal !== 'SIGHUP' && performance.now() - firstAt > sameKeyPressMs)
				process.exit(statusOfSignal(signal));
		});
	}
	return {
		signal: controller.signal,
		terminalClosed: () => {
			if (firstAt === null) begin('SIGHUP');
		},
	};
}

async function versionOf(root: URL): Promise<string> {
	const parsed: unknown = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
	const isNamed = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
	return isNamed && typeof parsed.version === 'string' ? parsed.version : '0';
}

function userName(env: World['env']): string {
	try {
		return userInfo().username;
	} catch {
		// A container may run as a uid that nobody has named.
		return env.USER ?? env.USERNAME ?? 'unknown';
	}
}

/** Where nobody named the uid and HOME is not set, there is none: what is looked for in it is not found at the root. */
function homeFolder(): string {
	try {
		return homedir();
	} catch {
		return parse(process.execPath).root;
	}
}

async function askLine(
	input: NodeJS.ReadStream,
	output: NodeJS.WriteStream,
	prompt: string,
): Promise<string> {
	const { createInterface } = await import('node:readline/promises');
	const lines = createInterface({ input, output });
	try {
		return await Promise.race([
			lines.question(prompt),
			new Promise<string>((resolve) => {
				lines.once('close', () => resolve(''));
				lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
			}),
		]);
	} finally {
		lines.close();
	}
}

async function readAll(input: NodeJS.ReadStream, atMost: number): Promise<string> {
	let text = '';
	input.setEncoding('utf8');
	for await (const chunk of input) {
		text += String(chunk);
		if (text.length >= atMost) break;
	}
	return text.slice(0, atMost);
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// It is there, and somebody else's.
		return systemCode(error) === 'EPERM';
	}
}

async function worldOf(args: readonly string[], root: URL): Promise<World> {
	const { env, platform, stdin, stdout, stderr } = process;
	const { signal, terminalClosed } = endings();
	if (stdin.isTTY) stdin.on('error', terminalClosed);
	const plain = args.includes('--no-color') || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
	const output = outputTo(stdout, plain, terminalClosed);
	const errors = outputTo(stderr, plain, terminalClosed);
	return {
		stdout: output,
		stderr: errors,
		stdin: {
			isTerminal: stdin.isTTY === true,
			askSecret: (prompt) => askSecret(stdin, prompt, (text) => stderr.write(text)),
			ask: (prompt) => askLine(stdin, stderr, prompt),
			readAll: (atMost) => readAll(stdin, atMost),
		},
		terminal: stdin.isTTY === true && stdout.isTTY === true ? { input: stdin, output: stdout } : null,
		env,
		platform,
		home: homeFolder(),
		user: userName(env),
		hostname: hostname(),
		pid: process.pid,
		isAlive,
		contentDir: fileURLToPath(new URL('content', root)),
		builtArticles: new URL('dist/articles.json', root),
		version: await versionOf(root),
		color: output.isTerminal && !plain,
		redraws: errors.isTerminal && !plain,
		signal,
		now: () => new Date(),
	};
}

async function runRequest(args: readonly string[], world: World): Promise<ExitStatus> {
	const request = parseRequest(args);
	switch (request.kind) {
		case 'help':
			await world.stdout.write(helpText(request.command, world.version));
			return exitStatus.done;
		case 'version':
			await world.stdout.write(`kbwizard ${world.version}\n`);
			return exitStatus.done;
		case 'command': {
			const command = await commandSpec(request.invocation.command).load();
			return command.run(request.invocation, world);
		}
	}
}

/** Says why it ended, on standard error: a line and what to do next, or one JSON document. */
async function sayEnding(error: unknown, args: readonly string[], world: World): Promise<ExitStatus> {
	const ending = endingOf(error, failedStatus(args));
	if (ending.message === null) return ending.status;
	const { code, message, next, status, stack } = ending;
	const debug = stack !== null && (world.env.KBWIZARD_DEBUG ?? '') !== '';
	const text = wantsJson(args)
		? `${JSON.stringify({ error: { code, message, next, ...(debug ? { stack } : {}) } }, null, 2)}\n`
		: [`kbwizard: ${message}`, ...next.map((step) => `  ${step}`), ...(debug ? [stack] : []), ''].join('\n');
	await world.stderr.write(text);
	return status;
}

/** Whether the one document is asked for; after `--` it is somebody's text. */
function wantsJson(args: readonly string[]): boolean {
	const end = args.indexOf('--');
	return (end === -1 ? args : args.slice(0, end)).includes('--json');
}

/**
 * Runs one command line to its end, and ends the process with its status.
 * @param args without the program's own name
 * @param root the package's folder, with `content/` and `package.json`
 */
export async function main(args: readonly string[], root: URL): Promise<void> {
	const world = await worldOf(args, root);
	const bug = async (error: unknown): Promise<never> => process.exit(await sayEnding(error, args, world));
	process.on('uncaughtException', bug);
	process.on('unhandledRejection', bug);
	let status: ExitStatus;
	try {
		status = await runRequest(args, world);
	} catch (error) {
		status = await sayEnding(error, args, world);
	}
	process.exit(status);
}
