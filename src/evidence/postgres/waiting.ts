/** How long to wait before the next try for a slot. */

const firstMs = 50;
const capMs = 400;
const growth = 1.01;

/**
 * Pause before the try after `tries` refused ones, in milliseconds: at most 50 at first, growing by a hundredth each time
 * up to 400, and drawn between a tenth of that and the whole, short ones more often. So there are some 200 tries in
 * the first twenty seconds and six a second afterwards. A slot that frees among pools is taken again
 * within milliseconds: what counts against a crowd is how often one looks, and not to be in step with its rhythm. A
 * refused try costs the server one process start, a few milliseconds of one processor; fifteen pools that reconnect every
 * 200 ms cost it ten times as much. `npm run waiting` measures both.
 * @param random evenly from 0 up to 1
 */
export function pauseBefore(tries: number, random: () => number): number {
	const longest = Math.min(capMs, firstMs * growth ** Math.min(tries - 1, 1_000));
	return Math.round(longest * (0.1 + 0.9 * random() ** 2));
}

/** Resolves after the pause, or at once when that is over already or the signal is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
	if (signal.aborted || milliseconds <= 0) return Promise.resolve();
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', done);
			resolve();
		};
		const timer = setTimeout(done, milliseconds);
		signal.addEventListener('abort', done);
	});
}
