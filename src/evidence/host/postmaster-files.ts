/** The two files that a running server keeps in its data folder, as text. */

export type PidFile = {
	readonly pid: number;
	readonly dataDir: string;
	/** Seconds since 1970. */
	readonly startedAt: number;
	/** Null: the server has not come so far. */
	readonly port: number | null;
};

/** `postmaster.pid`; null: it is not one. */
export function readPidFile(text: string): PidFile | null {
	const [pid = '', dataDir = '', startedAt = '', port = ''] = text.split(/\r?\n/);
	const number = (line: string) => (/^\s*\d+\s*$/.test(line) ? Number(line) : null);
	const known = { pid: number(pid), startedAt: number(startedAt) };
	if (known.pid === null || known.pid < 2 || known.startedAt === null || dataDir === '') return null;
	return { pid: known.pid, dataDir, startedAt: known.startedAt, port: number(port) };
}

export type StartOptions = {
	/** The program, with its folder. */
	readonly program: string;
	/** What it was started with, its data folder (`-D`) left out. */
	readonly options: readonly string[];
};

/**
 * `postmaster.opts`: the program, then its arguments in double quotes, with nothing escaped in them.
 * @returns null where it cannot be read without doubt
 */
export function readStartOptions(text: string): StartOptions | null {
	const line = text.replace(/\r?\n$/, '');
	const match = /^(.+?)((?: "[^"\r\n]*")*)$/.exec(line);
	const [, program, quoted = ''] = match ?? [];
	if (program === undefined || program.includes('"')) return null;
	const all = [...quoted.matchAll(/ "([^"]*)"/g)].map(([, argument = '']) => argument);
	const options: string[] = [];
	for (let index = 0; index < all.length; index += 1) {
		const argument = all[index] ?? '';
		if (argument === '-D') index += 1;
		else if (!argument.startsWith('-D')) options.push(argument);
	}
	return { program, options };
}
