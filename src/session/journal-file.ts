/** The journal as a file: closed to everybody else, written whole or not at all, and as lasting as its folder. */
import {
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fstatSync,
	fsyncSync,
	lstatSync,
	mkdirSync,
	openSync,
	writeSync,
} from 'node:fs';

const appending = constants.O_RDWR | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);

/** Makes a folder that nobody else can look into. */
export function ownFolder(dir: string): void {
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	const stats = lstatSync(dir);
	if (stats.isDirectory() && (stats.mode & 0o077) !== 0) chmodSync(dir, 0o700);
}

/** @throws Error `EEXIST` where there is one of that name */
export function createFile(file: string): number {
	return openSync(file, appending | constants.O_CREAT | constants.O_EXCL, 0o600);
}

/** It may have come from elsewhere, with rights that somebody else's umask left: they are taken away. */
export function reopenFile(file: string): number {
	const fd = openSync(file, appending);
	try {
		if ((fstatSync(fd).mode & 0o077) !== 0) fchmodSync(fd, 0o600);
		return fd;
	} catch (error) {
		closeSync(fd);
		throw error;
	}
}

/** A new file's name is only as durable as its folder. Not every system lets a folder be synchronised. */
export function syncFolder(dir: string): void {
	try {
		const fd = openSync(dir, 'r');
		try {
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
	} catch {
		// Windows does not; the file itself is synchronised by each durable record.
	}
}

/** @throws Error e.g. `ENOSPC`, when a part of it may be in the file already */
export function writeAll(fd: number, bytes: Buffer): void {
	for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}
