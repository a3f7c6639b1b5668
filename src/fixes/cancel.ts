import { counted, whoIsMeant } from './in-words.ts';
import { sessionEffect } from './session-effect.ts';

/** Cancels what the preview's sessions run, and leaves the sessions: `cancel apply`. */
export const cancel = sessionEffect({
	language: 'cancel',
	signal: 'pg_cancel_backend',
	means: (rows) =>
		`What ${counted(rows.length)} is running will be cancelled (${whoIsMeant(rows)}): the statement fails with 57014, its transaction is rolled back, the session stays. It cannot be taken back.`,
});
