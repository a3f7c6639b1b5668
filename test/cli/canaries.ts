/** What must never be seen again once it went in: each with where it was planted, so that a failure names it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Canary = { readonly text: string; readonly where: string };

/** Hatches canaries: words that stand nowhere else. */
export class Canaries {
	readonly #all: Canary[] = [];

	get all(): readonly Canary[] {
		return this.#all;
	}

	/** @param where as in `the password of the URI` */
	plant(where: string): string {
		const text = `Zq${String(this.#all.length + 1).padStart(2, '0')}canary`;
		this.#all.push({ text, where });
		return text;
	}

	/** Of digits only, as a national id or a telephone number is. */
	plantNumber(where: string): string {
		const text = `7319${String(this.#all.length + 1).padStart(2, '0')}845162`;
		this.#all.push({ text, where });
		return text;
	}
}

/** Whatever was seen, by what it is called. */
export type Seen = ReadonlyMap<string, string>;

/** The canaries that were seen, with where they came from, where they went to, and what stands around them. */
export function escaped(canaries: readonly Canary[], seen: Seen): readonly string[] {
	return canaries.flatMap(({ text, where }) =>
		[...seen].flatMap(([what, content]) => {
			const at = content.indexOf(text);
			return at < 0
				? []
				: [`${where} (${text}) in ${what}: …${content.slice(Math.max(0, at - 120), at + 60)}…`];
		}),
	);
}

/** Every file below a folder, by its path. */
export function filesBelow(folder: string): Seen {
	const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
	return new Map(
		entries
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name))
			.map((path) => [path, readFileSync(path, 'latin1')]),
	);
}

/** The command lines of this machine's processes, while they run; empty where there is no /proc. */
export class CommandLines {
	readonly #seen = new Map<string, string>();
	readonly #timer: NodeJS.Timeout;

	/** @param except of whom they are not read: they were started with what is looked for */
	constructor(except: ReadonlySet<number>) {
		this.#timer = setInterval(() => this.#look(except), 20);
	}

	#look(except: ReadonlySet<number>): void {
		let pids: readonly string[] = [];
		try {
			pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
		} catch {
			return;
		}
		for (const pid of pids) {
			if (except.has(Number(pid))) continue;
			try {
				const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
				this.#seen.set(`the command line of process ${pid}: ${line.slice(0, 80)}`, line);
			} catch {
				// It is over.
			}
		}
	}

	/** What was seen. */
	end(): Seen {
		clearInterval(this.#timer);
		return this.#seen;
	}
}
