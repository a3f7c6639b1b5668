/** What the logs say to one check: a verdict by when it happened, and the counts and times that it rests on. */
import { dirname } from 'node:path';
import type { Fence } from '../../article/article.ts';
import type { Facts, Row } from '../../machine/ports.ts';
import { cleanText } from '../untrusted.ts';
import { barsShown } from './histogram.ts';
import { seenInWords } from './in-words.ts';
import type { PathProblem } from './log-paths.ts';
import type { LogScan } from './scan-log.ts';
import type { ServerClock } from './server-clock.ts';
import { isSignatureName } from './signatures.ts';
import { emptyTally, eventsOlderThan, mergeTallies, ratePerMinute, type Tally } from './tally.ts';
import { type TimeoutShape, timeoutShape } from './timeout-pattern.ts';

/**
 * `now` is the last ten minutes: twice Npgsql's idle lifetime of 300 s, so that every pool has had to open connections
 * again meanwhile, and a trouble that goes on has shown itself.
 */
const nowMs = 10 * 60_000;
/** Files that are shown with their counts. */
const shownFiles = 20;
/** Columns of a full bar. */
const barLength = 20;
/** Zones are at most so far apart. */
const farthestZoneMs = 14 * 3_600_000;

export type Answer = {
	/** Null: there are events, and no times to tell when. */
	readonly verdict: string | null;
	readonly events: number;
	readonly facts: Facts;
	readonly rows: readonly Row[];
};

export type AnswerInput = {
	readonly fence: Fence;
	readonly scans: readonly LogScan[];
	readonly skipped: readonly PathProblem[];
	/** They were asked for, not looked for. */
	readonly given: boolean;
	/** This machine's time. */
	readonly now: Date;
	/** Null: no session. */
	readonly server: ServerClock | null;
	/** Command timeouts of the configurations that were given. */
	readonly commandTimeoutsMs: readonly number[];
};

/** What a check's signature or patterns came to in one file, and when that was. */
type Found = {
	readonly scan: LogScan;
	readonly tally: Tally;
	/** Since its last event; null: it has no times. */
	readonly ageMs: number | null;
	/** Events that a restart made history. */
	readonly old: number;
	/** All of them are. */
	readonly over: boolean;
};

export function answerFrom(input: AnswerInput): Answer {
	const { fence, scans } = input;
	const clocks = clocksOf(input);
	const found = scans
		.map((scan) => foundIn(scan, tallyFor(fence, scan), clocks))
		.filter(({ tally }) => tally.events > 0);
	const tally = mergeTallies(found.map((each) => each.tally));
	const ages = found.flatMap(({ ageMs }) => ageMs ?? []);
	const ageMs = ages.length === 0 ? null : Math.min(...ages);
	const old = found.reduce((total, each) => total + each.old, 0);
	const shape =
		fence.attributes.signature === 'read-timeout'
			? timeoutShape(
					tally.gaps,
					Math.max(0, ...found.map(({ scan }) => scan.ordinary)),
					input.commandTimeoutsMs,
				)
			: null;
	const names = [...tally.names].map(([name, count]) => [name.replaceAll('-', '_'), count]);
	return {
		verdict: verdictOf(tally, found, shape?.pattern ?? 'now', clocks),
		events: tally.events,
		facts: {
			...Object.fromEntries(names),
			events: tally.events,
			...{ first: iso(tally.first), last: iso(tally.last) },
			age_s: ageMs === null ? null : Math.round(ageMs / 1000),
			rate_per_min: ratePerMinute(tally),
			old,
			seen: seenInWords({ tally, ageMs, old }),
			own_limit:
				fence.attributes.signature === 'slots-refused'
					? scans.reduce((total, { signatures }) => total + signatures['own-limit'].events, 0)
					: null,
			unread: unreadInWords(input.given ? input.skipped : []),
			files: found.length,
			files_read: scans.length,
			...(shape === null
				? {}
				: { gap_s: shape.gapSeconds, pause_s: shape.pauseSeconds, stop_after_s: stopAfter(shape) }),
		},
		rows: [...barRows(tally), ...found.slice(-shownFiles).map(fileRow)],
	};
}

type Clocks = {
	/** What the clock that wrote a log shows now. */
	readonly nowOf: (scan: LogScan) => number;
	/** Since when what a log tells is about what runs now; null: not known. */
	readonly startOf: (scan: LogScan) => number | null;
};

