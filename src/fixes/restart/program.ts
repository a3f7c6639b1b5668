/** A program to run: never by a shell, with an environment of its own. */

export type Program = {
	readonly file: string;
	readonly args: readonly string[];
	/** Whom it runs as; null: as ourselves. */
	readonly user: { readonly uid: number; readonly gid: number } | null;
	/** All of its environment; null: a plain one (on Windows ours, without which nothing is found there). */
	readonly environment: Readonly<Record<string, string>> | null;
	/** Its output is read; the one that starts a server must not have our pipes, which the server would keep. */
	readonly says: boolean;
};

/** One word for a POSIX shell: as it is where nothing in it means anything there. */
export function shellWord(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** As a person would type it. */
export function asTyped({ file, args }: Program): string {
	return [file, ...args].map(shellWord).join(' ');
}
