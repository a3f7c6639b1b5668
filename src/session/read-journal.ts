/** Reading a journal back: every line that can be trusted, and where trust ends. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { cleanText } from '../evidence/untrusted.ts';
import { journalErrorOf } from './journal-error.ts';
import { harmless } from './journal-line.ts';
import type { JournalRecord } from './record.ts';
import { isEnvelope, isJournalRecord, isKnownKind } from './record-shape.ts';

/** Where a journal stops to be what was written. */
export type Damage = {
	/** 1-based: the first line that does not follow from those before it. */
	readonly line: number;
	/** The line before it is not what was written there either: whoever takes it for evidence leaves it out. */
	readonly lineBeforeChanged: boolean;
	/** For a person. */
	readonly what: string;
	/** Only the last line, cut short by a crash or a full disk: what came before is whole, and more can follow. */
	readonly torn: boolean;
};

/** A newer version of kbwizard has written here, and this one does not know all of what it says. */
export type Newer = {
	/** 1-based: the first line that is not understood. */
	readonly line: number;
	/** Of the program that wrote it; null: it does not say. */
	readonly version: string | null;
};

export type JournalContent = {
	/** All that are understood, in order: up to the damage, and up to a line that must not be passed over. */
	readonly records: readonly JournalRecord[];
	readonly damage: Damage | null;
	/** Null: all of it is understood. What is there is kept, told as far as it goes, and never written to. */
	readonly newer: Newer | null;
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
	let chain: Chain | null = null;
	let newer: Newer | null = null;
	let start = 0;
	for (let number = 1; start < bytes.length; number += 1) {
		const newline = bytes.indexOf(0x0a, start);
		const end = newline === -1 ? bytes.length : newline;
		const line = bytes.toString('utf8', start, end);
		const so = { records, head: chain?.head ?? null, goodBytes: start };
		// Without its line end even a whole record was not finished: the next one would stand in the same line.
		if (newline === -1)
			return {
				...so,
				newer,
				damage: {
					line: number,
					what: 'the last line was not finished',
					torn: true,
					lineBeforeChanged: false,
				},
			};
		const read = readLine(line, chain);
		switch (read.is) {
			case 'damaged':
				return {
					...so,
					newer,
					damage: { line: number, what: read.what, torn: false, lineBeforeChanged: read.lineBeforeChanged },
				};
			case 'not for us':
				return {
					...so,
					damage: null,
					newer: newer ?? { line: number, version: writerOf(records, read.version) },
				};
			case 'passed over':
				newer ??= { line: number, version: writerOf(records, null) };
				break;
			case 'record':
				records.push(read.record);
		}
		chain = { head: lineHash(line), seq: read.seq, session: read.session };
		start = end + 1;
	}
	return { records, damage: null, newer, head: chain?.head ?? null, goodBytes: start };
}

/** The line before, as the next one must know it. */
type Chain = { readonly head: string; readonly seq: number; readonly session: string };

type Line =
	| (Omit<Chain, 'head'> & { readonly is: 'record'; readonly record: JournalRecord })
	/** Whole, and of a kind that was added later: an older reader may pass over it. */
	| (Omit<Chain, 'head'> & { readonly is: 'passed over' })
	/** Of a format that an older reader must not pass over. */
	| { readonly is: 'not for us'; readonly version: string | null }
	| { readonly is: 'damaged'; readonly what: string; readonly lineBeforeChanged: boolean };

function readLine(line: string, before: Chain | null): Line {
	const damaged = (what: string, lineBeforeChanged = false): Line => ({
		is: 'damaged',
		what,
		lineBeforeChanged,
	});
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		return damaged('this is not a record (not JSON)');
	}
	if (isOfLaterFormat(value)) return { is: 'not for us', version: toolVersion(value) };
	if (!isEnvelope(value) || value.v !== 1) return damaged('this is not a record');
	const { seq, session } = value;
	if (value.prev !== (before?.head ?? null)) {
		// The next number, after a text that is not the one it was numbered after: nothing was removed.
		return before !== null && seq === before.seq + 1
			? damaged('the line before this one was changed after it was written', true)
			: damaged('this line does not follow from the one before it: lines were changed or removed');
	}
	if (seq !== (before?.seq ?? 0) + 1) return damaged(`record ${seq} is out of order`);
	if (before !== null && session !== before.session)
		return damaged(`this record is of session ${cleanText(session, { max: 80 })}`);
	if (!isKnownKind(value.kind)) return { is: 'passed over', seq, session };
	const record = harmless(value);
	if (!isJournalRecord(record))
		return damaged(
			'this is not a record that this version of kbwizard knows: it is damaged, or a newer one wrote it',
		);
	return { is: 'record', record, seq, session };
}

function isOfLaterFormat(value: unknown): value is object {
	return (
		typeof value === 'object' && value !== null && 'v' in value && typeof value.v === 'number' && value.v > 1
	);
}

/** As a first record of any format says it, if it does. */
function toolVersion(value: object): string | null {
	if (!('tool' in value) || typeof value.tool !== 'object' || value.tool === null) return null;
	return 'version' in value.tool && typeof value.tool.version === 'string'
		? shownVersion(value.tool.version)
		: null;
}

function writerOf(records: readonly JournalRecord[], said: string | null): string | null {
	const told = records.findLast((record) => record.kind === 'opened' || record.kind === 'resumed');
	return said ?? (told === undefined ? null : shownVersion(told.tool.version));
}

const shownVersion = (version: string): string => cleanText(version, { max: 40 });
