/** A process of its own, started with a limit on the size of files: writes notes until one does not fit. */
import { openJournal } from '../../src/session/journal.ts';
import { JournalError } from '../../src/session/journal-error.ts';

const [stateDir = ''] = process.argv.slice(2);
const journal = openJournal({
	stateDir,
	writer: { pid: process.pid, host: 'here', isAlive: () => false },
	clock: () => new Date(),
});
let written = 0;
try {
	for (;;) {
		await journal.append({ kind: 'note', text: 'x'.repeat(700) });
		written += 1;
	}
} catch (error) {
	// Room for a short one is left: the journal goes on after what did not fit.
	await journal.append({ kind: 'note', text: 'short' });
	const failure = error instanceof JournalError ? error.failure : null;
	console.log(JSON.stringify({ file: journal.file, written, failure }));
}
