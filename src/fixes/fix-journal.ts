import type { IntentEntry, JournalEntry, JournalRecord, OutcomeEntry, SessionId } from '../session/record.ts';
import { messageOf, statusOfFailure } from './failure.ts';

/** What the fixes need of the journal: to write, and to know that it is written. */
export interface FixJournal {
	readonly session: SessionId;
	/** The file, for the guardian, which goes on writing when this process is gone. */
	readonly file: string;
	/** All that this session has written so far. */
	readonly records: readonly JournalRecord[];
	/** Resolves when the entry is written; with `durable`, when it would survive a power cut. */
	append(entry: JournalEntry, options?: { readonly durable?: boolean }): Promise<JournalRecord>;
}

/** The intent is on disk before its effect, its outcome after it: this is the only way an effect is run. */
export async function journalled<T>(
	journal: FixJournal,
	intent: Omit<IntentEntry, 'kind'>,
	effect: (intent: number) => Promise<T>,
	outcomeOf: (result: T) => Pick<OutcomeEntry, 'status' | 'why' | 'rows'>,
): Promise<T> {
	const { seq } = await journal.append({ kind: 'intent', ...intent }, { durable: true });
	const outcome = (entry: Pick<OutcomeEntry, 'status' | 'why' | 'rows'>) =>
		journal.append({ kind: 'outcome', intent: seq, ...entry }, { durable: true });
	let result: T;
	try {
		result = await effect(seq);
	} catch (error) {
		await outcome({ status: statusOfFailure(error), why: messageOf(error), rows: [] });
		throw error;
	}
	await outcome(outcomeOf(result));
	return result;
}
