/** The IMS's log of the last minutes, as its trace listener writes it: one file per local day. */

export type LogFile = { readonly name: string; readonly text: string };

/** Between two incidents, and how far they reach back. */
const everySeconds = 37;
const reachSeconds = 9 * 60;
const daySeconds = 24 * 60 * 60;

export type Incidents = {
	/** What stands after `Npgsql.` of each, its stack included: of the last minutes, and of a day before. */
	readonly recent: readonly string[];
	readonly yesterday: readonly string[];
	/** How long a request waited before its error; null: the log does not say when it came. */
	readonly commandTimeoutSeconds: number | null;
};

/**
 * Log files that end shortly before `now`. Each error is an incident that the persistence layer and the message
 * pipeline both write down, in the same second and thread; without any the log holds the service's start only.
 */
export function siteLog(now: Date, incidents: Incidents): readonly LogFile[] {
	const { write, files } = dailyLog();
	const { recent, yesterday, commandTimeoutSeconds: waited } = incidents;
	const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
	const fail = (errors: readonly string[], ago: number, incident: number) => {
		const at = secondsAgo(ago);
		const thread = 11 + (incident % 7);
		const error = errors[incident % errors.length] ?? '';
		if (waited !== null) {
			write(secondsAgo(ago + waited), thread, ...requestLine);
		}
		for (const [source, rest] of incidentLines(error)) write(at, thread, source, rest);
	};
	const writeMinutes = (errors: readonly string[], agoSeconds: number) => {
		write(secondsAgo(agoSeconds + reachSeconds + 60), 1, 'OpenIZ', 'Information: 0 : Service started');
		if (errors.length === 0) return;
		let incident = 0;
		for (let ago = agoSeconds + reachSeconds; ago > agoSeconds + 5; ago -= everySeconds) {
			fail(errors, ago, incident);
			incident += 1;
		}
	};
	if (yesterday.length > 0) writeMinutes(yesterday, daySeconds);
	writeMinutes(recent, 0);
	// The lab's server has just begun: what was before that is history, and the trouble goes on.
	for (const incident of recent.keys()) fail(recent, 0, incident);
	return files();
}

/** Who writes, and what, when a request begins. */
export const requestLine = ['OpenIZ.Messaging.IMSI', 'Information: 0 : GET imsi/Patient'] as const;

/** An error, as the persistence layer and then the message pipeline write it down. */
export function incidentLines(error: string): readonly (readonly [source: string, rest: string])[] {
	return [
		['OpenIZ.Persistence.Data.ADO', `Error: 0 : Error : ${error}`],
		['OpenIZ.Messaging.IMSI', `Error: -2147467259 : Error on IMSI WCF Pipeline: ${error}`],
	];
}

export type DailyLog = {
	/** Entries come in the order of their times. */
	readonly write: (at: Date, thread: number, source: string, rest: string) => void;
	readonly files: () => readonly LogFile[];
};

/** One file per local day, as the trace listener rolls them over. */
export function dailyLog(): DailyLog {
	const days = new Map<string, string[]>();
	return {
		write(at, thread, source, rest) {
			const name = `openiz_${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}.log`;
			const lines = days.get(name) ?? [];
			lines.push(`${timestamp(at)} [@${thread}] : ${source} ${rest}`);
			days.set(name, lines);
		},
		files: () => [...days].map(([name, lines]) => ({ name, text: `${lines.join('\r\n')}\r\n` })),
	};
}

/** en-US general date, local, without a zone: what .NET writes by default. */
function timestamp(at: Date): string {
	const hours = at.getHours();
	const clock = `${hours % 12 === 0 ? 12 : hours % 12}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
	return `${at.getMonth() + 1}/${at.getDate()}/${at.getFullYear()} ${clock} ${hours < 12 ? 'AM' : 'PM'}`;
}

function two(value: number): string {
	return String(value).padStart(2, '0');
}

const stack =
	'\r\n   at Npgsql.NpgsqlConnector.Open(NpgsqlTimeout timeout)\r\n   at Npgsql.NpgsqlConnection.Open()';

/** An error that the server answered with. */
export function serverError(sqlState: string, text: string): string {
	return `Npgsql.PostgresException (0x80004005): ${sqlState}: ${text}${stack}`;
}

/** The server refused because the ordinary slots are gone: the article's first signature. */
export function slotsGone(major: number): string {
	const whom = major < 16 ? 'non-replication superuser connections' : 'roles with the SUPERUSER attribute';
	return serverError('53300', `remaining connection slots are reserved for ${whom}`);
}

/** The client gave up waiting for an answer: the article's second signature. */
export const noAnswer =
	'Npgsql.NpgsqlException (0x80004005): Exception while reading from stream ---> ' +
	'System.IO.IOException: Unable to read data from the transport connection: A connection attempt failed because ' +
	'the connected party did not properly respond after a period of time, or established connection failed because ' +
	'connected host has failed to respond. ---> System.Net.Sockets.SocketException: A connection attempt failed' +
	'\r\n   --- End of inner exception stack trace ---' +
	'\r\n   at Npgsql.ReadBuffer.Ensure(Int32 count)\r\n   at Npgsql.NpgsqlDataReader.NextResult()';

/** An error of the network below. */
export function socketError(text: string): string {
	return `System.Net.Sockets.SocketException (0x80004005): ${text}${stack}`;
}

/** A connection that something in between, or the server's end, had closed. */
export const reset =
	'Npgsql.NpgsqlException (0x80004005): Exception while writing to stream ---> System.IO.IOException: Unable to ' +
	'write data to the transport connection: An existing connection was forcibly closed by the remote host. ---> ' +
	'System.Net.Sockets.SocketException: An existing connection was forcibly closed by the remote host' +
	'\r\n   --- End of inner exception stack trace ---' +
	'\r\n   at Npgsql.WriteBuffer.Flush()\r\n   at Npgsql.NpgsqlCommand.ExecuteReader()';

/** The server ended every session, because one of its processes had died. */
export const streamEnded =
	'Npgsql.NpgsqlException (0x80004005): Exception while reading from stream ---> System.IO.EndOfStreamException: ' +
	'Attempted to read past the end of the streams.' +
	'\r\n   at Npgsql.ReadBuffer.Ensure(Int32 count)\r\n   at Npgsql.NpgsqlConnector.ReadMessage()';

/** The pool inside the IMS had nothing to give; the server was not asked. */
export function poolEmpty(maxPoolSize: number): string {
	return (
		'Npgsql.NpgsqlException (0x80004005): The connection pool has been exhausted, either raise MaxPoolSize ' +
		`(currently ${maxPoolSize}) or Timeout (currently 15 seconds)` +
		'\r\n   at Npgsql.ConnectorPool.AllocateLong(NpgsqlConnection conn)\r\n   at Npgsql.NpgsqlConnection.Open()'
	);
}
