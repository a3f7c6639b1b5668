/**
 * Which verdict a refusal is, by what is not translated: SQLSTATE and the C function that raised it. Text decides only
 * where neither tells two things apart, and then by words that no translation touches.
 */
import type { ConnectVerdict } from './postgres.ts';
import type { ServerError } from './wire.ts';

export type RefusalVerdict = Exclude<ConnectVerdict, 'connected'> | 'otherwise';

/** Raised where a slot is taken; what it says depends on who asks. Names as in PostgreSQL 10 to 18. */
const slotRoutines: ReadonlyMap<string, RefusalVerdict> = new Map([
	['InitPostgres', 'ordinary slots gone'],
	['InitProcess', 'no slot at all'],
	// Twice as many processes as slots: refused before the login begins.
	['ProcessStartupPacket', 'no slot at all'],
	['BackendInitialize', 'no slot at all'],
	['ServerLoop', 'no slot at all'],
	['InitializeSessionUserId', 'role limit'],
	['CheckMyDatabase', 'database limit'],
	['InitWalSenderSlot', 'walsender limit'],
]);

/** What poolers say when it is their own limit (PgBouncer's and Supavisor's sources; they do not translate). */
const poolerLimit =
	/max_client_conn|max_user_(?:client_)?connections|max_db_(?:client_)?connections|query_wait_timeout|max clients? |max client connections/i;
const poolerLogin =
	/(?:auth|authentication) failed|no such user|not allowed to (?:log|connect)|wrong password|SASL authentication/i;

/** What an ErrorResponse during the login means. */
export function verdictOfServer({ code, routine, message }: ServerError): RefusalVerdict {
	if (code === '53300') {
		if (message.includes('max_wal_senders')) return 'walsender limit';
		// PostgreSQL always names its routine: whoever does not is not PostgreSQL.
		return routine === null ? 'pooler refused' : (slotRoutines.get(routine) ?? 'no slot at all');
	}
	if (code === '57P03')
		return routine === null && poolerLimit.test(message) ? 'pooler refused' : 'starting or stopping';
	// Ended while it was let in: by a shutdown or by a crash of another session.
	if (code === '57P01' || code === '57P02') return 'starting or stopping';
	if (code === '55000' && routine === 'CheckMyDatabase') return 'database closed';
	if (code.startsWith('28')) return 'credentials refused';
	if (routine === null && poolerLimit.test(message)) return 'pooler refused';
	if (code === '08P01' && routine === null) {
		return poolerLogin.test(message) ? 'credentials refused' : 'pooler refused';
	}
	return 'otherwise';
}

const unresolved: ReadonlySet<string> = new Set([
	'ENOTFOUND',
	'EAI_AGAIN',
	'EAI_NONAME',
	'EAI_NODATA',
	'EAI_FAIL',
	'ENODATA',
]);
const refused: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES', 'EPERM', 'ENOTSOCK']);
const unreachable: ReadonlySet<string> = new Set([
	'timeout',
	'ETIMEDOUT',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'EHOSTDOWN',
	'ENETDOWN',
	'EADDRNOTAVAIL',
]);

/** What a failure to reach the server means, before a word was exchanged. */
export function verdictOfReach(layer: 'dns' | 'tcp', code: string): RefusalVerdict {
	if (layer === 'dns') return code === 'timeout' || unresolved.has(code) ? 'no such name' : 'otherwise';
	if (refused.has(code)) return 'refused';
	return unreachable.has(code) ? 'no answer' : 'otherwise';
}

/** What it means that a reached server says nothing of use. */
export function verdictOfSilence(layer: 'tls' | 'startup' | 'query', code: string): RefusalVerdict {
	switch (code) {
		case 'could-not-fork':
			return 'could not fork';
		case 'no-password':
		case 'authentication-method':
			return 'credentials refused';
		case 'not-postgresql':
			return 'otherwise';
		case 'timeout':
		case 'closed-without-answer':
		case 'ECONNRESET':
		case 'EPIPE':
		case 'ETIMEDOUT':
			return 'silent';
		default:
			return layer === 'tls' ? 'tls refused' : 'otherwise';
	}
}
