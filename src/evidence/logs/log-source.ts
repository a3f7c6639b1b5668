/** Answers `log` fences from the files that were given or found, read once for all checks. */
import type { Check, Fence } from '../../article/article.ts';
import { ownFailure } from '../../machine/own-failure.ts';
import type { Failure, Observation } from '../../machine/ports.ts';
import { absent } from '../absent.ts';
import type { EvidenceSource } from '../observe.ts';
import { cleanText } from '../untrusted.ts';
import { answerFrom } from './log-answer.ts';
import { type FoundLogs, findLogs, type PathProblem } from './log-paths.ts';
import { type LogPattern, parseLogPatterns } from './patterns.ts';
import { type ReadLogs, readLogs, type ScanCache } from './read-logs.ts';
import type { LogScan } from './scan-log.ts';
import type { ServerClock } from './server-clock.ts';
import { isSignatureName, shownBy, signatureNames } from './signatures.ts';

export type LogSourceOptions = {
	/** As given with `--log`: files, globs, folders. */
	readonly paths: readonly string[];
	readonly clock: () => Date;
	/** The article's checks: patterns of their own are then looked for in the one pass. */
	readonly checks?: readonly Check[];
	/** Where logs lie if none was given: its problems say why no more was found. */
	readonly discover?: () => Promise<FoundLogs>;
	/** Null: no session. */
	readonly serverClock?: () => Promise<ServerClock | null>;
	/** Command timeouts of the configurations that were given. */
	readonly commandTimeouts?: () => Promise<readonly number[]>;
	/** What to show while reading takes long; empty: it is over. */
	readonly onProgress?: (text: string) => void;
};

/** A log that is still written is read again after this many milliseconds, as when a cure is verified. */
const freshMs = 5_000;

type Logs = ReadLogs & {
	readonly server: ServerClock | null;
	readonly commandTimeoutsMs: readonly number[];
};

