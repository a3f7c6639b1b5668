/** Which files `--log PATH` means: one file, all that match a glob, or the logs of a folder. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cleanText } from '../untrusted.ts';

export type LogFile = {
	readonly path: string;
	/** Given by its own name: then it is missed when it cannot be read. */
	readonly named: boolean;
};

/** A path that leads to no log; `why` is for a person and names it. */
export type PathProblem = { readonly path: string; readonly why: string };

export type FoundLogs = { readonly files: readonly LogFile[]; readonly problems: readonly PathProblem[] };

/** A folder may hold years of logs: the newest names count. */
const mostFiles = 500;

/** Names of logs in a folder, also when they were rotated (`postgresql.log.1`, `openiz.log-20190228`). */
const logName = /\.(?:log|txt|csv|json)(?:[.-]\d+)*$/i;

/** Resolves what was given on the command line, each file once. Never throws: what cannot be found is a problem. */
export async function findLogs(paths: readonly string[]): Promise<FoundLogs> {
	const files = new Map<string, LogFile>();
	const problems: PathProblem[] = [];
	for (const path of paths) {
		try {
			for (const file of await resolve(path)) {
				files.set(file.path, {
					path: file.path,
					named: file.named || (files.get(file.path)?.named ?? false),
				});
			}
		} catch (error) {
			problems.push({ path, why: `${cleanText(path, { max: 300 })}: ${whyUnreadable(error)}` });
		}
	}
	return { files: [...files.values()], problems };
}

async function resolve(path: string): Promise<readonly LogFile[]> {
	// What exists under that very name is no glob, whatever characters are in it.
	const found = await kindOf(path);
	if (found === 'file') return [{ path, named: true }];
	if (found === 'folder') {
		const names = (await readdir(path)).filter((name) => logName.test(name));
		if (names.length === 0) throw new Error('no log is in this folder (no *.log, *.txt, *.csv, *.json)');
		return newest(names.map((name) => join(path, name)));
	}
	if (found === 'other') throw new Error('this is neither a file nor a folder');
	if (!/[*?]/.test(path)) throw new Error('no such file or folder');
	const matches = await expand(path);
	if (matches.length === 0) throw new Error('no file matches');
	return newest(matches);
}

function newest(paths: readonly string[]): readonly LogFile[] {
	return [...paths]
		.sort()
		.slice(-mostFiles)
		.map((path) => ({ path, named: false }));
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | null> {
	try {
		const stats = await stat(path);
		return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
	} catch (error) {
		if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
			return null;
		throw error;
	}
}

/** Files that a glob matches; `*` and `?` stand in any part of the path, and not for a separator. */
async function expand(pattern: string): Promise<readonly string[]> {
	const parent = dirname(pattern);
	const folders = /[*?]/.test(parent) ? await expandAny(parent) : [parent];
	const matches: string[] = [];
	for (const folder of folders) matches.push(...(await matching(folder, basename(pattern))));
	const kinds = await Promise.all(matches.map(async (path) => ({ path, kind: await kindOf(path) })));
	return kinds.filter(({ kind }) => kind === 'file').map(({ path }) => path);
}

async function expandAny(pattern: string): Promise<readonly string[]> {
	const parent = dirname(pattern);
	const folders = /[*?]/.test(parent) ? await expandAny(parent) : [parent];
	const matches: string[] = [];
	for (const folder of folders) matches.push(...(await matching(folder, basename(pattern))));
	return matches;
}

async function matching(folder: string, pattern: string): Promise<readonly string[]> {
	// Runs of `*` are one: this keeps the pattern's time in the order of the name's length.
	const source = pattern
		.replace(/\*+/g, '*')
		.replace(/[.+^${}()|[\]\\]/g, '\\$&')
		.replace(/\*/g, '.*')
		.replace(/\?/g, '.');
	const name = new RegExp(`^${source}$`, 's');
	try {
		return (await readdir(folder)).filter((entry) => name.test(entry)).map((entry) => join(folder, entry));
	} catch {
		// A file, or a folder that may not be listed, holds no match.
		return [];
	}
}

/** The reason of a system error, or of our own, for a person. */
export function whyUnreadable(error: unknown): string {
	const code = error instanceof Error && 'code' in error ? error.code : null;
	switch (code) {
		case 'ENOENT':
			return 'no such file: it vanished before it could be read';
		case 'EACCES':
		case 'EPERM':
			return 'permission denied: run as a user that may read it, or copy it';
		case 'EISDIR':
			return 'this is a folder';
		case 'EBUSY':
			return 'another process holds it locked: copy it, and give the copy';
		default:
			return cleanText(error instanceof Error ? error.message : String(error), { max: 300 });
	}
}
