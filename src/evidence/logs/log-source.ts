/** Answers `log` fences from the files that were given, read once for all checks. */
import type { Check, Fence } from '../../article/article.ts';
import type { FactValue, Failure, Observation, Row } from '../../machine/ports.ts';
import type { EvidenceSource } from '../observe.ts';
import { cleanText } from '../untrusted.ts';
import { NotALog } from './log-lines.ts';
import { findLogs, type PathProblem, whyUnreadable } from './log-paths.ts';
import { type LogPattern, parseLogPatterns } from './patterns.ts';
import { type LogScan, scanLog } from './scan-log.ts';
import { isSignatureName, signatureNames } from './signatures.ts';
import { emptyTally, mergeTallies, ratePerMinute, type Tally } from './tally.ts';
import { type TimeoutShape, timeoutShape } from './timeout-pattern.ts';

export type LogSourceOptions = {
	/** As given with `--log`: files, globs, folders. */
	readonly paths: readonly string[];
	readonly clock: () => Date;
	/** The article's checks: patterns of their own are then looked for in the one pass. */
	readonly checks?: readonly Check[];
};

/**
 * `now` is the last ten minutes: twice Npgsql's idle lifetime of 300 s, so that every pool has had to open connections
 * again meanwhile, and a trouble that goes on has shown itself.
 */
export const nowMs = 10 * 60_000;

/** A log that is still written is read again after this many milliseconds, as when a cure is verified. */
const freshMs = 5_000;
/** Files that are shown with their counts. */
const shownFiles = 20;

type Scans = {
	readonly scans: readonly LogScan[];
	/** Why some files were not read. */
	readonly skipped: readonly PathProblem[];
	/** Something of what was asked for could not be read: then nothing may be called “never”. */
	readonly incomplete: boolean;
};

/** The source for the language `log`. Keeps no text of the logs: counts, times, files and line numbers only. */
export function createLogSource(options: LogSourceOptions): EvidenceSource {
	const patterns = new Map<string, readonly LogPattern[]>();
	for (const fence of (options.checks ?? []).flatMap(({ checks }) => checks)) addPatterns(patterns, fence);
	let latest: { readonly at: number; readonly scans: Promise<Scans> } | null = null;

	const scansOf = (signal: AbortSignal): Promise<Scans> => {
		const at = options.clock().getTime();
		if (latest !== null && at - latest.at < freshMs) return latest.scans;
		const scans = scanAll(options.paths, patterns, signal);
		const entry = { at, scans };
		latest = entry;
		// One check's cancellation must not answer the next one.
		scans.catch(() => {
			if (latest === entry) latest = null;
		});
		return scans;
	};

	return async ({ check }, signal) => {
		if (options.paths.length === 0) return absent('no log was given (--log PATH)');
		const fence = check.checks.find(({ language }) => language === 'log');
		if (fence === undefined) return absent('this check asks nothing of a log');
		const started = options.clock();
		const fail = (failure: Failure): Observation => ({
			kind: 'failed',
			failure,
			source: 'log',
			sql: null,
			durationMs: options.clock().getTime() - started.getTime(),
			at: started.toISOString(),
		});
		const problem = problemOf(fence);
		if (problem !== null) return fail(problem);
		if (addPatterns(patterns, fence)) latest = null;
		const { scans: all, skipped, incomplete } = await scansOf(signal);
		// A pattern may be meant for any text; a signature is looked for in what is known to be a log.
		const scans = fence.attributes.signature === undefined ? all : all.filter(({ entries }) => entries > 0);
		if (scans.length === 0) {
			return absent(skipped.map(({ why }) => why).join('; ') || 'none of the files given is a log');
		}
		const answer = answerFrom(fence, scans, started);
		if (answer.verdict === null) return fail(timesMissing(answer.events));
		if (answer.events === 0 && incomplete) return fail(notAllRead(skipped));
		return {
			kind: 'verdict',
			verdict: answer.verdict,
			facts: { ...answer.facts, files_skipped: skipped.length },
			rows: answer.rows,
			source: 'log',
			sql: null,
			durationMs: options.clock().getTime() - started.getTime(),
			at: started.toISOString(),
			failure: null,
			grant: null,
		};
	};
}

/** True where the patterns were not known before. */
function addPatterns(patterns: Map<string, readonly LogPattern[]>, fence: Fence): boolean {
	if (fence.language !== 'log' || fence.attributes.signature !== undefined || patterns.has(fence.body))
		return false;
	patterns.set(fence.body, parseLogPatterns(fence.body).patterns);
	return true;
}

async function scanAll(
	paths: readonly string[],
	patterns: ReadonlyMap<string, readonly LogPattern[]>,
	signal: AbortSignal,
): Promise<Scans> {
	const { files, problems } = await findLogs(paths);
	const scans: LogScan[] = [];
	const skipped: PathProblem[] = [...problems];
	let incomplete = problems.length > 0;
	for (const { path, named } of files) {
		try {
			const scan = await scanLog(path, patterns, signal);
			if (scan.entries > 0 || patterns.size > 0) scans.push(scan);
			if (scan.entries === 0)
				skipped.push(problem(path, 'no line of it is a log entry of OpenIZ or PostgreSQL'));
		} catch (error) {
			signal.throwIfAborted();
			// In a folder or a glob, a file that is no log was not asked for.
			if (named || !(error instanceof NotALog)) incomplete = true;
			skipped.push(problem(path, whyUnreadable(error)));
		}
	}
	return { scans, skipped, incomplete };
}

