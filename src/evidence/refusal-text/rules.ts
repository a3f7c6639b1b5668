/**
 * What the words of a refused client mean: psql, pg_isready and libpq say no SQLSTATE, drivers may. In order of how far
 * the attempt came, for a client that tried several addresses tells of all of them: what the server itself said counts.
 */
import type { Layer } from '../../machine/ports.ts';
import type { RefusalVerdict } from '../postgres/classify.ts';
import { translations } from './translations.ts';

export type TextRule = {
	readonly verdict: RefusalVerdict;
	/** SQLSTATE, a system error, or a name of our own, as a live attempt would have it. */
	readonly code: string;
	readonly layer: Layer;
	/** Any of these; `%s` and the like stand for what differs each time. */
	readonly texts: readonly string[];
	/** Beside the first, as the words alone say too little; absent: they suffice. */
	readonly beside?: readonly string[];
};

/** What the shell wrapper of `kbwizard collect` adds to a timeout where the host is there: psql does not tell them apart. */
export const portTakesConnections = 'the port takes connections, and nothing answers';

const t = translations;
const whichSocket = ['server running locally', ...t['by socket']];
const ready = (words: readonly string[]): readonly string[] => words.map((said) => `:%d - ${said}`);

const said = (
	verdict: RefusalVerdict,
	code: string,
	layer: Layer,
	texts: readonly string[],
	beside?: readonly string[],
): TextRule => ({ verdict, code, layer, texts, ...(beside === undefined ? {} : { beside }) });

export const textRules: readonly TextRule[] = [
	// The name of the setting is not translated; the sentence is that of no slot at all in one language or another.
	said('walsender limit', '53300', 'startup', [
		'number of requested standby connections exceeds',
		...t.walsenders,
	]),
	said('ordinary slots gone', '53300', 'startup', [
		'remaining connection slots are reserved',
		'connection limit exceeded for non-superusers',
		...t['ordinary slots'],
	]),
	said('no slot at all', '53300', 'startup', ['sorry, too many clients already', ...t['no slot']]),
	said('role limit', '53300', 'startup', ['too many connections for role', ...t['role limit']]),
	said('database limit', '53300', 'startup', ['too many connections for database', ...t['database limit']]),
	said('database closed', '55000', 'startup', [
		'is not currently accepting connections',
		...t['database closed'],
	]),
	said('starting or stopping', '57P03', 'startup', [
		'the database system is starting up',
		'the database system is shutting down',
		'the database system is in recovery mode',
		'the database system is not yet accepting connections',
		'the database system is not accepting connections',
		...t['not ready'],
		...ready(['rejecting connections', ...t['ready says no']]),
	]),
	// Only a server that could not fork answers the very first question with an error; libpq hides its words.
	said('could not fork', 'could-not-fork', 'startup', [
		'could not fork new process',
		'server sent an error response during SSL exchange',
		...t['no fork'],
		...t['error instead of tls'],
	]),
	said('pooler refused', '08P01', 'startup', [
		'max_client_conn',
		'max_user_connections',
		'max_user_client_connections',
		'max_db_connections',
		'max_db_client_connections',
		'query_wait_timeout',
		'max clients reached',
		'max client connections reached',
		'timed-out waiting to acquire',
		'server login has been failing',
		'server_login_retry',
	]),
	said('credentials refused', '28P01', 'authentication', [
		'password authentication failed',
		'authentication failed for user',
		...t['wrong password'],
	]),
	said('credentials refused', '28000', 'authentication', [
		'no pg_hba.conf entry',
		'pg_hba.conf rejects',
		'is not permitted to log in',
		'role "%s" does not exist',
		...t['no entry'],
		...t['no role'],
	]),
	said('credentials refused', 'no-password', 'authentication', ['no password supplied']),
	said('credentials refused', 'authentication-method', 'authentication', [
		'authentication method %u not supported',
		'authentication method not supported',
		'no such user',
		...t['no method'],
	]),
	said('otherwise', '3D000', 'startup', ['database "%s" does not exist', ...t['no database']]),
	said('otherwise', '42501', 'startup', ['permission denied for database']),
	said('tls refused', 'tls-not-offered', 'tls', ['server does not support SSL', ...t['no tls']]),
	said('tls refused', 'no-root-certificate', 'tls', ['root certificate file', ...t['root certificate']]),
	said('tls refused', 'tls-failed', 'tls', [
		'SSL error: ',
		'SSL SYSCALL error: ',
		'could not establish SSL connection',
		'does not match host name',
		'could not read certificate file',
		'The SSL connection could not be established',
		'certificate verify failed',
		...t.tls,
	]),
	said('otherwise', 'not-postgresql', 'startup', [
		'received invalid response to SSL negotiation',
		'expected authentication request from server',
		...t['not postgresql'],
	]),
	said('silent', 'closed-without-answer', 'startup', [
		'server closed the connection unexpectedly',
		'Connection reset by peer',
		'ECONNRESET',
		...t['closed without answer'],
		...t.reset,
	]),
	// What psql calls a timeout: the shell wrapper has knocked at the port itself.
	said('silent', 'timeout', 'startup', [portTakesConnections]),
	said('refused', 'ECONNREFUSED', 'tcp', [
		'Connection refused',
		'actively refused',
		'ECONNREFUSED',
		'/10061)',
		...t.refused,
	]),
	said(
		'refused',
		'ENOENT',
		'tcp',
		['No such file or directory', 'Permission denied', ...t['no file']],
		whichSocket,
	),
	said('no answer', 'timeout', 'tcp', [
		'timeout expired',
		'Connection timed out',
		'No route to host',
		'Network is unreachable',
		'Host is unreachable',
		'ETIMEDOUT',
		'EHOSTUNREACH',
		'ENETUNREACH',
		'/10060)',
		'/10051)',
		'/10065)',
		...t.timeout,
		...t.unreachable,
	]),
	said('no such name', 'ENOTFOUND', 'dns', [
		'could not translate host name',
		'Name or service not known',
		'Temporary failure in name resolution',
		'No such host is known',
		'UnknownHostException',
		'ENOTFOUND',
		'EAI_AGAIN',
		...t['no such name'],
	]),
	// The system's word for it is of a language that is not in the table: nothing else is so asked about.
	said('refused', 'ECONNREFUSED', 'tcp', [
		'server running on that host',
		'server running on host',
		...whichSocket,
		...t['by network'],
	]),
	// pg_isready does not say which of them it was.
	said('otherwise', 'no-response', 'tcp', ready(['no response', ...t['ready says nothing']])),
];
