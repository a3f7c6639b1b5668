/** Work that a signal may interrupt. */

/** The work's own result, or the signal's reason as soon as it is aborted; the work is left to itself then. */
export async function untilCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	// Nobody waits for the work any more: its end is no news.
	if (signal.aborted) work.catch(() => undefined);
	signal.throwIfAborted();
	let stop = (): void => {};
	const cancelled = new Promise<never>((_, reject) => {
		stop = () => reject(signal.reason);
		signal.addEventListener('abort', stop, { once: true });
	});
	try {
		return await Promise.race([work, cancelled]);
	} finally {
		signal.removeEventListener('abort', stop);
	}
}
