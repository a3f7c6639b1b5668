/** The first of two samples: taken for all checks that want one when the first of them is asked, so that one wait serves all. */
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

export class FirstSamples {
	readonly #article: Article;
	readonly #run: RunFence;
	#taken: Map<Slug, FirstSample> | null = null;

	constructor(article: Article, run: RunFence) {
		this.#article = article;
		this.#run = run;
	}

	/** The check's first sample, once: whoever asks again gets a fresh one. @throws QueryError when the session is lost */
	async of(session: PostgresSession, check: Check, facts: Facts): Promise<FirstSample> {
		this.#taken ??= await this.#takeAll(session, facts);
		const sample = this.#taken.get(check.id) ?? (await this.#take(session, check, facts));
		this.#taken.delete(check.id);
		return sample;
	}

	/** After a loss: what was seen before it may be of another server. */
	forget(): void {
		this.#taken = null;
	}

	async #takeAll(session: PostgresSession, facts: Facts): Promise<Map<Slug, FirstSample>> {
		const taken = new Map<Slug, FirstSample>();
		for (const check of this.#article.checks) {
			const fence = coveringFence(check.checks, session);
			if (fence !== null && fence.againMs !== null)
				taken.set(check.id, await this.#take(session, check, facts));
		}
		return taken;
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
