/** What goes wrong with a journal, told to a person. */
import { ownFailure } from '../machine/own-failure.ts';
import type { Failure } from '../machine/ports.ts';
import { systemCode } from '../system-code.ts';

/** The journal could not be opened, written or read; `failure` says on which file, and what to do. */
export class JournalError extends Error {
	readonly failure: Failure;
	constructor(code: string, message: string, next: readonly string[]) {
		super(message);
		this.name = 'JournalError';
		this.failure = ownFailure(code, message, next);
	}
}

/** A system error on a file or folder of the journal, with what helps against it. */
export function journalErrorOf(error: unknown, doing: string, path: string): JournalError {
	if (error instanceof JournalError) return error;
	const code = systemCode(error) ?? 'journal-failed';
	const reason = reasons[code];
	return new JournalError(
		code,
		`could not ${doing} ${path}: ${reason?.what ?? (error instanceof Error ? error.message : code)}`,
		[
			...(reason === undefined ? [] : [reason.next]),
			'or keep the journal elsewhere: set XDG_STATE_HOME to a folder that you can write to',
		],
	);
}

/** A newer version wrote it: what there is of it is kept as it is. @param ours of this program; null: it is not said */
export function newerJournal(
	file: string,
	session: string,
	{ line, version }: { readonly line: number; readonly version: string | null },
	ours: string | null,
): JournalError {
	const wrote = version === null ? 'a newer kbwizard' : `kbwizard ${version}`;
	const is = ours === null ? '' : ` (this is ${ours})`;
	return new JournalError(
		'newer-journal',
		`${wrote} wrote the journal ${file}, and from line ${line} on this version does not know what it says${is}`,
		[
			'use that version, or a later one, to go on with it or to take back what it changed: nothing was touched here',
			`what this version understands of it: kbwizard report ${session}`,
		],
	);
}

const noRoom = {
	what: 'the disk is full',
	next: 'free some space there, then try again; what was written before is kept',
};
const noRight = {
	what: 'permission denied',
	next: 'make the folder yours and writable to you, or run as the user that it belongs to',
};
const readOnly = { what: 'the file system is read-only', next: 'remount it writable' };
const inTheWay = { what: 'something that is not a folder is in the way', next: 'move that file aside' };

const reasons: Readonly<Record<string, { readonly what: string; readonly next: string }>> = {
	ENOSPC: noRoom,
	EFBIG: {
		what: 'the file would be larger than is allowed here',
		next: 'raise the limit on the size of files (ulimit -f)',
	},
	EDQUOT: { what: 'the disk quota is used up', next: noRoom.next },
	EACCES: noRight,
	EPERM: noRight,
	EROFS: readOnly,
	ENOTDIR: inTheWay,
	EEXIST: inTheWay,
	EISDIR: { what: 'a folder stands where the file should be', next: 'move that folder aside' },
	ELOOP: { what: 'it is a symbolic link', next: 'remove the link: a journal is always a file of its own' },
	ENOENT: { what: 'it does not exist', next: 'list the sessions there are: kbwizard sessions' },
};
