/** What is said of a check when the logs are known: its verdict, or why there is none. */
import type { Fence } from '../../article/article.ts';
import { ownFailure } from '../../machine/own-failure.ts';
import type { Failure, Observation } from '../../machine/ports.ts';
import { absent } from '../absent.ts';
import { cleanText } from '../untrusted.ts';
import { answerFrom } from './log-answer.ts';
import type { PathProblem } from './log-paths.ts';
import { parseLogPatterns } from './patterns.ts';
import type { ReadLogs } from './read-logs.ts';
import type { LogScan } from './scan-log.ts';
import type { ServerClock } from './server-clock.ts';
import { isSignatureName, shownBy, signatureNames } from './signatures.ts';

export type KnownLogs = ReadLogs & {
	readonly server: ServerClock | null;
	readonly commandTimeoutsMs: readonly number[];
};

export type LogLook = {
	/** The logs were asked for, not looked for. */
	readonly given: boolean;
	/** What the clock beside the logs shows. */
	readonly now: Date;
	readonly source: 'log' | 'bundle';
	readonly sql: null;
	readonly durationMs: number;
	/** ISO 8601. */
	readonly at: string;
};

export function logObservation(
	fence: Fence,
	logs: KnownLogs,
	{ given, now, ...timing }: LogLook,
): Observation {
	const { server, commandTimeoutsMs, skipped, incomplete } = logs;
	const fail = (failure: Failure): Observation => ({ kind: 'failed', failure, ...timing });
	const scans = logs.scans.filter((scan) => bearsOn(fence, scan));
	if (scans.length === 0) return nothingToLookAt(fence, logs, given, fail);
	const answer = answerFrom({ fence, scans, skipped, server, commandTimeoutsMs, given, now });
	if (answer.verdict === null) return fail(timesMissing(answer.events));
	if (answer.events === 0 && incomplete) return fail(notAllRead(skipped));
	return {
		kind: 'verdict',
		verdict: answer.verdict,
		facts: { ...answer.facts, files_skipped: skipped.length },
		rows: answer.rows,
		...timing,
		failure: null,
		grant: null,
	};
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

/**
 * Files that were named and cannot be read are a finding of the checks that any log answers; to the others, as where
 * the log of the other side is missing, there is just no source.
 */
function nothingToLookAt(
	fence: Fence,
	{ scans, skipped, incomplete }: KnownLogs,
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

/** Why a fence cannot be answered from any log; null: it can. */
export function problemOf(fence: Fence): Failure | null {
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
