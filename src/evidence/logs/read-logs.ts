/** Reads all the logs there are, once for all checks, and tells how far it is. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { cleanText } from '../untrusted.ts';
import { NotALog } from './log-bytes.ts';
import { type FoundLogs, type PathProblem, problemAt, whyUnreadable } from './log-paths.ts';
import { type LogScan, type ScanOptions, scanLog } from './scan-log.ts';

export type ReadLogs = {
	readonly scans: readonly LogScan[];
	/** Why some files were not read. */
	readonly skipped: readonly PathProblem[];
	/** Something of what was asked for could not be read: then nothing may be called “never”. */
	readonly incomplete: boolean;
};

export type ReadLogsOptions = Omit<ScanOptions, 'atMost' | 'onProgress'> & {
	/** What to show while it takes long; empty: it is over. */
	readonly onProgress?: (text: string) => void;
};

type Known = { readonly key: string; readonly scan: LogScan };

/** Scans that stay true as long as their file is as it was. */
export type ScanCache = Map<string, Known>;

export async function readLogs(
	{ files, problems }: FoundLogs,
	cache: ScanCache,
	options: ReadLogsOptions,
): Promise<ReadLogs> {
	const scans: LogScan[] = [];
	const skipped: PathProblem[] = [...problems];
	const skip = (path: string, why: string, beside: boolean) => {
		skipped.push({ ...problemAt(path, why), ...(beside ? { beside } : {}) });
	};
	const sizes = await Promise.all(files.map(({ path, atMost }) => sizeToRead(path, atMost)));
	const progress = new ReadProgress(
		sizes.reduce((total, size) => total + size, 0),
		options.onProgress,
	);
	try {
		for (const { path, named, atMost } of files) {
			progress.file = path;
			try {
				const scan = await scanned(path, atMost, cache, options, progress);
				const isLog = scan.application + scan.server > 0;
				if (isLog || options.patterns.size > 0) scans.push(scan);
				if (!isLog) skip(path, 'no line of it is a log entry of OpenIZ or PostgreSQL', !named);
			} catch (error) {
				options.signal.throwIfAborted();
				skip(path, whyUnreadable(error), !named && error instanceof NotALog);
			}
		}
	} finally {
		progress.end();
	}
	for (const path of cache.keys()) if (!files.some((file) => file.path === path)) cache.delete(path);
	return { scans, skipped, incomplete: skipped.some(({ beside }) => beside === undefined) };
}

async function scanned(
	path: string,
	atMost: number | null,
	cache: ScanCache,
	options: ReadLogsOptions,
	progress: ReadProgress,
): Promise<LogScan> {
	const { patterns, serverZone, signal } = options;
	const stats = await stat(path);
	const key = [stats.ino, stats.size, stats.mtimeMs, patterns.size, serverZone].join(' ');
	const known = cache.get(path);
	if (known?.key === key) {
		progress.add(atMost === null ? stats.size : Math.min(stats.size, atMost));
		return known.scan;
	}
	const onProgress = (bytes: number) => progress.add(bytes);
	const scan = await scanLog(path, { patterns, serverZone, signal, atMost, onProgress });
	cache.set(path, { key, scan });
	return scan;
}

async function sizeToRead(path: string, atMost: number | null): Promise<number> {
	const size = await stat(path).then(
		(stats) => (stats.isFile() ? stats.size : 0),
		() => 0,
	);
	return atMost === null ? size : Math.min(size, atMost);
}

/** Before this many milliseconds nobody wonders. */
const quietMs = 400;
const everyMs = 200;
const barLength = 20;

class ReadProgress {
	readonly #total: number;
	readonly #say: ((text: string) => void) | undefined;
	readonly #began = performance.now();
	#said = 0;
	#done = 0;
	file = '';

	constructor(total: number, say: ((text: string) => void) | undefined) {
		this.#total = total;
		this.#say = say;
	}

	add(bytes: number): void {
		this.#done += bytes;
		const now = performance.now();
		if (now - this.#began < quietMs || now - this.#said < everyMs) return;
		this.#said = now;
		const share = Math.min(1, this.#done / Math.max(1, this.#total));
		const full = Math.round(share * barLength);
		const bar = `[${'#'.repeat(full)}${'-'.repeat(barLength - full)}]`;
		const name = cleanText(basename(this.file), { max: 60 });
		this.#say?.(
			`${bar} ${Math.floor(share * 100)} %, ${megabytes(this.#done)} of ${megabytes(this.#total)} MB: ${name}`,
		);
	}

	end(): void {
		if (this.#said > 0) this.#say?.('');
	}
}

function megabytes(bytes: number): string {
	return String(Math.round(bytes / 1_000_000));
}
