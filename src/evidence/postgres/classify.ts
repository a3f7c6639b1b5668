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

/**
 * What poolers say when it is their own limit (PgBouncer's and Supavisor's sources, the user guide of RDS Proxy; they do
 * not translate).
 */
const poolerLimit =
	/max_client_conn|max_user_(?:client_)?connections|max_db_(?:client_)?connections|query_wait_timeout|max clients? |max client connections|timed-out waiting to acquire (?:a )?database connection/i;
const poolerLogin =
	/(?:auth|authentication) failed|no such user|not allowed to (?:log|connect)|wrong password|SASL authentication/i;

/** What poolers say when it is the server that they do not get into, and do not say why. */
const poolerLocked = /server login has been failing|server_login_retry|cannot connect to server/i;

/**
 * The server's own refusal, passed on by a pooler with a code of its own and without the routine (PgBouncer 1.18 on a
 * full server: 08P01 and the server's words). Only English ones are known; others remain the pooler's.
 */
const passedOn: readonly (readonly [RegExp, RefusalVerdict])[] = [
	[/max_wal_senders/, 'walsender limit'],
	[/remaining connection slots are reserved/, 'ordinary slots gone'],
	[/sorry, too many clients already/, 'no slot at all'],
	[/too many connections for role "/, 'role limit'],
	[/too many connections for database "/, 'database limit'],
	[/is not currently accepting connections/, 'database closed'],
	[/the database system is /, 'starting or stopping'],
	[/no pg_hba\.conf entry|pg_hba\.conf rejects|is not permitted to log in/, 'credentials refused'],
];

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
	return code === '08P01' && routine === null ? verdictOfPooler(message) : 'otherwise';
}

/** What a pooler does not refuse for a limit of its own is no pooler's limit: a name that is not there, a parameter. */
function verdictOfPooler(message: string): RefusalVerdict {
	const behind = passedOn.find(([words]) => words.test(message));
	if (behind !== undefined) return behind[1];
	if (poolerLogin.test(message)) return 'credentials refused';
	return poolerLocked.test(message) ? 'pooler refused' : 'otherwise';
}

/** The largest process id of Linux (2^22), and above what the other systems give. */
const largestPid = 4_194_304;

/**
 * Whether the key that a login brought was not made by a PostgreSQL process: PgBouncer's are random numbers, of which
 * one in a thousand would pass for a process id.
 */
export function isPoolersKey(pid: number): boolean {
	return pid <= 0 || pid > largestPid;
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
