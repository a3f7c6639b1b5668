/** Events over time, in memory that does not grow: when the bars become too many, each covers twice the time. */

const minuteMs = 60_000;
/** Bars that are kept; a day in minutes. */
const mostBars = 1_440;

/** Events by the number of their bar since 1970. */
export type Histogram = { readonly barMs: number; readonly bars: ReadonlyMap<number, number> };

export const emptyHistogram: Histogram = { barMs: minuteMs, bars: new Map() };

export class HistogramCounter {
	#barMs = minuteMs;
	#bars = new Map<number, number>();

	add(ms: number): void {
		const bar = Math.floor(ms / this.#barMs);
		this.#bars.set(bar, (this.#bars.get(bar) ?? 0) + 1);
		if (this.#bars.size <= mostBars) return;
		const wider = widened({ barMs: this.#barMs, bars: this.#bars }, this.#barMs * 2);
		this.#barMs = wider.barMs;
		this.#bars = new Map(wider.bars);
	}

	/** What was counted, moved by `shiftMs`. */
	histogram(shiftMs: number): Histogram {
		const shift = Math.round(shiftMs / this.#barMs);
		return {
			barMs: this.#barMs,
			bars: new Map([...this.#bars].map(([bar, events]) => [bar + shift, events])),
		};
	}
}

function widened({ barMs, bars }: Histogram, widerMs: number): Histogram {
	const wider = new Map<number, number>();
	for (const [bar, events] of bars) {
		const into = Math.floor((bar * barMs) / widerMs);
		wider.set(into, (wider.get(into) ?? 0) + events);
	}
	return { barMs: widerMs, bars: wider };
}

export function mergeHistograms(histograms: readonly Histogram[]): Histogram {
	const barMs = Math.max(minuteMs, ...histograms.map((each) => each.barMs));
	const bars = new Map<number, number>();
	for (const each of histograms) {
		for (const [bar, events] of widened(each, barMs).bars) bars.set(bar, (bars.get(bar) ?? 0) + events);
	}
	return { barMs, bars };
}

/** Events before a moment, as far as bars tell: one that the moment falls into is judged by its middle. */
export function eventsBefore({ barMs, bars }: Histogram, ms: number): number {
	let before = 0;
	for (const [bar, events] of bars) if ((bar + 0.5) * barMs < ms) before += events;
	return before;
}

/** What a person reads: a few bars of round lengths, from the first event to the last; empty ones are in it. */
export type Bar = { readonly fromMs: number; readonly events: number };

const mostShown = 12;
const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 43_200, 525_600];

export function barsShown(histogram: Histogram): { readonly bars: readonly Bar[]; readonly barMs: number } {
	const keys = [...histogram.bars.keys()];
	if (keys.length === 0) return { bars: [], barMs: minuteMs };
	const [first, last] = [Math.min(...keys) * histogram.barMs, Math.max(...keys) * histogram.barMs];
	const count = (barMs: number): number => Math.floor(last / barMs) - Math.floor(first / barMs) + 1;
	const barMs =
		minutes
			.map((each) => each * minuteMs)
			.find((each) => each >= histogram.barMs && count(each) <= mostShown) ?? 525_600 * minuteMs;
	const { bars } = widened(histogram, barMs);
	const begin = Math.floor(first / barMs);
	return {
		barMs,
		bars: Array.from({ length: count(barMs) }, (_, index) => ({
			fromMs: (begin + index) * barMs,
			events: bars.get(begin + index) ?? 0,
		})),
	};
}
