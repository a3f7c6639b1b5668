/** One process writes a session at a time. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { systemCode } from '../system-code.ts';
import { JournalError, journalErrorOf } from './journal-error.ts';

/** The process that wants to write. */
export type Writer = {
	readonly pid: number;
	/** The machine's name: a pid says nothing about another machine that shares the folder. */
	readonly host: string;
	/** Whether a process of this machine is alive. */
	readonly isAlive: (pid: number) => boolean;
};

type Holder = { readonly pid: number; readonly host: string; readonly started: string | null };

/**
 * Takes the lock of a journal, over from a holder that is dead if need be. Returns what gives it back.
 * @throws JournalError `session-in-use` where another process is writing
 */
export function lockSession(journalFile: string, writer: Writer): () => void {
	const lock = lockFileOf(journalFile);
	const mine: Holder = { pid: writer.pid, host: writer.host, started: startOf(writer.pid) };
	const text = JSON.stringify(mine);
	try {
		// Twice: once more after a dead holder's lock was cleared away.
		if (!create(lock, text)) {
			clearAbandoned(lock, journalFile, writer);
			if (!create(lock, text)) throw inUse(lock, journalFile, holderOf(lock));
		}
	} catch (error) {
		throw journalErrorOf(error, 'lock the journal', journalFile);
	}
	return () => {
		// Only what is still ours: somebody may have been told to remove the file by hand, and begun anew.
		if (textOf(lock) === text) rmSync(lock, { force: true });
	};
}

/** Whether another process, or this one, is writing the journal now; where that cannot be told, it is not. */
export function isInUse(journalFile: string, writer: Omit<Writer, 'pid'>): boolean {
	try {
		const holder = holderOf(lockFileOf(journalFile));
		return holder !== null && isHeld(holder, writer);
	} catch {
		return false;
	}
}

function lockFileOf(journalFile: string): string {
	return journalFile.replace(/\.jsonl$/, '.lock');
}

/** False where it is there already. */
function create(lock: string, text: string): boolean {
	try {
		writeFileSync(lock, text, { flag: 'wx', mode: 0o600 });
		return true;
	} catch (error) {
		if (systemCode(error) === 'EEXIST') return false;
		throw error;
	}
}

/**
 * Moves a dead holder's lock out of the way. Two processes may try at once: moving is atomic, and whoever moved the
 * other's new lock by mistake puts it back.
 */
function clearAbandoned(lock: string, journalFile: string, writer: Writer): void {
	const judged = textOf(lock);
	if (judged === null) return;
	const holder = parseHolder(judged);
	if (holder === null || isHeld(holder, writer)) throw inUse(lock, journalFile, holder);
	const aside = `${lock}.${writer.pid}`;
	renameSync(lock, aside);
	try {
		if (textOf(aside) !== judged) {
			linkSync(aside, lock);
			throw inUse(lock, journalFile, holderOf(lock));
		}
	} finally {
		rmSync(aside, { force: true });
	}
}

function isHeld(holder: Holder, writer: Omit<Writer, 'pid'>): boolean {
	if (holder.host !== writer.host) return true;
	if (!writer.isAlive(holder.pid)) return false;
	// The same number may be another process by now.
	const started = startOf(holder.pid);
	return holder.started === null || started === null || holder.started === started;
}

function inUse(lock: string, journalFile: string, holder: Holder | null): JournalError {
	const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`;
	return new JournalError('session-in-use', `${who} is writing the journal ${journalFile}`, [
		'end the other kbwizard, or wait until it is done',
		`if none is running any more, remove ${lock} and try again`,
	]);
}

function holderOf(lock: string): Holder | null {
	const text = textOf(lock);
	return text === null ? null : parseHolder(text);
}

/** Null where it is gone. */
function textOf(file: string): string | null {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return null;
		throw error;
	}
}

function parseHolder(text: string): Holder | null {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return null;
	}
	if (typeof value !== 'object' || value === null) return null;
	if (!('pid' in value) || !('host' in value) || !('started' in value)) return null;
	const { pid, host, started } = value;
	if (typeof pid !== 'number' || typeof host !== 'string') return null;
	return { pid, host, started: typeof started === 'string' ? started : null };
}

/** When a process started, in ticks since boot (field 22 of /proc/PID/stat); null where that is not told. */
function startOf(pid: number): string | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
		// The name stands in brackets and may hold blanks and brackets itself.
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
	} catch {
		return null;
	}
}
