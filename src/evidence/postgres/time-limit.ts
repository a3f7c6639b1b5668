/** What is left of a span of time, in milliseconds of the monotonic clock. */
export class TimeLimit {
	readonly #end: number;

	constructor(milliseconds: number) {
		this.#end = performance.now() + milliseconds;
	}

	/** Never below 1, so that it is always a timeout that a timer takes. */
	get left(): number {
		return Math.max(1, this.#end - performance.now());
	}

	get over(): boolean {
		return performance.now() >= this.#end;
	}

	/** An equal part of what is left, for the first of so many that are still to come. */
	share(count: number): TimeLimit {
		return new TimeLimit(this.left / Math.max(1, count));
	}
}

/** An error of our own for a step that took too long. */
export class TimedOut extends Error {
	readonly code = 'timeout';

	constructor() {
		super('no answer in time');
		this.name = 'TimedOut';
	}
}

/**
 * The step's outcome, or TimedOut when the limit is over first, or the signal's reason when it is aborted; then
 * `abandon` is called to end what is still under way.
 */
export async function within<T>(
	limit: TimeLimit,
	step: Promise<T>,
	abandon: () => void,
	signal?: AbortSignal,
): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let stop: (() => void) | undefined;
	const interrupted = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new TimedOut()), limit.left);
		stop = () => reject(signal?.reason);
		if (signal?.aborted) stop();
		signal?.addEventListener('abort', stop);
	});
	step.catch(() => undefined);
	try {
		return await Promise.race([step, interrupted]);
	} catch (error) {
		abandon();
		throw error;
	} finally {
		clearTimeout(timer);
		if (stop) signal?.removeEventListener('abort', stop);
	}
}
