/** Looking again and again until something has held for long enough without a break. */
import { setTimeout as delay } from 'node:timers/promises';

export type HoldTiming = {
	/** For how long it must have held without a break, in milliseconds; `Infinity`: until it is stopped. */
	readonly holdMs: number;
	/** After this a look that is not good ends it, in milliseconds; before, the clock only begins anew. */
	readonly patienceMs: number;
	/** How long to wait before the next look, in milliseconds. @param steady looks since the last change */
	readonly pauseMs: (steady: number) => number;
};

export type Hold<Look> = {
	readonly latest: Look;
	readonly held: boolean;
	/** How long it had held at the end, in milliseconds; null: it did not. */
	readonly heldMs: number | null;
	/** Looks that were taken. */
	readonly looks: number;
	/** It was stopped before it had held, or was clear not to. */
	readonly stopped: boolean;
};

/**
 * Ends as soon as it has held for `holdMs`, or when a look is not good and the patience is over.
 * @param look one measurement; what it throws ends it
 * @param onLook told of each look, with how long it has held by then (null: it does not)
 */
export async function untilHeld<Look extends { readonly good: boolean }>(
	look: () => Promise<Look>,
	{ holdMs, patienceMs, pauseMs }: HoldTiming,
	onLook: (look: Look, heldMs: number | null) => void,
	signal: AbortSignal,
): Promise<Hold<Look>> {
	// A first look may take long, as a connection does; it is no reason to lose patience.
	let begun: number | null = null;
	let heldSince: number | null = null;
	let steady = 0;
	for (let looks = 1; ; looks += 1) {
		const latest = await look();
		const now = Date.now();
		begun ??= now;
		steady = latest.good === (heldSince !== null) ? steady + 1 : 0;
		if (latest.good) heldSince ??= now;
		else heldSince = null;
		const heldMs = heldSince === null ? null : now - heldSince;
		onLook(latest, heldMs);
		if (heldMs !== null && heldMs >= holdMs) return { latest, held: true, heldMs, looks, stopped: false };
		if (heldMs === null && now - begun >= patienceMs)
			return { latest, held: false, heldMs, looks, stopped: false };
		const left = heldMs === null ? patienceMs - (now - begun) : holdMs - heldMs;
		// A timer may be a millisecond early.
		await delay(Math.min(pauseMs(steady), left + 1), undefined, { signal }).catch(() => undefined);
		if (signal.aborted) return { latest, held: false, heldMs, looks, stopped: true };
	}
}
