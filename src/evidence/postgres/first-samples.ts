/**
 * The first of two samples, taken as early as can be: the time between the two passes while other checks are asked, and
 * one wait serves all.
 */
import type { Article, Check, Fence, Slug } from '../../article/article.ts';
import type { Facts, Row } from '../../machine/ports.ts';
import { coveringFence } from './covering-fence.ts';
import { type PostgresSession, QueryError, type QueryResult } from './postgres.ts';

/** Runs a fence's query on a session. */
export type RunFence = (
	session: PostgresSession,
	fence: Fence,
	facts: Facts,
) => Promise<QueryResult & { readonly sql: string }>;

export type FirstSample = {
	/** Null: it could not be taken; the second sample stands alone then. */
	readonly row: Row | null;
	/** Milliseconds of the monotonic clock. */
	readonly takenAt: number;
};

/** A person may have read for long before a check is asked: what was seen longer ago is looked at anew. */
const stalestMs = 60_000;

export class FirstSamples {
	readonly #article: Article;
	readonly #run: RunFence;
	readonly #taken = new Map<Slug, FirstSample>();
	#begun = false;

	constructor(article: Article, run: RunFence) {
		this.#article = article;
		this.#run = run;
	}

	/** When any check is asked: all first samples, once. @throws QueryError when the session is lost */
	async begin(session: PostgresSession, facts: Facts): Promise<void> {
		if (this.#begun) return;
		this.#begun = true;
		for (const check of this.#article.checks) {
			const fence = coveringFence(check.checks, session);
			if (fence !== null && fence.againMs !== null)
				this.#taken.set(check.id, await this.#take(session, check, facts));
		}
	}

	/** The check's first sample, once: whoever asks again gets a fresh one. @throws QueryError when the session is lost */
	async of(session: PostgresSession, check: Check, facts: Facts): Promise<FirstSample> {
		const early = this.#taken.get(check.id);
		this.#taken.delete(check.id);
		if (early !== undefined && performance.now() - early.takenAt < stalestMs) return early;
		return this.#take(session, check, facts);
	}

	/** After a loss: what was seen before it may be of another server. Before a change: of another state. */
	forget(): void {
		this.#taken.clear();
		this.#begun = false;
	}

	async #take(session: PostgresSession, check: Check, facts: Facts): Promise<FirstSample> {
		const fence = coveringFence(check.checks, session);
		let row: Row | null = null;
		try {
			if (fence !== null) row = (await this.#run(session, fence, facts)).rows[0] ?? null;
		} catch (error) {
			if (error instanceof QueryError && error.lost) throw error;
			// The second sample meets the same trouble, and says so.
		}
		return { row, takenAt: performance.now() };
	}
}
