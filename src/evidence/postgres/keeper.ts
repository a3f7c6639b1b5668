/** Holds at most one session of a server: gets it, waits for it, moves it, notices its loss. */
import type { ConnectionEvent, Gauge } from '../../machine/ports.ts';
import { type AttemptOutcome, attemptSession, interruptedAttempt } from './attempt.ts';
import { type ConnectionSettings, toDatabase } from './connection-settings.ts';
import { measureSlots } from './gauge.ts';
import { oneAfterTheOther, poiseLogin } from './poised-login.ts';
import {
	type Attempt,
	type Keeper,
	type Poised,
	type PostgresSession,
	QueryError,
	type WaitOptions,
} from './postgres.ts';
import type { HeldSession } from './session.ts';
import { pause, pauseBefore } from './waiting.ts';

export type KeeperOptions = {
	/** A way in for when the ordinary slots are gone (`--rescue`): a role with reserved slots. Null: none was given. */
	readonly rescue?: ConnectionSettings | null;
	/** This machine's time. */
	readonly clock?: () => Date;
	/** Evenly from 0 up to 1; spreads the tries for a slot. */
	readonly random?: () => number;
};

/** The keeper as the evidence sees it. */
export interface PostgresKeeper extends Keeper {
	/**
	 * The very first attempt, once; null: it was told already, or none was made. It is what the diagnosis tells of, for a
	 * slot that was waited for does not make the refusal undone.
	 */
	takeOpening(): Attempt | null;
	/** The held session, connecting where none was tried yet or the last one was lost; null: it was refused. */
	ensureSession(): Promise<PostgresSession | null>;
}

/** A session that is held, and what got it. */
type Held = {
	readonly session: HeldSession;
	readonly settings: ConnectionSettings;
	readonly attempt: Attempt;
	/** It came in by the rescue's settings. */
	readonly rescue: boolean;
};

/** Refusals that a role with reserved slots, another database, or the server's own address may get around. */
export const worthRescue: ReadonlySet<Attempt['verdict']> = new Set([
	'ordinary slots gone',
	'no slot at all',
	'role limit',
	'database limit',
	'database closed',
	'pooler refused',
]);

/** Only these pass by themselves; credentials that were refused stay refused, and each try may lock an account. */
const worthWaiting: ReadonlySet<string> = new Set(['53300', '57P03']);

export function createKeeper(settings: ConnectionSettings, options: KeeperOptions = {}): PostgresKeeper {
	return new OneSessionKeeper(settings, options);
}

class OneSessionKeeper implements PostgresKeeper {
	readonly #settings: ConnectionSettings;
	readonly #rescue: ConnectionSettings | null;
	readonly #clock: () => Date;
	readonly #random: () => number;
	readonly #listeners = new Set<(event: ConnectionEvent) => void>();
	readonly #closing = new AbortController();
	#held: Held | null = null;
	/** The way to try after a loss; null: none was lost, or that was tried. */
	#lost: Pick<Held, 'settings' | 'rescue'> | null = null;
	#lastAttempt: Attempt | null = null;
	#opening: Attempt | 'told' | null = null;
	#waiting = false;
	#latest: Promise<unknown> = Promise.resolve();

	constructor(settings: ConnectionSettings, options: KeeperOptions) {
		this.#settings = settings;
		this.#rescue = options.rescue ?? null;
		this.#clock = options.clock ?? (() => new Date());
		this.#random = options.random ?? Math.random;
	}

	get session(): HeldSession | null {
		return this.#held?.session ?? null;
	}

	get lastAttempt(): Attempt | null {
		return this.#lastAttempt;
	}

	takeOpening(): Attempt | null {
		const opening = this.#opening;
		if (opening === null || opening === 'told') return null;
		this.#opening = 'told';
		return opening;
	}

