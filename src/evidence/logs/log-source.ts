/** Answers `log` fences from the files that were given or found, read once for all checks. */
import type { Check, Fence } from '../../article/article.ts';
import { absent } from '../absent.ts';
import type { EvidenceSource } from '../observe.ts';
import { type KnownLogs, logObservation, problemOf } from './log-observation.ts';
import { type FoundLogs, findLogs } from './log-paths.ts';
import { type LogPattern, parseLogPatterns } from './patterns.ts';
import { readLogs, type ScanCache } from './read-logs.ts';
import type { ServerClock } from './server-clock.ts';

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

const noneGiven = 'no log was given (--log PATH)';

/** A log that is still written is read again after this many milliseconds, as when a cure is verified. */
const freshMs = 5_000;

/** The source for the language `log`. Keeps no text of the logs: counts, times, files and line numbers only. */
export function createLogSource(options: LogSourceOptions): EvidenceSource {
	const patterns = new Map<string, readonly LogPattern[]>();
	for (const fence of (options.checks ?? []).flatMap(({ checks }) => checks)) addPatterns(patterns, fence);
	const cache: ScanCache = new Map();
	let latest: { readonly at: number; readonly logs: Promise<KnownLogs> } | null = null;

	const logsOf = (signal: AbortSignal): Promise<KnownLogs> => {
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
		return logObservation(fence, logs, {
			given: options.paths.length > 0,
			now: started,
			...timing(logs.server),
		});
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
): Promise<KnownLogs> {
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
