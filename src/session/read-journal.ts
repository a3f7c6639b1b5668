/** Reading a journal back: every line that can be trusted, and where trust ends. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { journalErrorOf } from './journal-error.ts';
import type { JournalRecord } from './record.ts';
import { isJournalRecord } from './record-shape.ts';

/** Where a journal stops to be what was written. */
export type Damage = {
	/** 1-based: the first line that is not to be trusted; all before it are. */
	readonly line: number;
	/** For a person. */
	readonly what: string;
	/** Only the last line, cut short by a crash or a full disk: what came before is whole, and more can follow. */
	readonly torn: boolean;
};

export type JournalContent = {
	/** All up to the damage, in order. */
	readonly records: readonly JournalRecord[];
	readonly damage: Damage | null;
	/** SHA-256 of the last good line: what the next record's `prev` must be; null: there is none. */
	readonly head: string | null;
	/** Bytes up to the end of the last good line. */
	readonly goodBytes: number;
};

/** SHA-256 of a journal line without its line end, in hex. */
export function lineHash(line: string): string {
	return createHash('sha256').update(line, 'utf8').digest('hex');
}

/**
 * Reads a journal and verifies its chain of hashes. Never throws for what is in the file.
 * @throws JournalError where it cannot be read at all
 */
export async function readJournal(file: string): Promise<JournalContent> {
	try {
		return parseJournal(await readFile(file));
	} catch (error) {
		throw journalErrorOf(error, 'read the journal', file);
	}
}

/** {@link readJournal} on what is already in memory. */
export function parseJournal(bytes: Buffer): JournalContent {
	const records: JournalRecord[] = [];
	let head: string | null = null;
	let start = 0;
	while (start < bytes.length) {
		const newline = bytes.indexOf(0x0a, start);
		const end = newline === -1 ? bytes.length : newline;
		const line = bytes.toString('utf8', start, end);
		const read = recordOf(line, records.at(-1) ?? null, head);
		// Without its line end even a whole record was not finished: the next one would stand in the same line.
		const torn = newline === -1;
		if (typeof read === 'string' || torn) {
			const what = torn ? 'the last line was not finished' : String(read);
			return { records, damage: { line: records.length + 1, what, torn }, head, goodBytes: start };
		}
		records.push(read);
		head = lineHash(line);
		start = end + 1;
	}
	return { records, damage: null, head, goodBytes: start };
}

/** The record of one line, or why it is none. */
function recordOf(line: string, before: JournalRecord | null, head: string | null): JournalRecord | string {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		return 'this is not a record (not JSON)';
	}
	if (!isJournalRecord(value)) {
		return 'this is not a record that this version of kbwizard knows: it is damaged, or a newer one wrote it';
	}
	if (value.prev !== head)
		return 'this line does not follow from the one before it: lines were changed or removed';
	if (value.seq !== (before?.seq ?? 0) + 1) return `record ${value.seq} is out of order`;
	if (before !== null && value.session !== before.session)
		return `this record is of session ${value.session}`;
	return value;
}