	attempt(): Promise<Attempt> {
		// Whoever waits is trying all the time: the latest refusal is the answer.
		if (this.#waiting && this.#lastAttempt !== null) return Promise.resolve(this.#lastAttempt);
		return this.#inTurn(() => this.#attempt());
	}

	ensureSession(): Promise<PostgresSession | null> {
		// Whoever waits for a slot must not make everybody else wait.
		if (this.#waiting) return Promise.resolve(this.session);
		return this.#inTurn(async () => {
			// A query may fail a moment before the end of its session is told.
			if (this.#held?.session.isOver) await this.#held.session.ended;
			if (this.#held === null && (this.#lost !== null || this.#lastAttempt === null)) await this.#attempt();
			return this.session;
		});
	}

	reconnect(): Promise<Attempt> {
		return this.#inTurn(() => this.#attempt());
	}

	wait({ forMs, signal }: WaitOptions): Promise<Attempt> {
		return this.#inTurn(async () => {
			if (this.#held !== null) return this.#attempt();
			this.#waiting = true;
			try {
				return await this.#waitForSlot(forMs, signal);
			} finally {
				this.#waiting = false;
			}
		});
	}

	async poise(count: number): Promise<Poised> {
		// One slot is enough for whoever may use the reserve.
		const settings = this.#rescue ?? this.#settings;
		const rescue = this.#rescue !== null;
		const options = { clock: this.#clock, signal: this.#closing.signal, waited: true };
		const logins = Array.from({ length: count }, () => poiseLogin(settings, options));
		await Promise.all(logins.map(({ ready }) => ready));
		const giveUp = async () => {
			await Promise.all(logins.map((login) => login.giveUp()));
		};
		return {
			giveUp,
			go: () =>
				this.#inTurn(async () => {
					await oneAfterTheOther(this.#held === null ? logins : [], async ({ attempt, session }) => {
						if (!rescue) this.#record(attempt);
						// Two slots may have freed at once: one is enough.
						if (this.#held !== null) await session?.close();
						else if (session !== null) this.#hold({ session, settings, attempt, rescue });
						return this.#held !== null;
					});
					await giveUp();
				}),
		};
	}

