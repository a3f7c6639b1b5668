/** How often and when, as a person says it. Counts and times only. */
import { ratePerMinute, type Tally } from './tally.ts';

export type SeenInput = {
	readonly tally: Tally;
	/** Since the last event; null: there are no times. */
	readonly ageMs: number | null;
	/** Events from before the last restart. */
	readonly old: number;
};

/** `412 times since 2026-11-22 09:10 UTC, 11 a minute at the end, the last one 25 s ago`. */
export function seenInWords({ tally, ageMs, old }: SeenInput): string {
	const { events, first, last } = tally;
	if (events === 0) return 'never';
	if (first === null || last === null || ageMs === null) return times(events);
	const restart =
		old === 0 ? '' : `, ${old === events ? 'before' : `${old} of them before`} the last restart`;
	if (events === 1) return `once, ${duration(ageMs)} ago${restart}`;
	const rate = ratePerMinute(tally);
	const lately = rate === null ? '' : `, ${rate} a minute at the end`;
	return `${times(events)} since ${minute(first)}${lately}, the last one ${duration(ageMs)} ago${restart}`;
}

function times(events: number): string {
	return events === 1 ? 'once' : `${events} times`;
}

function minute(ms: number): string {
	return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function duration(ms: number): string {
	const seconds = Math.round(ms / 1000);
	if (seconds < 120) return `${seconds} s`;
	if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
	if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
	return `${Math.round(seconds / 86_400)} days`;
}
