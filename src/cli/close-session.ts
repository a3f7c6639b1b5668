/** The end of a session: how it came out is written down, and what could not be written is told. */
import type { Failure } from '../machine/ports.ts';
import type { Journal } from '../session/journal.ts';
import { JournalError } from '../session/journal-error.ts';
import type { ClosedEntry } from '../session/record.ts';
import type { World } from './world.ts';

export type SessionEnd = Omit<ClosedEntry, 'kind'>;

/** An error of the journal, as data. */
export function journalFailureOf(error: unknown): Failure | null {
	return error instanceof JournalError ? error.failure : null;
}

/**
 * Writes how it ended, and gives the journal up. What was done stays done where that cannot be written: it is said on
 * standard error, and never in place of the result.
 * @param missed why records are missing already; null: none is
 * @param end null: it has not ended, and is offered by `resume` again
 */
export async function closeSession(
	journal: Journal,
	end: SessionEnd | null,
	missed: Failure | null,
	{ stderr }: Pick<World, 'stderr'>,
): Promise<void> {
	let failure = missed;
	try {
		if (end !== null) await journal.append({ kind: 'closed', ...end });
	} catch (error) {
		const why = journalFailureOf(error);
		if (why === null) throw error;
		failure ??= why;
	} finally {
		journal.close();
	}
	if (failure === null) return;
	const lines = [
		`kbwizard: the journal of session ${journal.session} is not complete: ${failure.message}`,
		...failure.next.map((step) => `  ${step}`),
	];
	await stderr.write(`${lines.join('\n')}\n`);
}
