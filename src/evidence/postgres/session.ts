/** The one held session: every statement goes through here, one after the other. */
import pg from 'pg';
import type { FactValue, Failure, ServerIdentity } from '../../machine/ports.ts';
import { cleanText, withoutSecrets } from '../untrusted.ts';
import { sendCancelRequest } from './cancel-request.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { type Identity, identityFrom } from './identity.ts';
import { type PostgresSession, QueryError, type QueryOptions, type QueryResult } from './postgres.ts';
import { failure, lossOf, queryFailure } from './query-failure.ts';
import { normaliseQueries } from './query-text.ts';
import { type Answer, ask } from './statement.ts';
import {
	beginReading,
	endReading,
	giveUp,
	introduction,
	limitStatement,
	sessionSettings,
	versionNumberOf,
} from './statements.ts';
import { TimedOut, type TimeLimit, within } from './time-limit.ts';
import { textFromFact } from './values.ts';
import type { Entered } from './visit.ts';
import { pause } from './waiting.ts';

const defaultTimeoutMs = 5_000;
const defaultMaxRows = 1_000;

/** How long after a statement's own timeout the server may stay silent before it counts as lost, in milliseconds. */
const graceMs = 5_000;

/** How long a goodbye may take before the connection is cut, in milliseconds. */
const goodbyeMs = 1_000;

export type OpenOptions = {
	readonly clock: () => Date;
	readonly limit: TimeLimit;
	readonly signal: AbortSignal | undefined;
	/** A slot was waited for. */
	readonly waited: boolean;
};

export type OpenedSession = { readonly session: HeldSession; readonly identity: Identity };

/**
 * Makes a session of a login: finds out who answered, and sets what every statement runs under.
 * @throws what the first statement threw; nothing is left open then
 */
export async function openSession(
	entered: Entered,
	settings: ConnectionSettings,
	{ clock, limit, signal, waited }: OpenOptions,
): Promise<OpenedSession> {
	const { client, stream, way } = entered;
	const abandon = () => stream.destroy();
	try {
		const versionNum = versionNumberOf(stream.notes.parameters.get('server_version'));
		const first = ask(client, introduction(versionNum, limit.left), null, 1);
		const { rows } = await within(limit, first, abandon, signal);
		const identity = identityFrom(rows[0] ?? {}, settings, way, waited);
		const pooled = stream.notes.key?.pid !== identity.pid;
		if (!pooled) {
			const set = ask(client, sessionSettings(identity.versionNum, defaultTimeoutMs), null, 0);
			await within(limit, set, abandon, signal);
		}
		return { session: new HeldSession(entered, settings, identity, pooled, clock), identity };
	} catch (error) {
		abandon();
		throw error;
	}
}

export class HeldSession implements PostgresSession {
	readonly server: ServerIdentity;
	readonly pid: number;
	readonly pooled: boolean;
	readonly ended: Promise<Failure | null>;
	readonly #client: pg.Client;
	readonly #entered: Entered;
	readonly #settings: ConnectionSettings;
	readonly #versionNum: number;
	readonly #clock: () => Date;
	#latest: Promise<unknown> = Promise.resolve();
	#closing: Promise<void> | null = null;
	/** The first thing that told of the session's end. */
	#loss: Failure | null = null;
	#notices: string[] = [];
	/** A statement is at the server. */
	#busy = false;
	#cancelling: Promise<void> | null = null;
	#cancelled = false;
	/** `statement_timeout` of the session in milliseconds; null: not known. */
	#limitMs: number | null = defaultTimeoutMs;

