import { ownFailure } from '../machine/own-failure.ts';
import type { Failure } from '../machine/ports.ts';
import type { Journal } from '../session/journal.ts';
import type { JournalEntry } from '../session/record.ts';
import { journalFailureOf } from './close-session.ts';

/** Writes down what the machine tells, in its order, and knows whether that came through. */
export interface Notes {
	write(entry: JournalEntry): void;
	/** Why records are missing; null: none is. */
	readonly missed: Failure | null;
	/** Tries once more where the last record could not be written. Null: it can be written to. */
	whyNot(): Promise<Failure | null>;
}

export function notesIn(journal: Journal | null, onJournal: (failure: Failure | null) => void): Notes {
	let missed: Failure | null = null;
	let failing: Failure | null = null;
	let last: Promise<unknown> = Promise.resolve();
	const failed = (error: unknown): void => {
		const message = error instanceof Error ? error.message : String(error);
		failing = journalFailureOf(error) ?? ownFailure('journal-failed', message, []);
		missed ??= failing;
		onJournal(failing);
	};
	return {
		write(entry) {
			if (journal !== null) last = journal.append(entry).catch(failed);
		},
		get missed() {
			return missed;
		},
		async whyNot() {
			await last;
			if (failing === null || journal === null) return null;
			try {
				await journal.append({ kind: 'note', text: `records are missing here: ${failing.message}` });
				failing = null;
				onJournal(null);
			} catch (error) {
				failed(error);
			}
			return failing;
		},
	};
}
