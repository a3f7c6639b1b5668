/** One entry of a log: its header, in the layouts that OpenIZ and PostgreSQL write, or the lack of one. */

export type EntryStart = {
	readonly layout: 'openiz' | 'postgres' | 'bare';
	/** The time as it was written; null: the header has none. */
	readonly stamp: string | null;
	/** What of one second belongs together: a thread; null: the line stands for itself. */
	readonly thread: string | null;
	/** An ordinary entry tells of work, not of trouble. */
	readonly ordinary: boolean;
	/** `FATAL`, `LOG`, in the server's language; null: not PostgreSQL's. */
	readonly severity: string | null;
	/** PostgreSQL's `log_line_prefix`, or the fields before the message; empty elsewhere. */
	readonly prefix: string;
	readonly message: string;
};

/**
 * `2/28/2019 7:24:50 PM [@15] : OpenIZ.Messaging.IMSI Error: -2147467259 : …`, as a .NET trace listener writes it.
 * Older builds have no thread.
 */
const traceHeader =
	/^\s{0,8}([\d./-]{8,10}[ T\u202f]\d{1,2}[:.]\d\d[:.]\d\d(?:[ \u202f\u00a0]?[AaPp]\.?[Mm]\.?)?)\s*(?:\[@(\d+)\])?\s:\s\S+\s(Critical|Error|Warning|Information|Verbose|Start|Stop|Suspend|Resume|Transfer):\s-?\d+\s:\s?(.*)$/;

/** `2017-11-16T19:10:31.0000000⇥Error⇥THD#:5⇥…`, as OpenIZ's administration console lists it. */
const listedHeader =
	/^\s{0,8}(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)\s+(Critical|Error|Warning|Information|Verbose|Fatal|Informational|EventLevel\w*)\s+THD#:(\d+)\s+(.*)$/;

/** `Source@Thread <Level> [ISO time]: …`, of OpenIZ's successor; thread and level may be left out. */
const successorHeader =
	/^\s{0,8}[\w.`+]+@(\w*)\s*(?:<(\w+)>)?\s*\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)\]\s*:\s?(.*)$/;

/** `LOG:  ` has two blanks, in every language; what stands before it is the prefix, whatever it is made of. */
const severityMark = ':  ';
const severityBefore = /(?:^|[^\p{L}\p{N}_])([\p{Lu}\p{Lo}][\p{Lu}\p{Lo}]{1,20})$/u;
/** A prefix is no longer than this. */
const longestPrefix = 300;

/** `csvlog`: the time, 10 fields, then severity, SQLSTATE and message. */
const csvHeader =
	/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [^",]{1,10}),(.{0,1000}?,)([\p{Lu}\p{Lo}]+),([0-9A-Z]{5}),"?(.*)$/u;

const jsonHeader = /^\{"timestamp":"([^"]+)",/;

/** An exception that was pasted without its header. */
const bareException = /^\s{0,8}[\w.]+Exception\b.{0,40}?:/;

const serverTime =
	/(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?)\b)?)/;
const epochTime = /(?:^|[\s[(])(1\d{9}(?:\.\d{3})?)(?=$|[\s\])])/;

/** The entry that a line begins; null: it goes on with the one before. */
export function entryStart(line: string, inHeadedEntry: boolean): EntryStart | null {
	return openIzStart(line) ?? postgresStart(line) ?? (inHeadedEntry ? null : bareStart(line));
}

function openIzStart(line: string): EntryStart | null {
	// Most lines are those of a stack: what cannot be a header is told by one character.
	const dated = /^\s{0,8}\d/.test(line);
	const trace = dated ? traceHeader.exec(line) : null;
	if (trace !== null) return openIz(trace[1], trace[2] ?? '', trace[3], trace[4]);
	const listed = dated ? listedHeader.exec(line) : null;
	if (listed !== null) return openIz(listed[1], listed[3] ?? '', listed[2], listed[4]);
	const successor = !dated && line.includes('@') ? successorHeader.exec(line) : null;
	if (successor !== null) return openIz(successor[3], successor[1] ?? '', successor[2], successor[4]);
	return null;
}

function openIz(
	stamp: string | undefined,
	thread: string,
	level: string | undefined,
	message: string | undefined,
): EntryStart {
	return {
		layout: 'openiz',
		stamp: stamp ?? null,
		thread,
		ordinary: level !== undefined && !/^(?:Critical|Error|Warning|Fatal)$/i.test(level),
		severity: null,
		prefix: '',
		message: message ?? '',
	};
}

function postgresStart(line: string): EntryStart | null {
	const csv = line.includes('"') ? csvHeader.exec(line) : null;
	if (csv !== null) return postgres(csv[1], csv[3], ` ${csv[4]} `, csv[5]);
	const json = line.startsWith('{') ? jsonHeader.exec(line) : null;
	if (json !== null) {
		const field = (name: string) => new RegExp(`"${name}":"((?:[^"\\\\]|\\\\.){0,2000})`).exec(line)?.[1];
		return postgres(json[1], field('error_severity'), ` ${field('state_code') ?? ''} `, field('message'));
	}
	return plainStart(line);
}

function plainStart(line: string): EntryStart | null {
	// A line that goes on from the one before begins with a tab.
	if (line.startsWith('\t')) return null;
	for (
		let at = line.indexOf(severityMark);
		at !== -1 && at <= longestPrefix;
		at = line.indexOf(severityMark, at + 1)
	) {
		const severity = severityBefore.exec(line.slice(Math.max(0, at - 24), at))?.[1];
		if (severity === undefined) continue;
		const prefix = line.slice(0, at - severity.length);
		const stamp = serverTime.exec(prefix)?.[1] ?? epochTime.exec(prefix)?.[1];
		return postgres(stamp, severity, prefix, line.slice(at + severityMark.length));
	}
	return null;
}

function postgres(
	stamp: string | undefined,
	severity: string | undefined,
	prefix: string,
	message: string | undefined,
): EntryStart {
	return {
		layout: 'postgres',
		stamp: stamp ?? null,
		thread: null,
		ordinary: false,
		severity: severity ?? '',
		prefix,
		message: message ?? '',
	};
}

function bareStart(line: string): EntryStart | null {
	if (!bareException.test(line)) return null;
	return {
		layout: 'bare',
		stamp: null,
		thread: null,
		ordinary: false,
		severity: null,
		prefix: '',
		message: line,
	};
}
