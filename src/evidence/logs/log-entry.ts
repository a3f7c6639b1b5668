/** One entry of a log: its header, in the layouts that OpenIZ and PostgreSQL write, or the lack of one. */
import { openIzStart } from './openiz-entry.ts';
import { postgresStart } from './postgres-entry.ts';

export type EntryStart = {
	readonly layout: 'openiz' | 'postgres' | 'bare';
	/** The time as it was written; null: the header has none. */
	readonly stamp: string | null;
	/** What of one moment belongs together: a thread; null: the line stands for itself. */
	readonly thread: string | null;
	/** The part of the application that wrote it; empty: not told. */
	readonly source: string;
	/** An ordinary entry tells of work, not of trouble. */
	readonly ordinary: boolean;
	/** `FATAL`, `LOG`, in the server's language; null: not PostgreSQL's. */
	readonly severity: string | null;
	/** PostgreSQL's `log_line_prefix`, or the fields before the message; empty elsewhere. */
	readonly prefix: string;
	readonly message: string;
	/** A record of a csvlog, whose quotes may enclose line ends. */
	readonly csv: boolean;
};

/** An exception that was pasted without its header. */
export const bareException = /^\s{0,8}[\w.]+Exception\b.{0,40}?:/;

/** The entry that a line begins; null: it goes on with the one before. */
export function entryStart(line: string, inHeadedEntry: boolean): EntryStart | null {
	return openIzStart(line) ?? postgresStart(line) ?? (inHeadedEntry ? null : bareStart(line));
}

function bareStart(line: string): EntryStart | null {
	if (!bareException.test(line)) return null;
	return {
		...{ layout: 'bare', stamp: null, thread: null, source: '', ordinary: false },
		...{ severity: null, prefix: '', message: line, csv: false },
	};
}
