/** A terminal without a window: what a program wrote, as a person would see it. */
import xterm from '@xterm/headless';

export type Emulator = {
	/** The visible lines, without blanks at their ends. */
	screen(): string;
	/** Everything, what has scrolled away included. */
	scrollback(): string;
	/** All that was written, escape sequences included. */
	raw(): string;
	write(data: string): Promise<void>;
	resize(cols: number, rows: number): void;
	/** Resolves when the visible text has it, at once or later. @throws with the screen, when the time is up */
	waitFor(what: string | RegExp, timeoutMs?: number): Promise<void>;
	/** The terminal's own answers, such as to a query for the cursor's position. */
	onAnswer(listener: (data: string) => void): void;
	dispose(): void;
};

const defaultTimeoutMs = 10_000;

export function openEmulator(cols: number, rows: number): Emulator {
	const terminal = new xterm.Terminal({ cols, rows, scrollback: 10_000, allowProposedApi: true });
	const changed = new Set<() => void>();
	let raw = '';

	const lines = (from: number, to: number): string =>
		Array.from(
			{ length: to - from },
			(_, index) => terminal.buffer.active.getLine(from + index)?.translateToString(true) ?? '',
		)
			.join('\n')
			.trimEnd();
	const screen = (): string =>
		lines(terminal.buffer.active.viewportY, terminal.buffer.active.viewportY + terminal.rows);

	return {
		screen,
		scrollback: () => lines(0, terminal.buffer.active.length),
		raw: () => raw,
		write: (data) => {
			raw += data;
			return new Promise((resolve) => {
				terminal.write(data, () => {
					for (const listener of changed) listener();
					resolve();
				});
			});
		},
		resize: (columns, lineCount) => terminal.resize(columns, lineCount),
		waitFor: (what, timeoutMs = defaultTimeoutMs) =>
			new Promise((resolve, reject) => {
				const found = (): boolean =>
					typeof what === 'string' ? screen().includes(what) : what.test(screen());
				const look = (): void => {
					if (!found()) return;
					changed.delete(look);
					clearTimeout(timer);
					resolve();
				};
				const timer = setTimeout(() => {
					changed.delete(look);
					reject(new Error(`${String(what)} was not seen within ${timeoutMs} ms. The screen:\n${screen()}`));
				}, timeoutMs);
				changed.add(look);
				look();
			}),
		onAnswer: (listener) => {
			terminal.onData(listener);
		},
		dispose: () => terminal.dispose(),
	};
}
