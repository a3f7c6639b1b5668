/** The logs that a wrapper took along: of each its outline, which is counted as the log itself would be. */
import type { PathProblem } from '../logs/log-paths.ts';
import { type OutlinedEntry, outlinedEntry } from '../logs/outline.ts';
import { type LogScan, scanOutline } from '../logs/scan-log.ts';
import { forEachTracked } from '../logs/signatures.ts';

export const logBegins = '=== kbwizard log begins ===';
/** Behind it the number of lines since, and ` ===`. */
export const logEnds = '=== kbwizard log ends, lines: ';

/** Why a log was not read, as a wrapper says it. */
export const unreadWhys = {
	missing: 'there is no such file or folder',
	denied: 'permission denied: run the script as a user that may read it',
	packed: 'it is packed, and there is nothing here that unpacks it',
	none: 'no log is in this folder (no *.log, *.txt, *.csv, *.json)',
} as const;

export type BundledLogs = {
	readonly scans: readonly LogScan[];
	/** What was asked for at the site, and could not be read; or not here any more. */
	readonly problems: readonly PathProblem[];
	/** When they were read, by the clock of the machine that they lie on, ISO 8601; null: there are none. */
	readonly takenAt: string | null;
};

export type SplitLogs = {
	readonly logs: BundledLogs;
	/** What stands around them. */
	readonly around: string;
};

const begins = /^=+\s*kbwizard log begins\s*=+$/i;
const ends = /^=+\s*kbwizard log ends, lines:\s*(\d{1,6})\s*=+$/i;

/** Folder and number of the file, the day that it is named for, when it was changed last, the offset, when it was read. */
const headLine =
	/^log (\d{1,6})\.(\d{1,6}) (-|\d{8}) (-|\d{1,12}) (-|[+-]\d{4}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/;
const readLine = /^read (\d{1,12}) (\d{1,12}) (\d{1,12}) (\d{1,12})$/;
/** Events that are not told one by one: how many, with which marks, and the time of the first. */
const moreLine = /^more (\d{1,9}) ([a-z]{1,9}) ([eopb]) (\S.{0,59})$/;
const unreadLine = /^unread ([a-z]+)$/;

export function splitLogs(text: string): SplitLogs {
	const sections: string[][] = [];
	const around: string[] = [];
	let open: string[] | null = null;
	for (const line of text.split('\n')) {
		if (begins.test(line.trim())) {
			open = [];
			sections.push(open);
		} else if (open !== null && ends.test(line.trim())) {
			open.push(line.trim());
			open = null;
		} else (open ?? around).push(line);
	}
	const read = sections.map(readSection);
	return {
		logs: {
			scans: read.flatMap(({ scan }) => scan ?? []),
			problems: read.flatMap(({ problem }) => problem ?? []),
			takenAt:
				read
					.flatMap(({ takenAt }) => takenAt ?? [])
					.sort()
					.at(-1) ?? null,
		},
		around: around.join('\n'),
	};
}

type Section = {
	readonly scan: LogScan | null;
	readonly problem: PathProblem | null;
	readonly takenAt: string | null;
};

function readSection(lines: readonly string[], index: number): Section {
	const [first = '', ...rest] = lines.filter((line) => line.trim() !== '');
	const last = rest.pop() ?? '';
	const head = headLine.exec(first);
	const missed = (why: string): Section => ({
		scan: null,
		problem: { path: `log ${index + 1}`, why: `log ${index + 1} of the site: ${why}` },
		takenAt: null,
	});
	if (head === null) return missed('its part of the bundle was damaged');
	const [, folder = '', number = '', named = '', mtime = '', zone = '', takenAt = ''] = head;
	const path = `folder-${folder}/log-${number}`;
	const unread = unreadLine.exec(rest[0] ?? '');
	if (unread !== null) {
		const why = Object.entries(unreadWhys).find(([key]) => key === unread[1])?.[1] ?? 'it could not be read';
		return missed(why);
	}
	const read = readLine.exec(rest[0] ?? '');
	if (read === null || Number(ends.exec(last)?.[1]) !== rest.length + 1)
		return missed('its part of the bundle was damaged, or cut off');
	if (Number(read[2]) + Number(read[3]) === 0)
		return missed('no line of it is a log entry of OpenIZ or PostgreSQL');
	const more = rest.flatMap((line) => moreOf(line) ?? []);
	const entries = rest.slice(1).filter((line) => !line.startsWith('more '));
	const outlined = entries.flatMap((line) => outlinedEntry(line) ?? []);
	if (outlined.length !== entries.length) return missed('its part of the bundle was damaged');
	const [, , application, server, ordinary] = read.map(Number);
	const options = {
		named: named === '-' ? '' : named,
		zone: zone === '-' ? null : `${zone.slice(0, 3)}:${zone.slice(3)}`,
		mtimeMs: mtime === '-' ? Date.parse(takenAt) : Number(mtime) * 1000,
	};
	// The first of those that are not told one by one is, with its time.
	const scan = scanOutline([...more.map(({ first }) => first), ...outlined], options);
	return {
		scan: {
			...scan,
			path,
			...{ size: 0, mtimeMs: options.mtimeMs, notes: [] },
			...{ application: application ?? 0, server: server ?? 0, ordinary: ordinary ?? 0 },
			signatures: withMore(scan.signatures, more, options),
		},
		problem: null,
		takenAt,
	};
}

type More = { readonly events: number; readonly first: OutlinedEntry };

function moreOf(line: string): More | null {
	const match = moreLine.exec(line);
	if (match === null) return null;
	const [, events, kinds, layout, stamp] = match;
	const first = outlinedEntry(`1 ${layout} ${kinds} - - ${stamp}`);
	return first === null ? null : { events: Number(events), first };
}

/** The others of the events before those that are told one by one, counted to the signatures that the first counts to. */
function withMore(
	counted: LogScan['signatures'],
	more: readonly More[],
	options: Parameters<typeof scanOutline>[1],
): LogScan['signatures'] {
	const others = more.map(({ events, first }) => ({
		events: events - 1,
		signatures: scanOutline([first], options).signatures,
	}));
	return forEachTracked((name) => ({
		...counted[name],
		events: others
			.filter(({ signatures }) => signatures[name].events > 0)
			.reduce((total, { events }) => total + events, counted[name].events),
	}));
}
