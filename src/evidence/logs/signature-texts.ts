/** The words by which a log shows its troubles. Class names and SQLSTATEs decide: other texts are translated. */

/** What one entry of an application's log says, over all its lines. */
export type Mark =
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
export const refusedException = /PostgresException(?: \(0x[0-9A-Fa-f]{8}\))? ?: 53300\b(?:: )?(.{0,300})/;
export const refusedMessage = /^(?:Error : )?53300: (.*)/;
export const refusedTail = /^\s*SqlState: 53300\s*$/;
export const textTail = /^\s*MessageText: (.*)/;

export const marks: readonly { readonly mark: Mark; readonly pattern: RegExp }[] = [
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
export const anyMark =
	/53300|MessageText|while (?:reading|writing|flushing)|properly respond|reading attempt|EndOfStream|57P01|forcibly closed|reset by peer|pool has been exhausted|restricted maximum|LimitExceeded/;

/**
 * SQLSTATE 53300 as a field of its own. In brackets or after a colon the number is a process or a port; a second line
 * of the same trouble (DETAIL, STATEMENT) carries the same SQLSTATE and is not another one.
 */
export const refusedState = /(?:^|[\s,|;=])53300(?=$|[\s,|;])/;
export const secondary =
	/^(?:LOG|DEBUG|INFO|NOTICE|WARNING|DETAIL|HINT|QUERY|CONTEXT|STATEMENT|LOCATION|BACKTRACE)$/;

/** What the server's own log says, at the beginning of a message. */
export type ServerText = {
	readonly pattern: RegExp /** Where it goes on like this, it is nobody's trouble. */;
	readonly unless?: RegExp;
};

export const serverTexts = {
	// A reset, seen from the server, is mostly a client that was ended without a goodbye.
	'connection-reset': {
		pattern: /^could not (?:receive data from|send data to) client: /,
		unless: /client: (?:Connection reset by peer|Broken pipe)/,
	},
	'backend-crash': {
		pattern:
			/^(?:(?:server|client backend|autovacuum worker|io worker) (?:process )?|background worker ".{1,100}" )\(PID \d+\) was terminated by /,
	},
	'fork-failed': { pattern: /^could not fork (?:new process for connection|.{1,40} process)/ },
	'standby-settings': {
		pattern:
			/^(?:hot standby is not possible because|recovery aborted because of insufficient parameter settings|\w+ = \d+ is a lower setting than on the (?:primary|master) server)/,
	},
} as const satisfies Readonly<Record<string, ServerText>>;
