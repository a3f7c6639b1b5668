/** Why reads time out, as far as the times in a log let one tell. */
import type { EventGap } from './tally.ts';

export type TimeoutPattern = 'at the command timeout' | 'after a pause' | 'irregular';

/** Stamps have whole seconds, at both ends of a gap. */
const toleranceMs = 2_000;
/** Most events must agree; one of another cause may be among them. */
const mostShare = 0.7;
/** Shorter than the idle time after which a firewall or NAT forgets a connection is no pause. */
const pauseMs = 5 * 60_000;
/** Npgsql's default command timeout, and the one of OpenIZ's sample configurations. */
const usualTimeoutsMs = [30_000, 120_000];
/** Fewer entries of ordinary work than this, and a silence may only mean that nothing but errors is logged. */
const enoughOrdinary = 10;

export type TimeoutShape = {
	readonly pattern: TimeoutPattern;
	/** The median wait of a thread before its event, in seconds; null: the log does not tell. */
	readonly gapSeconds: number | null;
	/** The median silence before, in seconds; null: the log does not tell. */
	readonly pauseSeconds: number | null;
};

/**
 * Npgsql 3.2 makes its command timeout a timeout of the socket, so a query that is too slow and a path that is dead
 * end in the same words. The first comes a constant time after its thread began to wait; the second on the first use
 * after a time in which nobody used the connection. Where neither shows, or the log holds too little, it is irregular.
 * @param ordinary entries of the log that tell of ordinary work
 * @param configured command timeouts of the site's own configuration, in milliseconds
 */
export function timeoutShape(
	gaps: readonly EventGap[],
	ordinary: number,
	configured: readonly number[] = [],
): TimeoutShape {
	const timeouts = configured.length > 0 ? configured : usualTimeoutsMs;
	const talkative = ordinary >= enoughOrdinary;
	const own = present(gaps.map(({ ownMs }) => ownMs)).filter((ms) => ms >= toleranceMs);
	const before = talkative ? gaps.map(({ quietBeforeWaitMs }) => quietBeforeWaitMs) : [];
	const quiet = talkative ? gaps.map(({ quietMs }) => quietMs) : [];
	const gap = median(own);
	const seconds = (ms: number | null) => (ms === null ? null : Math.round(ms / 1000));
	const shape = (pattern: TimeoutPattern, pause: readonly (number | null)[]): TimeoutShape => ({
		pattern,
		gapSeconds: seconds(gap),
		pauseSeconds: seconds(median(present(pause))),
	});
	// A first use after a pause waits for the command timeout as well, so the pause is looked for first.
	if (mostly(before, isPause)) return shape('after a pause', before);
	if (isConstant(own, gap, gaps.length, timeouts)) return shape('at the command timeout', before);
	if (mostly(quiet, isPause)) return shape('after a pause', quiet);
	return shape('irregular', quiet);
}

function isPause(ms: number): boolean {
	return ms >= pauseMs;
}

function isConstant(
	own: readonly number[],
	gap: number | null,
	events: number,
	timeouts: readonly number[],
): boolean {
	if (gap === null || own.length < events * mostShare) return false;
	const usual = timeouts.some((timeout) => Math.abs(gap - timeout) <= toleranceMs);
	// Two gaps agree by chance; with a usual timeout one is enough.
	if (!usual && (own.length < 3 || gap < 5_000 || gap > 10 * 60_000)) return false;
	return mostly(own, (ms) => Math.abs(ms - gap) <= toleranceMs);
}

/** A value that is not known speaks against. */
function mostly(values: readonly (number | null)[], holds: (value: number) => boolean): boolean {
	if (values.length === 0) return false;
	return values.filter((value) => value !== null && holds(value)).length >= values.length * mostShare;
}

function present(values: readonly (number | null)[]): readonly number[] {
	return values.filter((value) => value !== null);
}

function median(values: readonly number[]): number | null {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}
