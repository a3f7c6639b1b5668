/** The troubles that a log can show, and by which words. Class names and SQLSTATEs decide: other texts are translated. */
import { type LogSignature, logSignatures } from '../../article/probes.ts';
import type { EntryStart } from './log-entry.ts';

/** A name that `log signature=` takes in an article. */
export type SignatureName = LogSignature;

/** What one entry of an application's log says, over all its lines. */
type Mark = 'slots' | 'reading' | 'no answer' | 'stream ended' | 'reset' | 'client pool' | 'request limit';

/**
 * Npgsql's texts, 3.1 to 10. The server's SQLSTATE opens the message of a PostgresException, or the whole message
 * where OpenIZ logs no class name; anywhere else 53300 is some number.
 */
const marks: readonly { readonly mark: Mark; readonly pattern: RegExp }[] = [
	{
		mark: 'slots',
		pattern:
			/PostgresException(?: \(0x[0-9A-Fa-f]{8}\))? ?: 53300\b|^(?:Error : )?53300: |^\s*SqlState: 53300\s*$/,
	},
	{ mark: 'reading', pattern: /Exception while reading from stream/ },
	{
		mark: 'no answer',
		// Mono writes “respondafter”; Npgsql 5 and later have an exception of .NET's own.
		pattern:
			/did not properly respond ?after a period of time|TimeoutException: Timeout during reading attempt/,
	},
	{
		mark: 'stream ended',
		pattern: /EndOfStreamException|PostgresException(?: \(0x[0-9A-Fa-f]{8}\))? ?: 57P01\b/,
	},
	{
		mark: 'reset',
		pattern:
			/forcibly closed by the remote host|Connection reset by peer|Exception while (?:writing to|flushing) stream/,
	},
	{ mark: 'client pool', pattern: /The connection pool has been exhausted, either raise / },
	{ mark: 'request limit', pattern: /Data layer restricted maximum system requests|LimitExceededException/ },
];

/** Any of the words above: a line without one of them is not looked at more closely. */
const anyMark =
	/53300|while (?:reading|writing|flushing)|properly respond|reading attempt|EndOfStream|57P01|forcibly closed|reset by peer|pool has been exhausted|restricted maximum|LimitExceeded/;

/** Adds what a line of an application's entry says. */
export function markLine(text: string, into: Set<Mark>): void {
	if (!anyMark.test(text)) return;
	for (const { mark, pattern } of marks) if (pattern.test(text)) into.add(mark);
}

export type { Mark };

type Signature = {
	/** Whether an application's entry is one. */
	readonly application: (marks: ReadonlySet<Mark>) => boolean;
	/** Whether a line of the server's log is one. */
	readonly server: (entry: EntryStart) => boolean;
};

const never = (): boolean => false;

/** By what its text says, in English; the SQLSTATE is looked for too, where the prefix has it (`%e`). */
const refusal =
	/^(?:remaining connection slots are reserved for |sorry, too many clients already|too many connections for (?:role|database) |number of requested standby connections exceeds |connection limit exceeded for non-superusers)/;

/**
 * SQLSTATE 53300 as a field of its own. In brackets or after a colon the number is a process or a port; a second line
 * of the same trouble (DETAIL, STATEMENT) carries the same SQLSTATE and is not another one.
 */
const refusedState = /(?:^|[\s,|;=])53300(?=$|[\s,|;])/;
const secondary =
	/^(?:LOG|DEBUG|INFO|NOTICE|WARNING|DETAIL|HINT|QUERY|CONTEXT|STATEMENT|LOCATION|BACKTRACE)$/;

const said =
	(pattern: RegExp) =>
	({ message }: EntryStart): boolean =>
		pattern.test(message);

export const signatures: Readonly<Record<SignatureName, Signature>> = {
	'slots-refused': {
		application: (seen) => seen.has('slots'),
		server: ({ severity, prefix, message }) =>
			severity !== null && !secondary.test(severity) && (refusal.test(message) || refusedState.test(prefix)),
	},
	'read-timeout': {
		// A stream that ended or was reset is another trouble, though it is noticed while reading.
		application: (seen) =>
			seen.has('no answer') || (seen.has('reading') && !seen.has('stream ended') && !seen.has('reset')),
		server: never,
	},
	'client-pool': { application: (seen) => seen.has('client pool'), server: never },
	'request-limit': { application: (seen) => seen.has('request limit'), server: never },
	'connection-reset': {
		application: (seen) => seen.has('reset') || seen.has('stream ended'),
		server: said(
			/^could not (?:receive data from|send data to) client: |^unexpected EOF on client connection/,
		),
	},
	'backend-crash': {
		application: never,
		server: said(
			/^(?:server|client backend|background worker ".*"|autovacuum worker) ?process \(PID \d+\) was terminated by |^server process \(PID \d+\) was terminated by |^terminating any other active server processes/,
		),
	},
	'fork-failed': {
		application: never,
		server: said(/^could not fork (?:new process for connection|.{1,40} process)/),
	},
	'standby-settings': {
		application: never,
		server: said(
			/^(?:hot standby is not possible because|recovery aborted because of insufficient parameter settings|\w+ = \d+ is a lower setting than on the (?:primary|master) server)/,
		),
	},
};

export const signatureNames: readonly SignatureName[] = logSignatures;

export function isSignatureName(name: string): name is SignatureName {
	return signatureNames.some((known) => known === name);
}

/** One value for every signature. */
export function forEachSignature<Value>(
	make: (name: SignatureName) => Value,
): Readonly<Record<SignatureName, Value>> {
	return {
		'slots-refused': make('slots-refused'),
		'read-timeout': make('read-timeout'),
		'client-pool': make('client-pool'),
		'request-limit': make('request-limit'),
		'connection-reset': make('connection-reset'),
		'backend-crash': make('backend-crash'),
		'fork-failed': make('fork-failed'),
		'standby-settings': make('standby-settings'),
	};
}
