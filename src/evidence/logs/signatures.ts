/** The troubles that a log can show, and by which words. Class names and SQLSTATEs decide: other texts are translated. */
import { type LogSignature, logSignatures } from '../../article/probes.ts';
import type { EntryStart } from './log-entry.ts';
import { type Refusal, refusalSaid } from './refusal.ts';

/** A name that `log signature=` takes in an article. */
export type SignatureName = LogSignature;

/** Refusals by a role's, a database's or the walsenders' own limit: told beside those for want of slots, never among them. */
const ownLimit = 'own-limit';
export type Tracked = SignatureName | typeof ownLimit;

/** What one entry of an application's log says, over all its lines. */
type Mark =
	| 'refused'
	| 'own limit'
	| 'reading'
	| 'no answer'
	| 'stream ended'
	| 'reset'
	| 'client pool'
	| 'request limit';

/**
 * Npgsql's texts, 3.1 to 10. The server's SQLSTATE opens the message of a PostgresException, or the whole message
 * where OpenIZ logs no class name; anywhere else 53300 is some number.
 */
const refusedException = /PostgresException(?: \(0x[0-9A-Fa-f]{8}\))? ?: 53300\b(?:: )?(.{0,300})/;
const refusedMessage = /^(?:Error : )?53300: (.*)/;
const refusedTail = /^\s*SqlState: 53300\s*$/;
const textTail = /^\s*MessageText: (.*)/;

const marks: readonly { readonly mark: Mark; readonly pattern: RegExp }[] = [
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
	/53300|MessageText|while (?:reading|writing|flushing)|properly respond|reading attempt|EndOfStream|57P01|forcibly closed|reset by peer|pool has been exhausted|restricted maximum|LimitExceeded/;

/**
 * Adds what a line of an application's entry says.
 * @param opens it is the message itself, not a line below it
 */
export function markLine(text: string, opens: boolean, into: Set<Mark>): void {
	if (!anyMark.test(text)) return;
	const refused =
		refusedException.exec(text)?.[1] ??
		(opens ? refusedMessage.exec(text)?.[1] : undefined) ??
		(refusedTail.test(text) ? '' : undefined);
	if (refused !== undefined) into.add('refused');
	if (refusalSaid(refused ?? textTail.exec(text)?.[1] ?? '') === 'own limit') into.add('own limit');
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

/**
 * SQLSTATE 53300 as a field of its own. In brackets or after a colon the number is a process or a port; a second line
 * of the same trouble (DETAIL, STATEMENT) carries the same SQLSTATE and is not another one.
 */
const refusedState = /(?:^|[\s,|;=])53300(?=$|[\s,|;])/;
const secondary =
	/^(?:LOG|DEBUG|INFO|NOTICE|WARNING|DETAIL|HINT|QUERY|CONTEXT|STATEMENT|LOCATION|BACKTRACE)$/;

/** By the text, which says whose limit it was; else by the SQLSTATE, where the prefix has it (`%e`). */
function refusalOf({ severity, prefix, message }: EntryStart): Refusal | null {
	if (severity === null || secondary.test(severity)) return null;
	return refusalSaid(message) ?? (refusedState.test(prefix) ? 'slots' : null);
}

const said =
	(pattern: RegExp) =>
	({ message }: EntryStart): boolean =>
		pattern.test(message);

export const signatures: Readonly<Record<Tracked, Signature>> = {
	'slots-refused': {
		application: (seen) => seen.has('refused') && !seen.has('own limit'),
		server: (entry) => refusalOf(entry) === 'slots',
	},
	[ownLimit]: {
		application: (seen) => seen.has('refused') && seen.has('own limit'),
		server: (entry) => refusalOf(entry) === 'own limit',
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
		// A reset, seen from the server, is mostly a client that was ended without a goodbye: nobody's trouble.
		server: said(
			/^could not (?:receive data from|send data to) client: (?!Connection reset by peer|Broken pipe)/,
		),
	},
	'backend-crash': {
		application: never,
		server: said(
			/^(?:(?:server|client backend|autovacuum worker|io worker) (?:process )?|background worker ".{1,100}" )\(PID \d+\) was terminated by /,
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
export const trackedNames: readonly Tracked[] = [...logSignatures, ownLimit];

export function isSignatureName(name: string): name is SignatureName {
	return signatureNames.some((known) => known === name);
}

/** Whose log shows a signature: without one, nothing can be said of it. */
export function shownBy(name: SignatureName): 'application' | 'server' | 'either' {
	const { application, server } = signatures[name];
	return application === never ? 'server' : server === never ? 'application' : 'either';
}

/** One value for every signature. */
export function forEachTracked<Value>(make: (name: Tracked) => Value): Readonly<Record<Tracked, Value>> {
	return {
		'slots-refused': make('slots-refused'),
		[ownLimit]: make(ownLimit),
		'read-timeout': make('read-timeout'),
		'client-pool': make('client-pool'),
		'request-limit': make('request-limit'),
		'connection-reset': make('connection-reset'),
		'backend-crash': make('backend-crash'),
		'fork-failed': make('fork-failed'),
		'standby-settings': make('standby-settings'),
	};
}
