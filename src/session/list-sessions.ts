/** The sessions of this machine. */
import { readdir } from 'node:fs/promises';
import type { ServerIdentity } from '../machine/ports.ts';
import { systemCode } from '../system-code.ts';
import { type ChangeInForce, changesInForce } from './in-force.ts';
import { journalFile, sessionsDir } from './journal.ts';
import { journalErrorOf } from './journal-error.ts';
import { type Damage, type Newer, readJournal } from './read-journal.ts';
import type { JournalRecord, RecordOf, SessionId } from './record.ts';
import { isSessionId } from './session-id.ts';

export type SessionSummary = {
	readonly session: SessionId;
	readonly file: string;
	/** Null: it broke off before it began. */
	readonly opened: RecordOf<'opened'> | null;
	/** How it ended last; null: it was not closed since it was begun or resumed: it runs still, or ended in a crash. */
	readonly closed: RecordOf<'closed'> | null;
	/** The server as it was first reached: a fence moves the session to another database for a moment. Null: none was. */
	readonly server: ServerIdentity | null;
	readonly records: readonly JournalRecord[];
	readonly damage: Damage | null;
	/** Null: this version understands all of it. */
	readonly newer: Newer | null;
	/** Its changes that no session has taken back, the newest first. */
	readonly inForce: readonly ChangeInForce[];
};

/**
 * All sessions, the newest first; none where the folder does not exist. A journal that cannot be read is listed with
 * its damage. What one session lifted of another's changes counts.
 * @throws JournalError where the folder cannot be read
 */
export async function listSessions(stateDir: string): Promise<readonly SessionSummary[]> {
	const dir = sessionsDir(stateDir);
	let names: readonly string[];
	try {
		names = await readdir(dir);
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return [];
		throw journalErrorOf(error, 'list the sessions in', dir);
	}
	const sessions = names
		.filter((name) => name.endsWith('.jsonl'))
		.map((name) => name.slice(0, -'.jsonl'.length))
		.filter(isSessionId)
		.sort()
		.reverse();
	const contents = [];
	for (const session of sessions)
		contents.push({ session, ...(await contentOf(journalFile(stateDir, session))) });
	const inForce = changesInForce(contents.flatMap(({ records }) => records));
	return contents.map(({ session, file, records, damage, newer }) => {
		const opened = records.find((record) => record.kind === 'opened') ?? null;
		return {
			session,
			file,
			opened,
			closed: endOf(records),
			server: records.find((record) => record.kind === 'server')?.server ?? opened?.server ?? null,
			records,
			damage,
			newer,
			inForce: inForce.filter(({ intent }) => intent.session === session),
		};
	});
}

type Content = {
	readonly file: string;
	readonly records: readonly JournalRecord[];
	readonly damage: Damage | null;
	readonly newer: Newer | null;
};

function endOf(records: readonly JournalRecord[]): RecordOf<'closed'> | null {
	const end = records.findLast((record) => record.kind === 'closed' || record.kind === 'resumed');
	return end?.kind === 'closed' ? end : null;
}

async function contentOf(file: string): Promise<Content> {
	try {
		const { records, damage, newer } = await readJournal(file);
		return { file, records, damage, newer };
	} catch (error) {
		return {
			file,
			records: [],
			newer: null,
			damage: {
				line: 1,
				what: journalErrorOf(error, 'read', file).message,
				torn: false,
				lineBeforeChanged: false,
			},
		};
	}
}
