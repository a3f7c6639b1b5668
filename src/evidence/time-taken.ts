/** What an observation tells of its time: since when, by this machine's clock, and for how long. */
export type TimeTaken = {
	readonly durationMs: number;
	/** ISO 8601. */
	readonly at: string;
};

/** Begins now; each call tells how long it has been since then. */
export function timeTaken(clock: () => Date): () => TimeTaken {
	const started = clock();
	return () => ({ durationMs: clock().getTime() - started.getTime(), at: started.toISOString() });
}