function problem(path: string, why: string): PathProblem {
	return { path, why: `${cleanText(path, { max: 300 })}: ${why}` };
}

type Answer = {
	/** Null: there are events, and no times to tell when. */
	readonly verdict: string | null;
	readonly events: number;
	readonly facts: Readonly<Record<string, FactValue>>;
	readonly rows: readonly Row[];
};

function answerFrom(fence: Fence, scans: readonly LogScan[], now: Date): Answer {
	const found = scans
		.map((scan) => ({ scan, tally: tallyFor(fence, scan) }))
		.filter(({ tally }) => tally.events > 0);
	const tally = mergeTallies(found.map((each) => each.tally));
	const reference = referenceTime(scans, now);
	const ageMs = tally.last === null ? null : Math.max(0, reference - tally.last);
	const shape =
		fence.attributes.signature === 'read-timeout'
			? timeoutShape(tally.gaps, Math.max(0, ...found.map(({ scan }) => scan.ordinary)))
			: null;
	const names = Object.fromEntries(
		[...tally.names].map(([name, count]) => [name.replaceAll('-', '_'), count]),
	);
	return {
		verdict: verdictOf(tally, ageMs, found, reference, shape?.pattern ?? 'now'),
		events: tally.events,
		facts: {
			...names,
			events: tally.events,
			first: iso(tally.first),
			last: iso(tally.last),
			age_s: ageMs === null ? null : Math.round(ageMs / 1000),
			rate_per_min: ratePerMinute(tally),
			files: found.length,
			files_read: scans.length,
			...(shape === null
				? {}
				: { gap_s: shape.gapSeconds, pause_s: shape.pauseSeconds, stop_after_s: stopAfter(shape) }),
		},
		rows: found.slice(-shownFiles).map(({ scan, tally: { events, first, last, firstLine, lastLine } }) => ({
			file: cleanText(scan.path, { max: 300 }),
			events,
			first: iso(first),
			last: iso(last),
			first_line: firstLine,
			last_line: lastLine,
		})),
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

/** This machine's clock, or the log's where that one is ahead: then it comes from a zone that could not be told. */
function referenceTime(scans: readonly LogScan[], now: Date): number {
	const farthestZoneMs = 14 * 3_600_000;
	const ahead = scans.map(({ lastMs }) => lastMs ?? 0).filter((ms) => ms <= now.getTime() + farthestZoneMs);
	return Math.max(now.getTime(), ...ahead);
}

function verdictOf(
	tally: Tally,
	ageMs: number | null,
	found: readonly { readonly scan: LogScan }[],
	reference: number,
	recent: string,
): string | null {
	if (tally.events === 0) return 'never';
	if (ageMs !== null) return ageMs <= nowMs ? recent : 'earlier';
	// No event has a time: all of them are older than the last change of their files.
	return found.every(({ scan }) => reference - scan.mtimeMs > nowMs) ? 'earlier' : null;
}

function iso(ms: number | null): string | null {
	return ms === null ? null : new Date(ms).toISOString();
}

function absent(why: string): Observation {
	return { kind: 'absent', why, grant: null };
}

function problemOf(fence: Fence): Failure | null {
	const { signature } = fence.attributes;
	if (signature !== undefined) {
		if (isSignatureName(signature)) return null;
		return failure('unknown-signature', `“${cleanText(signature, { max: 60 })}” is not a log signature`, [
			`use one of ${signatureNames.join(', ')}`,
		]);
	}
	const { patterns, problems } = parseLogPatterns(fence.body);
	const [first] = problems;
	if (first !== undefined) {
		return failure('bad-pattern', `line ${fence.line + first.line}: ${first.message}`, [
			'correct the article (kbwizard lint)',
		]);
	}
	return patterns.length > 0
		? null
		: failure('bad-pattern', `line ${fence.line}: a log check wants signature=… or patterns`, [
				'correct the article (kbwizard lint)',
			]);
}

function timesMissing(events: number): Failure {
	return failure(
		'no-times',
		`the log shows it (${events} ${events === 1 ? 'event' : 'events'}), but no time beside it, so it cannot be told whether it goes on`,
		[
			'give the log file itself, with the header of each entry',
			'with PostgreSQL’s log, set %m in log_line_prefix',
		],
	);
}

function notAllRead(skipped: readonly PathProblem[]): Failure {
	return failure(
		'log-not-read',
		`nothing was found in what could be read, but not all could: ${skipped.map(({ why }) => why).join('; ')}`,
		['make the file readable, or give a copy of it with --log PATH'],
	);
}

function failure(code: string, message: string, next: readonly string[]): Failure {
	return { code, routine: null, layer: null, message, next };
}
