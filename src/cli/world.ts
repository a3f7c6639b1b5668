/** What a command knows of the process it runs in; only `main.ts` touches the process itself. */
import type { ReadStream } from 'node:tty';

export interface Output {
	/** Resolves when it was handed over; a reader that has gone away is no error. */
	write(text: string): Promise<void>;
	readonly isTerminal: boolean;
}

export type World = {
	readonly stdout: Output;
	readonly stderr: Output;
	readonly stdin: {
		readonly isTerminal: boolean;
		/** Asks for a line that is not shown. @throws CancelledError on Ctrl-C */
		askSecret(prompt: string): Promise<string>;
		/** Asks for a line. An end of the input is an empty one. */
		ask(prompt: string): Promise<string>;
		/** All of it up to its end, or up to so many characters. */
		readAll(atMost: number): Promise<string>;
	};
	/** The terminal itself, for screens; null: there is none on both ends. */
	readonly terminal: { readonly input: ReadStream; readonly output: NodeJS.WriteStream } | null;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly platform: NodeJS.Platform;
	readonly home: string;
	/** The operating system's user. */
	readonly user: string;
	readonly hostname: string;
	readonly pid: number;
	/** Whether a process of this machine is alive. */
	readonly isAlive: (pid: number) => boolean;
	/** The shipped articles. */
	readonly contentDir: string;
	/** What the build made of them, `dist/articles.json`; it need not be there. */
	readonly builtArticles: URL;
	readonly version: string;
	/** False when it is not a terminal, under NO_COLOR, `--no-color` or TERM=dumb. */
	readonly color: boolean;
	/** Whether a line on standard error may be written over: the same of it. */
	readonly redraws: boolean;
	/** Aborted by a signal; its reason is a `CancelledError`. */
	readonly signal: AbortSignal;
	readonly now: () => Date;
};