	constructor(
		entered: Entered,
		settings: ConnectionSettings,
		identity: Identity,
		pooled: boolean,
		clock: () => Date,
	) {
		this.server = identity.server;
		this.pid = identity.pid;
		this.pooled = pooled;
		this.#client = entered.client;
		this.#entered = entered;
		this.#settings = settings;
		this.#versionNum = identity.versionNum;
		this.#clock = clock;
		this.ended = new Promise((resolve) => {
			this.#client.on('error', (error) => this.#noteLoss(error));
			this.#client.on('end', () => {
				if (this.#closing === null) this.#noteLoss(null);
				resolve(this.#closing === null ? this.#loss : null);
			});
		});
		this.#client.on('notice', (notice) => {
			this.#notices.push(withoutSecrets(cleanText(notice.message ?? '')));
		});
	}

	/** It has ended or is about to: no statement will be answered any more. */
	get isOver(): boolean {
		return this.#loss !== null || this.#closing !== null;
	}

	read(sql: string, values: readonly FactValue[] = [], options: QueryOptions = {}): Promise<QueryResult> {
		const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
		return this.#inTurn(async () => {
			// Somebody's own transaction is looked at from inside; ending it is theirs.
			const ownTransaction = this.#client.getTransactionStatus() === 'I';
			let at = this.#clock().toISOString();
			if (ownTransaction) {
				const begun = await this.#send(
					beginReading(this.#versionNum, timeoutMs, this.pooled),
					null,
					timeoutMs,
					1,
				);
				at = String(begun.rows[0]?.at ?? at);
			}
			try {
				const result = await this.#result(sql, values, options, at);
				if (ownTransaction) await this.#send(endReading, null, timeoutMs, 0);
				return result;
			} catch (error) {
				const alive = error instanceof QueryError && !error.lost;
				if (ownTransaction && alive) await this.#send(giveUp, null, timeoutMs, 0);
				throw error;
			}
		});
	}

	write(sql: string, values: readonly FactValue[] = [], options: QueryOptions = {}): Promise<QueryResult> {
		const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
		return this.#inTurn(async () => {
			if (this.pooled) throw new QueryError(pooledFailure, false);
			const status = this.#client.getTransactionStatus();
			if (this.#limitMs !== timeoutMs && status !== 'E') {
				await this.#send(limitStatement(timeoutMs), null, timeoutMs, 0);
				// Inside a transaction block a rollback would take it back unseen.
				this.#limitMs = status === 'I' ? timeoutMs : null;
			}
			return this.#result(sql, values, options, this.#clock().toISOString());
		});
	}

	rest(milliseconds: number, signal: AbortSignal): Promise<void> {
		return this.#inTurn(async () => {
			const over = new AbortController();
			await Promise.race([pause(milliseconds, AbortSignal.any([signal, over.signal])), this.ended]);
			over.abort();
			signal.throwIfAborted();
			await this.#send('select 1', [], defaultTimeoutMs, 1);
		});
	}

	/** @throws QueryError when the request could not be brought to the server */
	async cancel(): Promise<void> {
		const { key } = this.#entered.stream.notes;
		if (!this.#busy || key === null) return;
		this.#cancelled = true;
		this.#cancelling ??= sendCancelRequest(this.#settings, this.#entered.way, key).finally(() => {
			this.#cancelling = null;
		});
		try {
			await this.#cancelling;
		} catch (error) {
			const words = error instanceof Error ? error.message : '';
			const text = `The request to cancel did not reach the server. It says: ${words}`;
			throw new QueryError(
				failure('cancel-failed', null, text, ['The query ends by its own timeout.']),
				false,
			);
		}
	}

	/** Ends the session; a statement under way is abandoned. May be called twice. */
	close(): Promise<void> {
		this.#closing ??= this.#sayGoodbye();
		return this.#closing;
	}

	async #sayGoodbye(): Promise<void> {
		const goodbye = this.#client.end();
		const timer = setTimeout(() => this.#entered.stream.destroy(), goodbyeMs);
		await goodbye.catch(() => undefined);
		clearTimeout(timer);
		this.#entered.stream.destroy();
	}

	#inTurn<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.#latest.then(() => {
			this.#notices = [];
			return work();
		});
		this.#latest = turn.catch(() => undefined);
		return turn;
	}

	async #result(
		sql: string,
		values: readonly FactValue[],
		{ timeoutMs = defaultTimeoutMs, maxRows = defaultMaxRows }: QueryOptions,
		at: string,
	): Promise<QueryResult> {
		const start = performance.now();
		const { rows, rowCount, queries } = await this.#send(sql, values.map(textFromFact), timeoutMs, maxRows);
		const durationMs = Math.round((performance.now() - start) * 1000) / 1000;
		await normaliseQueries(queries);
		return { rows, rowCount, durationMs, at, notices: [...this.#notices] };
	}

	/** @param values null: the simple protocol, for our own statements only */
	async #send(
		sql: string,
		values: readonly (string | null)[] | null,
		timeoutMs: number,
		maxRows: number,
	): Promise<Answer> {
		// A request to cancel that is still on its way would hit the next statement.
		if (this.#cancelling !== null) await this.#cancelling.catch(() => undefined);
		if (this.#loss !== null) throw new QueryError(this.#loss, true);
		this.#busy = true;
		this.#cancelled = false;
		const silent = setTimeout(() => this.#entered.stream.destroy(new TimedOut()), timeoutMs + graceMs);
		try {
			return await ask(this.#client, sql, values, maxRows);
		} catch (error) {
			if (error instanceof pg.DatabaseError && lossOf(error) === null) {
				throw new QueryError(queryFailure(error, this.#cancelled, timeoutMs), false);
			}
			throw new QueryError(this.#noteLoss(error), true);
		} finally {
			clearTimeout(silent);
			this.#busy = false;
		}
	}

	#noteLoss(error: unknown): Failure {
		this.#loss ??=
			lossOf(error) ?? failure('connection-lost', null, 'The connection to the server was lost.', []);
		return this.#loss;
	}
}

const pooledFailure = failure(
	'pooled',
	null,
	'A pooler stands between here and the server: what is changed over it could reach another session.',
	["Connect to the server's own address and port to apply a fix."],
);
