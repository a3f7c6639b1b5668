/** Which files `--log PATH` means: one file, all that match a glob, or the logs of a folder. */
import { glob, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../system-code.ts';
import { cleanText } from '../untrusted.ts';

export type LogFile = {
	readonly path: string;
	/** Given by its own name: then it is missed when it cannot be read. */
	readonly named: boolean;
	/** Read at most this many bytes, the last ones; null: all of it. */
	readonly atMost: number | null;
};

/** A path that leads to no log; `why` is for a person and names it. */
export type PathProblem = {
	readonly path: string;
	readonly why: string;
	/** In a folder or a glob lay a file that is no log: nobody asked for that one. */
	readonly beside?: true;
	/** The GRANT that would help; absent: none would. */
	readonly grant?: string;
};

export type FoundLogs = { readonly files: readonly LogFile[]; readonly problems: readonly PathProblem[] };

/** A folder may hold years of logs: those written last count. */
const mostFiles = 500;
/** Matches of a glob that are looked at: `/**` leads through a whole disk. */
const mostMatches = 50_000;

/**
 * Names of logs in a folder, also when they were rotated and packed: `postgresql.log.1`, `openiz.log-20190228.gz`,
 * `postgresql.log.2026-11-22-13`, `openiz.1.log`.
 */
const logName = /\.(?:log|txt|csv|json)(?:[.-]\d+)*(?:\.gz)?$/i;

export function isLogName(name: string): boolean {
	return logName.test(name);
}

/** Whether a path that is not there as such is meant to stand for several. */
export function isGlob(path: string): boolean {
	return /[*?[{]/.test(path);
}

/** Resolves what was given on the command line, each file once. Never throws: what cannot be found is a problem. */
export async function findLogs(paths: readonly string[]): Promise<FoundLogs> {
	const files = new Map<string, LogFile>();
	const problems: PathProblem[] = [];
	for (const path of paths) {
		try {
			for (const file of await resolve(path)) {
				files.set(file.path, { ...file, named: file.named || (files.get(file.path)?.named ?? false) });
			}
		} catch (error) {
			problems.push(problemAt(path, whyUnreadable(error)));
		}
	}
	return { files: [...files.values()], problems };
}

export function problemAt(path: string, why: string): PathProblem {
	return { path, why: `${cleanText(path, { max: 300 })}: ${why}` };
}

/** Why a path given with `--log` leads to nothing; null: something is there. */
export async function whyNothingThere(path: string): Promise<string | null> {
	try {
		if ((await kindOf(path)) !== null) return null;
		if (!isGlob(path)) return 'there is no such file or folder';
		for await (const match of glob(path)) if ((await kindOf(match)) === 'file') return null;
		return 'no file matches';
	} catch {
		// It is there in some way: why it cannot be read is a finding.
		return null;
	}
}

async function resolve(path: string): Promise<readonly LogFile[]> {
	// What exists under that very name is no glob, whatever characters are in it.
	const found = await kindOf(path);
	if (found === 'file') return [{ path, named: true, atMost: null }];
	if (found === 'folder') {
		const names = (await readdir(path)).filter(isLogName);
		if (names.length === 0) throw new Error('no log is in this folder (no *.log, *.txt, *.csv, *.json)');
		return newestOf(names.map((name) => join(path, name)));
	}
	if (found === 'other') throw new Error('this is neither a file nor a folder');
	if (!isGlob(path)) throw new Error('there is no such file or folder');
	const matches: string[] = [];
	for await (const match of glob(path)) {
		matches.push(match);
		if (matches.length >= mostMatches) break;
	}
	const files = await newestOf(matches);
	if (files.length === 0) throw new Error('no file matches');
	return files;
}

/** The regular files among these that were written last, oldest first. */
export async function newestOf(paths: readonly string[], most = mostFiles): Promise<readonly LogFile[]> {
	const files: { readonly path: string; readonly mtimeMs: number }[] = [];
	for (const path of paths) {
		// What vanished since it was listed, or may not be looked at, is told when it is read.
		const stats = await stat(path).catch(() => null);
		if (stats === null || stats.isFile()) files.push({ path, mtimeMs: stats?.mtimeMs ?? 0 });
	}
	return files
		.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.path < b.path ? -1 : 1))
		.slice(-most)
		.map(({ path }) => ({ path, named: false, atMost: null }));
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | null> {
	try {
		const stats = await stat(path);
		return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
	} catch (error) {
		const code = systemCode(error);
		if (code === 'ENOENT' || code === 'ENOTDIR') return null;
		throw error;
	}
}

/** The reason of a system error, or of our own, for a person. */
export function whyUnreadable(error: unknown): string {
	switch (systemCode(error)) {
		case 'ENOENT':
			return 'no such file: it vanished before it could be read';
		case 'EACCES':
		case 'EPERM':
			return 'permission denied: run as a user that may read it, or copy it';
		case 'EISDIR':
			return 'this is a folder';
		case 'EBUSY':
			return 'another process holds it locked: copy it, and give the copy';
		case 'EIO':
		case 'ESTALE':
			return 'its disk or network share failed while it was read';
		default:
			return cleanText(error instanceof Error ? error.message : String(error), { max: 300 });
	}
}
