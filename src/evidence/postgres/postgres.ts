/** One PostgreSQL session, and the keeper that holds it: the seam between evidence, fixes and the wire. */
import type { connectVerdicts } from '../../article/probes.ts';
import type {
	ConnectionEvent,
	Facts,
	FactValue,
	Failure,
	Gauge,
	LayerTiming,
	Row,
	ServerIdentity,
} from '../../machine/ports.ts';

/** What a connection attempt comes to. */
export type ConnectVerdict = (typeof connectVerdicts)[number];

export type Attempt = {
	readonly verdict: ConnectVerdict | 'otherwise';
	/** `code`, `routine`, `layer`, `message`, `host`, `port`, `user`, `database`, `dns_ms`, `tcp_ms`, `tls_ms`, `total_ms`, `tls`, `address`. */
	readonly facts: Facts;
	readonly timings: readonly LayerTiming[];
	/** Null exactly when the verdict is `connected`. */
	readonly failure: Failure | null;
	readonly server: ServerIdentity;
	readonly at: string;
	readonly durationMs: number;
};

export type QueryOptions = {
	/** Statement timeout in milliseconds; default 5,000. */
	readonly timeoutMs?: number;
	/** Rows kept; the rest are counted, not kept. Default 1,000. */
	readonly maxRows?: number;
};

export type QueryResult = {
	readonly rows: readonly Row[];
	/** Rows the server sent, also those not kept. */
	readonly rowCount: number;
	readonly durationMs: number;
	/** The server's `clock_timestamp()` as ISO 8601, or this machine's where it could not be had. */
	readonly at: string;
	/** NOTICE and WARNING messages, sanitised. */
	readonly notices: readonly string[];
};

/** A query that the server refused, or that was lost: `failure.code` says which. */
export class QueryError extends Error {
	readonly failure: Failure;
	/** The session is gone: a reconnect may answer it. */
	readonly lost: boolean;
	constructor(failure: Failure, lost: boolean) {
		super(failure.message);
		this.name = 'QueryError';
		this.failure = failure;
		this.lost = lost;
	}
}

/** The one held session. Calls are served one after the other. */
export interface PostgresSession {
	readonly server: ServerIdentity;
	/** `pg_backend_pid()`. */
	readonly pid: number;
	/** A pooler stands in between: the key's pid is not the backend's. */
	readonly pooled: boolean;
	/** One statement, extended protocol, in a READ ONLY transaction of its own. @throws QueryError */
	read(sql: string, values?: readonly FactValue[], options?: QueryOptions): Promise<QueryResult>;
	/** One effect, outside any transaction block unless `begin` was sent. @throws QueryError */
	write(sql: string, values?: readonly FactValue[], options?: QueryOptions): Promise<QueryResult>;
	/**
	 * Sends nothing for so many milliseconds, or until the connection is lost, then asks one thing. Whatever else is
	 * asked meanwhile waits.
	 * @throws QueryError, or the signal's reason
	 */
	rest(milliseconds: number, signal: AbortSignal): Promise<void>;
	/** Ends the statement under way by a CancelRequest, which needs no slot. */
	cancel(): Promise<void>;
	/** Resolves when the session is over, whoever ended it. */
	readonly ended: Promise<Failure | null>;
	close(): Promise<void>;
}

export type WaitOptions = {
	/** Give up after this many milliseconds; null: wait until stopped. */
	readonly forMs: number | null;
	readonly signal?: AbortSignal;
};

export type Poised = {
	/** One after the other asks for a slot; the first that has one is held, the others are given up. */
	go(): Promise<void>;
	giveUp(): Promise<void>;
};

/** Holds at most one session per server, and says what happens to it. */
export interface Keeper {
	/** The held session; null: none. */
	readonly session: PostgresSession | null;
	/** The latest attempt; null: none was made. */
	readonly lastAttempt: Attempt | null;
	/** Connects once, layer by layer. With a session held it answers from that one. Never throws for a refusal. */
	attempt(): Promise<Attempt>;
	/** Takes the first slot that frees and holds it; only 53300 and 57P03 are waited for. */
	wait(options: WaitOptions): Promise<Attempt>;
	/**
	 * Makes so many logins ready up to where each wants a slot, for when it is known that one is about to free. They hold
	 * none until they go.
	 */
	poise(count: number): Promise<Poised>;
	/** After a loss: once more, then the attempt's refusal stands. */
	reconnect(): Promise<Attempt>;
	/** To another database of the same server: the new session first if a slot allows, the old kept if refused. */
	move(database: string): Promise<Attempt>;
	/** Counts the slots on the held session. Null: no session, or the count is not visible. */
	gauge(): Promise<Gauge | null>;
	/** Returns what unsubscribes. */
	subscribe(listener: (event: ConnectionEvent) => void): () => void;
	close(): Promise<void>;
}
