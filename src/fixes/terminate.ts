import { counted, whoIsMeant } from './in-words.ts';
import { sessionEffect } from './session-effect.ts';

/** Ends the preview's sessions: `terminate apply`, with `fence=PARAMETER` around the databases that it names. */
export const terminate = sessionEffect({
	language: 'terminate',
	signal: 'pg_terminate_backend',
	means: (rows) =>
		`${counted(rows.length)} will be ended (${whoIsMeant(rows)}): what they have not committed is rolled back, and their programs see a lost connection. It cannot be taken back.`,
});
