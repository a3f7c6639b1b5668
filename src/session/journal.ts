/** Writing the journal: append-only, one line per record, each chained to the one before by its hash. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, readFileSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cleanText } from '../evidence/untrusted.ts';
import { systemCode } from '../system-code.ts';
import { JournalError, journalErrorOf, newerJournal } from './journal-error.ts';
import { createFile, ownFolder, reopenFile, syncFolder, writeAll } from './journal-file.ts';
import { journalLine } from './journal-line.ts';
import { lineHash, parseJournal } from './read-journal.ts';
import type { JournalEntry, JournalRecord, SessionId } from './record.ts';
import { isJournalRecord } from './record-shape.ts';
import { isSessionId, newSessionId } from './session-id.ts';
import { lockSession, type Writer } from './session-lock.ts';

export type AppendOptions = {
	/** Resolve only when it would survive a power cut; default: where it says what was done, and how a session ended. */
	readonly durable?: boolean;
};

/** A session's journal, open for writing. */
export interface Journal {
	readonly session: SessionId;
	readonly file: string;
	/** All records, those from before it was reopened included. */
	readonly records: readonly JournalRecord[];
	/**
	 * Writes one entry, in the order of the calls; it is in the file before this returns. Secrets are removed, except
	 * inside an `inverse`. After an error the journal is as it was before, and can be appended to again.
	 * @throws JournalError (a rejection), e.g. `ENOSPC`
	 */
	append(entry: JournalEntry, options?: AppendOptions): Promise<JournalRecord>;
	/** Gives up the file and the lock; what comes later is rejected. */
	close(): void;
}

export type OpenJournalInput = {
	/** The folder for state, as {@link stateDir} says. */
	readonly stateDir: string;
	readonly writer: Writer;
	readonly clock: () => Date;
	/** Of this program, for what it says of a newer one; absent: it is not said. */
	readonly version?: string;
	/** A session to go on with; absent: a new one. */
	readonly session?: SessionId;
};

/** What was begun, what became of it, and what an end was: that a power cut must not take. */
const lasting: ReadonlySet<JournalEntry['kind']> = new Set([
	'cluster',
	'intent',
	'outcome',
	'lifted',
	'verified',
	'undone',
	'closed',
]);

/** The folder that holds the journals. */
export function sessionsDir(stateDir: string): string {
	return join(stateDir, 'sessions');
}

/** The journal of a session. @throws JournalError where the name is not a session's */
export function journalFile(stateDir: string, session: SessionId): string {
	if (!isSessionId(session)) {
		throw new JournalError(
			'no-such-session',
			`“${cleanText(session, { max: 80 })}” is not the name of a session`,
			['list the sessions there are: kbwizard sessions'],
		);
	}
	return join(sessionsDir(stateDir), `${session}.jsonl`);
}

/**
 * Opens a new session's journal, or goes on with an earlier one. A last line that a crash cut short is dropped, and
 * a note says so; any other damage is refused, for what follows it could not be told from forgery, and so is what a
 * newer version wrote.
 * @throws JournalError
 */
export function openJournal(input: OpenJournalInput): Journal {
	const dir = sessionsDir(input.stateDir);
	try {
		ownFolder(input.stateDir);
		ownFolder(dir);
	} catch (error) {
		throw journalErrorOf(error, 'prepare the folder for journals', dir);
	}
	return input.session === undefined ? createJournal(input) : reopenJournal(input, input.session);
}

function createJournal(input: OpenJournalInput): Journal {
	for (let attempt = 0; ; attempt += 1) {
		const session = newSessionId(input.clock());
		const file = journalFile(input.stateDir, session);
		const lock = () => lockSession(file, input.writer);
		const unlock = lock();
		try {
			const fd = createFile(file);
			syncFolder(dirname(file));
			return new OpenedJournal({
				session,
				file,
				fd,
				lock,
				unlock,
				clock: input.clock,
				records: [],
				head: null,
				size: 0,
			});
		} catch (error) {
			unlock();
			// Two sessions of one second drew the same letters; a few times that is chance.
			if (systemCode(error) === 'EEXIST' && attempt < 5) continue;
			throw journalErrorOf(error, 'create the journal', file);
		}
	}
}

