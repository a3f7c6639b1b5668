/** A program in a real pseudo-terminal, and a person at it. */
import { spawn } from '@lydell/node-pty';
import { type Emulator, openEmulator } from './emulator.ts';

export type TerminalOptions = {
	readonly command: string;
	readonly args: readonly string[];
	/** Default 80. */
	readonly cols?: number;
	/** Default 24. */
	readonly rows?: number;
	/** Added to this process's, `TERM=xterm-256color` beforehand; undefined takes one away. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly cwd?: string;
};

/** `signal` is its number, null: it ended by itself. */
export type TerminalExit = { readonly status: number; readonly signal: number | null };

export type Terminal = Pick<Emulator, 'screen' | 'scrollback' | 'raw' | 'waitFor'> & {
	readonly pid: number;
	/** As keys: `\r` is Enter, `\x1b` Esc, `\x03` Ctrl-C, `\x1b[B` the arrow down. */
	type(keys: string): void;
	/** Like a person who closes the window or pulls it larger. */
	resize(cols: number, rows: number): void;
	/** @param signal default SIGHUP: the terminal is closed */
	kill(signal?: string): void;
	/** When the program is over and all it wrote is on the screen. */
	readonly exit: Promise<TerminalExit>;
};

export function openTerminal(options: TerminalOptions): Terminal {
	const { cols = 80, rows = 24 } = options;
	const emulator = openEmulator(cols, rows);
	const env = Object.fromEntries(
		Object.entries({ ...process.env, TERM: 'xterm-256color', ...options.env }).flatMap(([name, value]) =>
			value === undefined ? [] : [[name, value]],
		),
	);
	const child = spawn(options.command, [...options.args], {
		cols,
		rows,
		env,
		cwd: options.cwd ?? process.cwd(),
		name: env.TERM ?? 'xterm-256color',
	});
	let written: Promise<void> = Promise.resolve();
	let over = false;
	child.onData((data) => {
		written = emulator.write(data);
	});
	emulator.onAnswer((data) => {
		if (!over) child.write(data);
	});
	const exit = new Promise<TerminalExit>((resolve) => {
		child.onExit(({ exitCode, signal }) => {
			over = true;
			const end = { status: exitCode, signal: signal === undefined || signal === 0 ? null : signal };
			written.then(() => resolve(end));
		});
	});
	return {
		pid: child.pid,
		screen: emulator.screen,
		scrollback: emulator.scrollback,
		raw: emulator.raw,
		waitFor: emulator.waitFor,
		type: (keys) => child.write(keys),
		resize: (columns, lineCount) => {
			emulator.resize(columns, lineCount);
			child.resize(columns, lineCount);
		},
		kill: (signal) => {
			if (!over) child.kill(signal);
		},
		exit,
	};
}