/** The source for the language `log`. Keeps no text of the logs: counts, times, files and line numbers only. */
export function createLogSource(options: LogSourceOptions): EvidenceSource {
	const patterns = new Map<string, readonly LogPattern[]>();
	for (const fence of (options.checks ?? []).flatMap(({ checks }) => checks)) addPatterns(patterns, fence);
	const cache: ScanCache = new Map();
	let latest: { readonly at: number; readonly logs: Promise<Logs> } | null = null;

	const logsOf = (signal: AbortSignal): Promise<Logs> => {
		const at = options.clock().getTime();
		if (latest !== null && at - latest.at < freshMs) return latest.logs;
		const logs = readAll(options, patterns, cache, signal);
		const entry = { at, logs };
		latest = entry;
		// One check's cancellation must not answer the next one.
		logs.catch(() => {
			if (latest === entry) latest = null;
		});
		return logs;
	};

	return async ({ check }, signal) => {
		const fence = check.checks.find(({ language }) => language === 'log');
		if (fence === undefined) return absent('this check asks nothing of a log');
		if (options.paths.length === 0 && options.discover === undefined) return absent(noneGiven);
		const started = options.clock();
		const timing = (server: ServerClock | null) => ({
			source: 'log' as const,
			sql: null,
			durationMs: options.clock().getTime() - started.getTime(),
			at: new Date(started.getTime() + (server?.aheadMs ?? 0)).toISOString(),
		});
		const problem = problemOf(fence);
		if (problem !== null) return { kind: 'failed', failure: problem, ...timing(null) };
		if (addPatterns(patterns, fence)) {
			latest = null;
			cache.clear();
		}
		const logs = await logsOf(signal);
		const { server, commandTimeoutsMs, skipped, incomplete } = logs;
		const fail = (failure: Failure): Observation => ({ kind: 'failed', failure, ...timing(server) });
		const scans = logs.scans.filter((scan) => bearsOn(fence, scan));
		if (scans.length === 0) return nothingToLookAt(fence, logs, options.paths.length > 0, fail);
		const answer = answerFrom({
			...{ fence, scans, skipped, server, commandTimeoutsMs },
			given: options.paths.length > 0,
			now: started,
		});
		if (answer.verdict === null) return fail(timesMissing(answer.events));
		if (answer.events === 0 && incomplete) return fail(notAllRead(skipped));
		return {
			kind: 'verdict',
			verdict: answer.verdict,
			facts: { ...answer.facts, files_skipped: skipped.length },
			rows: answer.rows,
			...timing(server),
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

async function readAll(
	options: LogSourceOptions,
	patterns: ReadonlyMap<string, readonly LogPattern[]>,
	cache: ScanCache,
	signal: AbortSignal,
): Promise<Logs> {
	const given = options.paths.length > 0;
	const found = given ? await findLogs(options.paths) : await options.discover?.();
	const server = (await options.serverClock?.()) ?? null;
	const logs = await readLogs(found ?? { files: [], problems: [] }, cache, {
		...{ patterns, signal, serverZone: server?.logZone ?? null },
		...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
	});
	const commandTimeoutsMs = (await options.commandTimeouts?.()) ?? [];
	// What was looked for unasked is not missed where it is not there.
	return { ...logs, incomplete: logs.incomplete && given, server, commandTimeoutsMs };
}

/** Whose log would show what is asked for; null: a pattern of one's own, which may be meant for any text. */
function whoShows({ attributes: { signature } }: Fence): ReturnType<typeof shownBy> | null {
	return signature !== undefined && isSignatureName(signature) ? shownBy(signature) : null;
}

function bearsOn(fence: Fence, { application, server }: LogScan): boolean {
	const by = whoShows(fence);
	if (by === null) return true;
	return (application > 0 && by !== 'server') || (server > 0 && by !== 'application');
}

const noneGiven = 'no log was given (--log PATH)';

/**
 * Files that were named and cannot be read are a finding of the checks that any log answers; to the others, as where
 * the log of the other side is missing, there is just no source.
 */
function nothingToLookAt(
	fence: Fence,
	{ scans, skipped, incomplete }: Logs,
	given: boolean,
	fail: (failure: Failure) => Observation,
): Observation {
	const whys = skipped.map(({ why }) => why).join('; ');
	if (!given) {
		const grant = skipped.find((each) => each.grant !== undefined)?.grant ?? null;
		const none = scans.length === 0 ? 'no log' : otherSide(fence);
		return absent(`${none} was given (--log PATH)${whys === '' ? '' : `; ${whys}`}`, grant);
	}
	const anyLog = (whoShows(fence) ?? 'either') === 'either';
	if (incomplete && anyLog && scans.length === 0) return fail(notAllRead(skipped));
	if (scans.length === 0) return absent(whys === '' ? 'none of the files given is a log' : whys);
	return absent(`${otherSide(fence)} was given (--log PATH)`);
}

function otherSide(fence: Fence): string {
	return whoShows(fence) === 'server' ? 'no log of PostgreSQL' : 'no log of the application';
}

function problemOf(fence: Fence): Failure | null {
	const { signature } = fence.attributes;
	if (signature !== undefined) {
		if (isSignatureName(signature)) return null;
		return ownFailure('unknown-signature', `“${cleanText(signature, { max: 60 })}” is not a log signature`, [
			`use one of ${signatureNames.join(', ')}`,
		]);
	}
	const { patterns, problems } = parseLogPatterns(fence.body);
	const [first] = problems;
	if (first !== undefined) {
		return ownFailure('bad-pattern', `line ${fence.line + first.line}: ${first.message}`, [
			'correct the article (kbwizard lint)',
		]);
	}
	return patterns.length > 0
		? null
		: ownFailure('bad-pattern', `line ${fence.line}: a log check wants signature=… or patterns`, [
				'correct the article (kbwizard lint)',
			]);
}

function timesMissing(events: number): Failure {
	return ownFailure(
		'no-times',
		`the log shows it (${events} ${events === 1 ? 'event' : 'events'}), but no time beside it, so it cannot be told whether it goes on`,
		[
			'give the log file itself, with the header of each entry',
			'with PostgreSQL’s log, set %m in log_line_prefix',
		],
	);
}

function notAllRead(skipped: readonly PathProblem[]): Failure {
	return ownFailure(
		'log-not-read',
		`nothing was found in what could be read, but not all could: ${skipped.map(({ why }) => why).join('; ')}`,
		['make the file readable, or give a copy of it with --log PATH'],
	);
}