function reopenJournal(input: OpenJournalInput, session: SessionId): Journal {
	const file = journalFile(input.stateDir, session);
	const lock = () => lockSession(file, input.writer);
	const unlock = lock();
	let fd: number | null = null;
	try {
		fd = reopenFile(file);
		const bytes = readFileSync(fd);
		const { records, damage, newer, head, goodBytes } = parseJournal(bytes);
		if (newer !== null) throw newerJournal(file, session, newer, input.version ?? null);
		if (damage !== null && !damage.torn) {
			throw new JournalError(
				'journal-damaged',
				`the journal ${file} is damaged in line ${damage.line}: ${damage.what}`,
				[
					`see what it still says: kbwizard report ${session}`,
					'begin a new session; changes still in force are listed by: kbwizard sessions',
				],
			);
		}
		const foreign = records.find((record) => record.session !== session);
		if (foreign !== undefined) {
			throw new JournalError('journal-damaged', `the journal ${file} is of session ${foreign.session}`, [
				'give the file its own name back, or begin a new session',
			]);
		}
		ftruncateSync(fd, goodBytes);
		const journal = new OpenedJournal({
			session,
			file,
			fd,
			lock,
			unlock,
			clock: input.clock,
			records,
			head,
			size: goodBytes,
		});
		if (damage !== null) {
			journal.write({
				kind: 'note',
				text: `${bytes.length - goodBytes} bytes of an unfinished line were dropped`,
			});
		}
		return journal;
	} catch (error) {
		if (fd !== null) closeSync(fd);
		unlock();
		throw journalErrorOf(error, 'open the journal', file);
	}
}

type OpenState = {
	readonly session: SessionId;
	readonly file: string;
	readonly fd: number;
	readonly lock: () => () => void;
	readonly unlock: () => void;
	readonly clock: () => Date;
	readonly records: readonly JournalRecord[];
	readonly head: string | null;
	/** Bytes of the file, all of them good. */
	readonly size: number;
};

class OpenedJournal implements Journal {
	readonly session: SessionId;
	readonly file: string;
	readonly #state: OpenState;
	readonly #records: JournalRecord[];
	#fd: number;
	#unlock: () => void;
	#head: string | null;
	#size: number;
	#open = true;

	constructor(state: OpenState) {
		this.session = state.session;
		this.file = state.file;
		this.#state = state;
		this.#fd = state.fd;
		this.#unlock = state.unlock;
		this.#records = [...state.records];
		this.#head = state.head;
		this.#size = state.size;
	}

	get records(): readonly JournalRecord[] {
		return this.#records;
	}

	async append(entry: JournalEntry, options: AppendOptions = {}): Promise<JournalRecord> {
		const record = this.write(entry);
		if (options.durable ?? lasting.has(entry.kind)) {
			try {
				fsyncSync(this.#fd);
			} catch (error) {
				throw journalErrorOf(error, 'write the journal', this.file);
			}
		}
		return record;
	}

	/** Synchronous up to the system: nothing is lost when the process ends right after, in whatever way. */
	write(entry: JournalEntry): JournalRecord {
		if (!this.#open) {
			throw new JournalError('journal-closed', `the journal ${this.file} is closed`, ['begin a new session']);
		}
		this.#checkFile();
		const line = journalLine(
			{
				v: 1,
				session: this.session,
				seq: this.#records.length + 1,
				prev: this.#head,
				at: this.#state.clock().toISOString(),
			},
			entry,
		);
		const record: unknown = JSON.parse(line);
		if (!isJournalRecord(record)) {
			throw new JournalError(
				'not-a-record',
				`an entry of kind “${entry.kind}” is not complete and was not written`,
				['this is a mistake of the program: please report it'],
			);
		}
		const bytes = Buffer.from(`${line}\n`, 'utf8');
		this.#writeWhole(bytes);
		this.#size += bytes.length;
		this.#head = lineHash(line);
		this.#records.push(record);
		return record;
	}

	/**
	 * The file must be as it was left. One that was removed is written anew, for what it says of changes is nowhere else;
	 * one that somebody else has written to is left alone.
	 */
	#checkFile(): void {
		const { nlink, size } = fstatSync(this.#fd);
		if (nlink === 0) this.#writeAnew();
		else if (size !== this.#size)
			throw new JournalError(
				'journal-changed',
				`somebody else has changed the journal ${this.file} while it was being written`,
				['nothing more is written to it; what it says is kept', 'begin a new session'],
			);
	}

	#writeAnew(): void {
		const bytes = Buffer.alloc(this.#size);
		readSync(this.#fd, bytes, 0, bytes.length, 0);
		let fd: number | null = null;
		try {
			ownFolder(dirname(this.file));
			this.#unlock();
			this.#unlock = this.#state.lock();
			fd = createFile(this.file);
			writeAll(fd, bytes);
			fsyncSync(fd);
			syncFolder(dirname(this.file));
			closeSync(this.#fd);
			this.#fd = fd;
		} catch (error) {
			if (fd !== null) closeSync(fd);
			throw journalErrorOf(error, 'write again the journal that was removed,', this.file);
		}
		this.write({ kind: 'note', text: 'the journal had been removed, and was written anew' });
	}

	/** All of it or nothing: what a full disk let through of it is taken out again. */
	#writeWhole(bytes: Buffer): void {
		const fd = this.#fd;
		try {
			writeAll(fd, bytes);
		} catch (error) {
			try {
				ftruncateSync(fd, this.#size);
			} catch {
				// Then the line stays torn, which a reader takes for what it is.
				this.close();
			}
			throw journalErrorOf(error, 'write the journal', this.file);
		}
	}

	close(): void {
		if (!this.#open) return;
		this.#open = false;
		closeSync(this.#fd);
		this.#unlock();
	}
}
