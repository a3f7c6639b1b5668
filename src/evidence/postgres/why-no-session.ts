import type { Failure } from '../../machine/ports.ts';
import type { Attempt } from './postgres.ts';

/** In a clause: the whole story is told once, with the finding of the attempt. */
const clauses: Readonly<Record<Attempt['verdict'], string>> = {
	connected: 'it was lost',
	'ordinary slots gone': 'the slots for ordinary roles are gone',
	'no slot at all': 'not one slot is left',
	'role limit': 'the role is at its own limit',
	'database limit': 'the database is at its own limit',
	'walsender limit': 'the replication connections are used up',
	'database closed': 'the database is closed',
	'starting or stopping': 'the server is starting or stopping',
	'credentials refused': 'the server does not let this role in',
	'tls refused': 'no agreement on encryption',
	refused: 'nothing listens there',
	'no such name': 'the name does not resolve',
	'no answer': 'the host does not answer',
	silent: 'the server does not answer',
	'could not fork': 'the server’s host allows no further process',
	'pooler refused': 'the pooler refused',
	otherwise: 'the attempt failed',
};

/**
 * Why a query has no session to be asked on.
 * @param attempt the latest one; null: none was made
 * @param lost what ended the session that was held; null: none was lost
 */
export function whyNoSession(attempt: Attempt | null, lost: Failure | null): string {
	const failure = attempt?.failure ?? lost;
	if (failure === null) return 'no session';
	const clause = clauses[attempt?.failure == null ? 'connected' : attempt.verdict];
	return `no session: ${clause} (${failure.code})`;
}
