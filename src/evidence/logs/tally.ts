/** Events of one kind, counted in memory that does not grow with the log. */
import {
	emptyHistogram,
	eventsBefore,
	type Histogram,
	HistogramCounter,
	mergeHistograms,
} from './histogram.ts';

/** Milliseconds that the rate looks back from the last event. */
const rateWindowMs = 10 * 60_000;
const minuteMs = 60_000;
/** Gaps and times that are kept: the latest ones tell best what is the matter now. */
const kept = 500;

/** What was quiet around one event, in milliseconds; null: the log does not tell. */
export type EventGap = {
	/** Since the same thread wrote its entry before: the wait, where it logged the beginning of its work. */
	readonly ownMs: number | null;
	/** How long nobody had written anything when that thread wrote that entry. */
	readonly quietBeforeWaitMs: number | null;
	/** How long nobody had written anything when the event was written. */
	readonly quietMs: number | null;
};

/** Of one file, or of several. Times are milliseconds since 1970. */
export type Tally = {
	readonly events: number;
	/** Null: no event had a time. */
	readonly first: number | null;
	readonly last: number | null;
	/** 1-based; of the first and the last event. */
	readonly firstLine: number;
	readonly lastLine: number;
	/** Events per minute (since 1970) of the ten minutes up to the last event. */
	readonly minutes: ReadonlyMap<number, number>;
	readonly gaps: readonly EventGap[];
	/** Of the latest events, in the order of the log. */
	readonly times: readonly number[];
	/** Of the events that have a time. */
	readonly over: Histogram;
	/** Events by the name of the pattern that was found; empty for a signature. */
	readonly names: ReadonlyMap<string, number>;
};

export const emptyTally: Tally = {
	events: 0,
	first: null,
	last: null,
	firstLine: 0,
	lastLine: 0,
	minutes: new Map(),
	gaps: [],
	times: [],
	over: emptyHistogram,
	names: new Map(),
};

/** Counts as a file is read. */
export class TallyCounter {
	#events = 0;
	#first: number | null = null;
	#last: number | null = null;
	#firstLine = 0;
	#lastLine = 0;
	readonly #minutes = new Map<number, number>();
	readonly #gaps: EventGap[] = [];
	readonly #times: number[] = [];
	readonly #over = new HistogramCounter();
	readonly #names = new Map<string, number>();

	/** @param ms null: the event has no time */
	add(ms: number | null, line: number, gap: EventGap, names: Iterable<string> = []): void {
		this.#events += 1;
		this.#firstLine ||= line;
		this.#lastLine = line;
		for (const name of names) this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
		if (ms === null) return;
		this.#over.add(ms);
		this.#first = Math.min(this.#first ?? ms, ms);
		this.#last = Math.max(this.#last ?? ms, ms);
		const minute = Math.floor(ms / minuteMs);
		this.#minutes.set(minute, (this.#minutes.get(minute) ?? 0) + 1);
		if (this.#minutes.size > 64) prune(this.#minutes, this.#last);
		if (this.#gaps.push(gap) > 2 * kept) this.#gaps.splice(0, kept);
		if (this.#times.push(ms) > 2 * kept) this.#times.splice(0, kept);
	}

	/** What was counted, its times moved by `shiftMs`. */
	tally(shiftMs: number): Tally {
		const shifted = (ms: number | null) => (ms === null ? null : ms + shiftMs);
		const last = shifted(this.#last);
		const minutes = new Map(
			[...this.#minutes].map(([minute, events]) => [minute + Math.round(shiftMs / minuteMs), events]),
		);
		if (last !== null) prune(minutes, last);
		return {
			events: this.#events,
			first: shifted(this.#first),
			last,
			firstLine: this.#firstLine,
			lastLine: this.#lastLine,
			minutes,
			gaps: this.#gaps.slice(-kept),
			times: this.#times.slice(-kept).map((ms) => ms + shiftMs),
			over: this.#over.histogram(shiftMs),
			names: new Map(this.#names),
		};
	}
}

function prune(minutes: Map<number, number>, last: number): void {
	for (const minute of minutes.keys())
		if ((minute + 1) * minuteMs <= last - rateWindowMs) minutes.delete(minute);
}

/** Of several files together; the lines are those of nothing in particular, and 0. */
export function mergeTallies(tallies: readonly Tally[]): Tally {
	const times = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
	const firsts = times(tallies.map(({ first }) => first));
	const lasts = times(tallies.map(({ last }) => last));
	const last = lasts.length === 0 ? null : Math.max(...lasts);
	const minutes = sum(tallies.map((tally) => tally.minutes));
	if (last !== null) prune(minutes, last);
	return {
		events: tallies.reduce((total, { events }) => total + events, 0),
		first: firsts.length === 0 ? null : Math.min(...firsts),
		last,
		firstLine: 0,
		lastLine: 0,
		minutes,
		gaps: tallies.flatMap(({ gaps }) => gaps),
		times: tallies.flatMap(({ times }) => times),
		over: mergeHistograms(tallies.map(({ over }) => over)),
		names: sum(tallies.map(({ names }) => names)),
	};
}

function sum<Key>(maps: readonly ReadonlyMap<Key, number>[]): Map<Key, number> {
	const total = new Map<Key, number>();
	for (const map of maps) for (const [key, count] of map) total.set(key, (total.get(key) ?? 0) + count);
	return total;
}

/** Events from before a moment: exactly, as long as the latest ones reach back to it; else as far as bars tell. */
export function eventsOlderThan({ events, times, over }: Tally, ms: number): number {
	const since = times.filter((time) => time >= ms).length;
	return since < times.length || times.length === events ? events - since : eventsBefore(over, ms);
}

/** Events per minute in the ten minutes up to the last one, over the minutes since its first there; null: no times. */
export function ratePerMinute({ minutes }: Tally): number | null {
	if (minutes.size === 0) return null;
	const keys = [...minutes.keys()];
	const span = Math.max(...keys) - Math.min(...keys) + 1;
	const events = [...minutes.values()].reduce((total, count) => total + count, 0);
	return Math.round((events / span) * 10) / 10;
}
