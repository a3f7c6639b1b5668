/** Which counts of the slots are kept for the report: it is counted far oftener than a reader wants to see. */
import type { Gauge } from '../machine/ports.ts';
import type { JournalEntry } from '../session/record.ts';

/** Between two that differ, and between two that do not, in milliseconds. */
const changedEveryMs = 5_000;
const sameEveryMs = 60_000;

/** Takes each count as it comes, and writes down those that tell something. */
export function gaugeRecorder(write: (entry: JournalEntry) => void): (gauge: Gauge) => void {
	let last: (Gauge & { readonly atMs: number }) | null = null;
	return (gauge) => {
		const atMs = Date.parse(gauge.at);
		const isSame = last !== null && last.used === gauge.used && last.usable === gauge.usable;
		if (last !== null && atMs - last.atMs < (isSame ? sameEveryMs : changedEveryMs)) return;
		last = { ...gauge, atMs };
		write({ kind: 'gauge', used: gauge.used, usable: gauge.usable });
	};
}