	move(database: string): Promise<Attempt> {
		return this.#inTurn(async () => {
			const held = this.#held;
			const settings = toDatabase(held?.settings ?? this.#settings, database);
			if (held === null) return this.#connect(settings);
			const waited = held.session.server.slot === 'waited';
			const { attempt, session } = await this.#try(settings, this.#closing.signal, waited);
			if (session !== null) {
				this.#hold({ session, settings, attempt, rescue: held.rescue });
				await held.session.close();
			}
			return this.#record(attempt);
		});
	}

	async gauge(): Promise<Gauge | null> {
		const session = this.session;
		if (session === null) return null;
		try {
			const gauge = await measureSlots(session);
			if (gauge !== null) this.#tell({ type: 'connection.gauge', gauge });
			return gauge;
		} catch (error) {
			// A loss is told by the session itself.
			if (error instanceof QueryError) return null;
			throw error;
		}
	}

	subscribe(listener: (event: ConnectionEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	async close(): Promise<void> {
		this.#closing.abort();
		await this.#latest;
		const held = this.#held;
		this.#held = null;
		await held?.session.close();
		this.#tell({ type: 'connection.none' });
	}

	async #attempt(): Promise<Attempt> {
		const held = this.#held;
		if (held?.rescue) return this.#lookIn();
		if (held !== null && (await isAlive(held.session))) {
			return this.#record({ ...held.attempt, at: this.#clock().toISOString() });
		}
		// A loss is told when the connection is closed, which may come after the first failed query.
		await held?.session.ended;
		const lost = this.#lost;
		this.#lost = null;
		if (lost?.rescue) {
			await this.#rescueBy(lost.settings);
			// The answer is about the ordinary way; where the rescue does not get in, that one may.
			return this.#held === null ? this.#connect(this.#settings) : this.#lookIn();
		}
		return this.#connect(lost?.settings ?? this.#settings);
	}

	/** While the rescue's session is held: whether an ordinary login gets in by now. It is ended at once. */
	async #lookIn(): Promise<Attempt> {
		const { attempt, session } = await this.#try(this.#settings, this.#closing.signal, false);
		await session?.close();
		return this.#record(attempt);
	}

	async #connect(settings: ConnectionSettings): Promise<Attempt> {
		this.#tell({ type: 'connection.connecting' });
		const { attempt, session } = await this.#try(settings, this.#closing.signal, false);
		this.#record(attempt);
		if (session !== null) this.#hold({ session, settings, attempt, rescue: false });
		else {
			this.#tellRefusal(attempt);
			if (this.#rescue !== null && worthRescue.has(attempt.verdict)) await this.#rescueBy(this.#rescue);
		}
		return attempt;
	}

	async #rescueBy(settings: ConnectionSettings): Promise<void> {
		this.#tell({ type: 'connection.connecting' });
		const { attempt, session } = await this.#try(settings, this.#closing.signal, false);
		if (session === null) this.#tellRefusal(attempt);
		else this.#hold({ session, settings, attempt, rescue: true });
	}

	async #waitForSlot(forMs: number | null, signal: AbortSignal | undefined): Promise<Attempt> {
		const stop = AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])]);
		const end = forMs === null ? Number.POSITIVE_INFINITY : performance.now() + forMs;
		let refusal: Attempt | null = this.#lastAttempt?.failure == null ? null : this.#lastAttempt;
		this.#tell({ type: 'connection.connecting' });
		for (let tries = 1; ; tries += 1) {
			const { attempt, session } = await this.#try(this.#settings, stop, refusal !== null);
			if (session !== null) {
				this.#hold({ session, settings: this.#settings, attempt, rescue: false });
				return this.#record(attempt);
			}
			// The reserve may have a slot where there is none for ordinary roles.
			const rescued =
				this.#rescue !== null && worthRescue.has(attempt.verdict) && !stop.aborted
					? await this.#try(this.#rescue, stop, true)
					: null;
			if (this.#rescue !== null && rescued?.session != null) {
				this.#hold({ ...rescued, session: rescued.session, settings: this.#rescue, rescue: true });
				return this.#record(attempt);
			}
			// A try that was interrupted says nothing about the server.
			if (!stop.aborted || refusal === null) refusal = this.#record(attempt);
			const left = end - performance.now();
			const { failure } = refusal;
			if (failure === null || !worthWaiting.has(failure.code) || stop.aborted || left <= 0) {
				this.#tellRefusal(refusal);
				return refusal;
			}
			const nextInMs = Math.min(pauseBefore(tries, this.#random), Math.ceil(left));
			this.#tell({ type: 'connection.waiting', attempt: tries, nextInMs, failure });
			await pause(nextInMs, stop);
		}
	}

	async #try(settings: ConnectionSettings, signal: AbortSignal, waited: boolean): Promise<AttemptOutcome> {
		try {
			return await attemptSession(settings, { clock: this.#clock, signal, waited });
		} catch (error) {
			if (!signal.aborted) throw error;
			return { attempt: interruptedAttempt(settings, this.#clock), session: null };
		}
	}

	#hold(held: Held): void {
		this.#held = held;
		this.#lost = null;
		const { session, attempt } = held;
		this.#tell({ type: 'connection.held', server: session.server, timings: attempt.timings });
		void session.ended.then((failure) => {
			if (this.#held !== held || failure === null) return;
			this.#held = null;
			// By the same role again: what was changed by the rescue can be taken back by it alone.
			this.#lost = held;
			this.#tell({ type: 'connection.lost', failure });
		});
	}

	#record(attempt: Attempt): Attempt {
		this.#lastAttempt = attempt;
		this.#opening ??= attempt;
		return attempt;
	}

	#tellRefusal({ server, failure, timings }: Attempt): void {
		if (failure !== null) this.#tell({ type: 'connection.refused', server, failure, timings });
	}

	#tell(event: ConnectionEvent): void {
		for (const listener of this.#listeners) listener(event);
	}

	#inTurn<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.#latest.then(work);
		this.#latest = turn.catch(() => undefined);
		return turn;
	}
}

async function isAlive(session: HeldSession): Promise<boolean> {
	try {
		await session.read('select 1');
		return true;
	} catch (error) {
		if (error instanceof QueryError) return !error.lost;
		throw error;
	}
}
