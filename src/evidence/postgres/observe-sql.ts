/** SQL fences on the held session: one row whose `verdict` column decides, the rest of it facts. */
import type { Article, Check, Fence } from '../../article/article.ts';
import { bindParameters, quoteIdentifier } from '../../article/parameters.ts';
import { ownFailure } from '../../machine/own-failure.ts';
import type { Facts, Failure, Observation, ObserveInput, Row } from '../../machine/ports.ts';
import { absent } from '../absent.ts';
import { cleanText } from '../untrusted.ts';
import { coveringFence } from './covering-fence.ts';
import { FirstSamples, type RunFence } from './first-samples.ts';
import type { PostgresKeeper } from './keeper.ts';
import { type PostgresSession, QueryError, type QueryResult } from './postgres.ts';
import { pause } from './waiting.ts';
import { whyNoSession } from './why-no-session.ts';

export type SqlSourceOptions = {
	readonly keeper: PostgresKeeper;
	readonly article: Article;
	/** Passes a query only if it is one read-only SELECT; resolves with why not, or null. */
	readonly gate: (sql: string) => Promise<string | null>;
	/** Rows of evidence that are kept. */
	readonly maxRows: number;
	/** Of one query where its fence says nothing, in milliseconds; null: the session's own. */
	readonly timeoutMs?: number | null;
	readonly clock: () => Date;
};

export interface SqlSource {
	observe(input: ObserveInput, signal: AbortSignal): Promise<Observation>;
	/** The server is about to be changed: what was seen before is no first of two samples any more. */
	forgetSamples(): void;
}

export function createSqlSource(options: SqlSourceOptions): SqlSource {
	return new FencesOnSession(options);
}

/** A query that must not be sent, whatever lint said. */
class NotReadOnly extends Error {}

class FencesOnSession implements SqlSource {
	readonly #options: SqlSourceOptions;
	readonly #samples: FirstSamples;

	constructor(options: SqlSourceOptions) {
		this.#options = options;
		this.#samples = new FirstSamples(options.article, this.#run.bind(this));
	}

	forgetSamples(): void {
		this.#samples.forget();
	}

	async observe(input: ObserveInput, signal: AbortSignal): Promise<Observation> {
		let lost: Failure | null = null;
		for (let run = 1; run <= 2; run += 1) {
			const session = await this.#options.keeper.ensureSession();
			if (session === null) return absent(this.#whyNoSession(lost));
			try {
				return await this.#observeOn(session, input, signal);
			} catch (error) {
				if (!(error instanceof QueryError) || !error.lost) throw error;
				lost = error.failure;
				this.#samples.forget();
			}
		}
		return absent(this.#whyNoSession(lost));
	}

	async #observeOn(session: PostgresSession, input: ObserveInput, signal: AbortSignal): Promise<Observation> {
		const { check } = input;
		const fence = coveringFence(check.checks, session);
		if (fence === null)
			return absent(`not on this version: PostgreSQL ${session.server.version ?? 'unknown'}`);
		const started = this.#options.clock();
		const stop = () => void session.cancel().catch(() => undefined);
		signal.addEventListener('abort', stop);
		try {
			let facts = input.facts;
			await this.#samples.begin(session, facts);
			if (signal.aborted) this.#samples.forget();
			signal.throwIfAborted();
			if (fence.againMs !== null) {
				const first = await this.#samples.of(session, check, input.facts);
				await pause(first.takenAt + fence.againMs - performance.now(), signal);
				signal.throwIfAborted();
				facts = { ...facts, ...before(first.row) };
			}
			const result = await this.#run(session, fence, facts);
			const rows = await this.#evidence(session, check, input.facts);
			return this.#verdict(session, result, rows);
		} catch (error) {
			const failure = failureOf(error, session, signal);
			if (failure === null) throw error;
			const ended = this.#options.clock();
			return {
				kind: 'failed',
				failure,
				source: 'live',
				sql: fence.body,
				durationMs: ended.getTime() - started.getTime(),
				at: ended.toISOString(),
			};
		} finally {
			signal.removeEventListener('abort', stop);
		}
	}

	async #run(session: PostgresSession, fence: Fence, facts: Facts): ReturnType<RunFence> {
		const refused = await this.#options.gate(fence.body);
		if (refused !== null) throw new NotReadOnly(refused);
		const { database, user, host, port } = session.server;
		const { text, values } = bindParameters(fence.body, { ...facts, database, user, host, port });
		const timeoutMs = fence.timeoutMs ?? this.#options.timeoutMs ?? undefined;
		const { maxRows } = this.#options;
		const result = await session.read(text, values, {
			maxRows,
			...(timeoutMs === undefined ? {} : { timeoutMs }),
		});
		return { ...result, sql: text };
	}

	/** Rows to look at; they decide nothing, so what goes wrong with them is left out. */
	async #evidence(session: PostgresSession, check: Check, facts: Facts): Promise<readonly Row[]> {
		const fence = coveringFence(check.evidence, session);
		if (fence === null) return [];
		try {
			return (await this.#run(session, fence, facts)).rows;
		} catch (error) {
			if (error instanceof NotReadOnly || (error instanceof QueryError && !error.lost)) return [];
			throw error;
		}
	}

	#verdict(
		session: PostgresSession,
		{ rows: [row], sql, durationMs, at }: QueryResult & { readonly sql: string },
		rows: readonly Row[],
	): Observation {
		const { verdict = null, ...facts }: Row = row ?? { verdict: 'none' };
		const said = verdict === null ? 'otherwise' : String(verdict);
		return {
			kind: 'verdict',
			verdict: said,
			facts,
			rows,
			source: 'live',
			sql,
			durationMs,
			at,
			failure: null,
			grant: said === 'hidden' ? grantFor(session) : null,
		};
	}

	#whyNoSession(lost: Failure | null): string {
		return whyNoSession(this.#options.keeper.lastAttempt, lost);
	}
}

/** What lets this role see more; before 10 there was no role for it. */
function grantFor({ server }: PostgresSession): string | null {
	if (server.user === null || (server.versionNum ?? 0) < 100_000) return null;
	return `GRANT pg_read_all_stats TO ${quoteIdentifier(server.user)}`;
}

function before(row: Row | null): Facts {
	return Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [`before_${name}`, value]));
}

/** Null: it is not one that a check may end in. */
function failureOf(error: unknown, session: PostgresSession, signal: AbortSignal): Failure | null {
	if (error instanceof NotReadOnly) {
		return ownFailure(
			'not-read-only',
			`The article's query was not sent, because it is not only a look: ${cleanText(error.message)}`,
			['Tell the author of the article, or use the one that comes with the program.'],
		);
	}
	if (signal.aborted) {
		return {
			code: 'interrupted',
			routine: null,
			layer: 'query',
			message: 'The check was interrupted before it was answered.',
			next: [],
		};
	}
	if (!(error instanceof QueryError) || error.lost) return null;
	const grant = error.failure.code === '42501' ? grantFor(session) : null;
	return grant === null ? error.failure : { ...error.failure, next: [`${grant};`, ...error.failure.next] };
}
