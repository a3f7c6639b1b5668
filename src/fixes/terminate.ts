import type { Effect } from './effect.ts';
import { counted, whoIsMeant } from './in-words.ts';
import { endProcesses } from './processes/end-processes.ts';
import { sessionEffect } from './session-effect.ts';

const bySession = sessionEffect({
	language: 'terminate',
	signal: 'pg_terminate_backend',
	means: (rows) =>
		`${counted(rows.length)} will be ended (${whoIsMeant(rows)}): what they have not committed is rolled back, and their programs see a lost connection. It cannot be taken back.`,
});

/**
 * Ends the preview's sessions: `terminate apply`, with `fence=PARAMETER` around the databases that it names. Those that a
 * `processes preview` lists are ended without a session, on the server's own host.
 */
export const terminate: Effect = {
	language: bySession.language,
	prepare: async (context) =>
		context.preview?.processes === undefined
			? bySession.prepare(context)
			: endProcesses(context, context.preview.processes),
};