function clocksOf({ scans, now, server }: AnswerInput): Clocks {
	const skewMs = server?.aheadMs ?? 0;
	const logged = latest(scans.map(({ serverStartMs }) => serverStartMs));
	const serverStart = server?.startedMs ?? logged;
	// A service's own start is told by the logs beside: each instance writes into a folder of its own.
	const services = new Map<string, number>();
	for (const { path, serviceStartMs } of scans) {
		const folder = dirname(path);
		const known = latest([services.get(folder) ?? null, serviceStartMs]);
		if (known !== null) services.set(folder, known);
	}
	// A log that is ahead of its clock was written in a zone that could not be told.
	const reference = (isServer: boolean, clock: number): number =>
		Math.max(
			clock,
			...scans
				.filter((scan) => isServers(scan) === isServer)
				.map(({ lastMs }) => lastMs ?? 0)
				.filter((ms) => ms <= clock + farthestZoneMs),
		);
	const ofServers = server === null ? reference(true, now.getTime()) : now.getTime() + skewMs;
	const ofApplications = reference(false, now.getTime());
	return {
		nowOf: (scan) => (isServers(scan) ? ofServers : ofApplications),
		startOf: (scan) =>
			isServers(scan)
				? serverStart
				: latest([
						serverStart === null ? null : serverStart - skewMs,
						services.get(dirname(scan.path)) ?? null,
					]),
	};
}

function isServers({ application, server }: LogScan): boolean {
	return server > application;
}

function latest(times: readonly (number | null)[]): number | null {
	const known = times.filter((time) => time !== null);
	return known.length === 0 ? null : Math.max(...known);
}

function foundIn(scan: LogScan, tally: Tally, { nowOf, startOf }: Clocks): Found {
	const began = startOf(scan);
	// Of whole seconds, one of the second in which the server began is not from before.
	const start = began === null || (tally.last ?? 0) % 1_000 !== 0 ? began : began - 1_000;
	const over = start !== null && tally.last !== null && tally.last < start;
	return {
		scan,
		tally,
		ageMs: tally.last === null ? null : Math.max(0, nowOf(scan) - tally.last),
		over,
		old: over ? tally.events : start === null ? 0 : eventsOlderThan(tally, start),
	};
}

/** A little less than the client waits, in seconds: there the server may stop a query before it is abandoned. */
function stopAfter({ pattern, gapSeconds }: TimeoutShape): number | null {
	return pattern === 'at the command timeout' && gapSeconds !== null ? Math.floor(gapSeconds * 0.9) : null;
}

function tallyFor(fence: Fence, scan: LogScan): Tally {
	const name = fence.attributes.signature;
	const tally =
		name !== undefined && isSignatureName(name) ? scan.signatures[name] : scan.patterns.get(fence.body);
	return tally ?? emptyTally;
}

function verdictOf(tally: Tally, found: readonly Found[], recent: string, { nowOf }: Clocks): string | null {
	if (tally.events === 0) return 'never';
	if (found.some(({ ageMs, over }) => ageMs !== null && ageMs <= nowMs && !over)) return recent;
	// Events without times are older than the last change of their file.
	const untimed = found.filter(({ ageMs }) => ageMs === null);
	return untimed.every(({ scan }) => nowOf(scan) - scan.mtimeMs > nowMs) ? 'earlier' : null;
}

/** What was asked for and is missing. */
function unreadInWords(skipped: readonly PathProblem[]): string {
	const missed = skipped.filter(({ beside }) => beside === undefined);
	if (missed.length === 0) return '';
	const [first, second] = missed;
	const more = missed.length > 2 ? ` and ${missed.length - 2} more` : '';
	return `; not read: ${[first, second].flatMap((each) => each?.why ?? []).join(', ')}${more}`;
}

function barRows(tally: Tally): readonly Row[] {
	const { bars } = barsShown(tally.over);
	if (bars.length < 2) return [];
	const most = Math.max(...bars.map(({ events }) => events));
	return bars.map(({ fromMs, events }) => ({
		from: iso(fromMs)?.slice(0, 16).replace('T', ' ') ?? null,
		events,
		bar: '#'.repeat(events === 0 ? 0 : Math.max(1, Math.round((events / most) * barLength))),
	}));
}

function fileRow({ scan, tally, old }: Found): Row {
	return {
		file: cleanText(scan.path, { max: 300 }),
		events: tally.events,
		// What says nothing takes no room on a screen.
		old: old === 0 ? null : old,
		lines:
			tally.firstLine === tally.lastLine ? `${tally.firstLine}` : `${tally.firstLine} to ${tally.lastLine}`,
		note: scan.notes.join('; ') || null,
	};
}

function iso(ms: number | null): string | null {
	return ms === null ? null : new Date(ms).toISOString();
}
