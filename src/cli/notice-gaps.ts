/** Notices that time has passed in which nobody could look: what was known before it may be true no more. */
import type { Staleness } from '../machine/finding.ts';
import type { ConnectionEvent } from '../machine/ports.ts';

/** What is shorter is no gap, in milliseconds. */
const shortestGapMs = 60_000;

export type GapsInput = {
	readonly now: () => Date;
	/** The keeper's. */
	readonly subscribe: (listener: (event: ConnectionEvent) => void) => () => void;
	readonly tell: (why: Exclude<Staleness, 'resumed'>) => void;
	/** How often the clock is looked at, in milliseconds. */
	readonly everyMs: number;
};

/**
 * A clock that jumps ahead between two looks: the computer slept, or somebody has set it; and a connection that was
 * gone for long. Returns what stops it.
 */
export function noticeGaps({ now, subscribe, tell, everyMs }: GapsInput): () => void {
	let last = now().getTime();
	let lostAt: number | null = null;
	const look = (): number => {
		const at = now().getTime();
		const before = last;
		last = at;
		if (at - before > shortestGapMs + everyMs) {
			// What was lost in its sleep is told by that.
			lostAt = null;
			tell('slept');
		}
		return at;
	};
	const timer = setInterval(look, everyMs);
	timer.unref();
	const unsubscribe = subscribe(({ type }) => {
		if (type !== 'connection.lost' && type !== 'connection.held') return;
		const at = look();
		if (type === 'connection.lost') lostAt ??= at;
		else {
			if (lostAt !== null && at - lostAt > shortestGapMs) tell('disconnected');
			lostAt = null;
		}
	});
	return () => {
		clearInterval(timer);
		unsubscribe();
	};
}
