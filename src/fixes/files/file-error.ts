/** What goes wrong with a file that is to be changed, told to a person. */
import { cleanText } from '../../evidence/untrusted.ts';
import { ownFailure } from '../../machine/own-failure.ts';
import type { Failure } from '../../machine/ports.ts';
import { systemCode } from '../../system-code.ts';

/** The file could not be read or written, and is as it was (but for the code `torn`); `failure` says why, and what to do. */
export class FileError extends Error {
	readonly failure: Failure;
	constructor(code: string, message: string, next: readonly string[]) {
		super(message);
		this.name = 'FileError';
		this.failure = ownFailure(code, message, next);
	}
}

/** A system error on a file, with what helps against it. @param doing `read`, `replace`, … */
export function fileErrorOf(error: unknown, doing: string, path: string): FileError {
	if (error instanceof FileError) return error;
	const code = systemCode(error) ?? 'file-failed';
	const reason = reasons[code];
	const what = reason?.what ?? cleanText(error instanceof Error ? error.message : code);
	return new FileError(code, `could not ${doing} ${shownPath(path)}: ${what}`, [
		reason?.next ?? 'see what is the matter with the file, then make a new plan',
	]);
}

/** A path as it may be printed. */
export function shownPath(path: string): string {
	return cleanText(path, { max: 1000 });
}

const noRoom = {
	what: 'the disk is full',
	next: 'free some space there, then make a new plan; the file is as it was',
};
const noRight = {
	what: 'permission denied',
	next: 'run as the user that the file and its folder belong to (on Windows: as administrator)',
};

const reasons: Readonly<Record<string, { readonly what: string; readonly next: string }>> = {
	ENOSPC: noRoom,
	EDQUOT: { what: 'the disk quota is used up', next: noRoom.next },
	EFBIG: {
		what: 'the file would be larger than is allowed here',
		next: 'raise the limit on the size of files (ulimit -f); the file is as it was',
	},
	EACCES: noRight,
	EPERM: noRight,
	EROFS: { what: 'the file system is read-only', next: 'remount it writable' },
	ENOENT: { what: 'there is no such file', next: 'give the path of the file as it is on this machine' },
	ENOTDIR: { what: 'a part of the path is not a folder', next: 'give the path of the file' },
	EISDIR: { what: 'it is a folder', next: 'give the file in it' },
	ELOOP: { what: 'its symbolic links lead in a circle', next: 'give the path of the file itself' },
	EBUSY: { what: 'another program holds it locked', next: 'end that program, then make a new plan' },
};
