/** Who takes part in a crowd, and what is said between it and the process that wants it. */

/** After its connections were cut: as many as its work needs, or every one it had. */
export type Refill = 'needed' | 'brim';

/** What all members have. */
type Member = {
	/** Members of one instance are counted, and leave, together. */
	readonly instance: string;
	readonly uri: string;
	/** Address to connect from; null: the system's choice. */
	readonly from: string | null;
};

/** A connection pool as Npgsql keeps one: opened in a rush, then mostly idle, never given back. */
export type PoolMember = Member & {
	readonly kind: 'pool';
	/** Connections it opens at first, its MaxPoolSize. */
	readonly max: number;
	/** Of these, how many its work really uses. */
	readonly usual: number;
	readonly refill: Refill;
	/** The short query that its work consists of. */
	readonly sql: string;
	/** Pause between two of them on one connection, in milliseconds. */
	readonly everyMs: number;
};

/** Sessions that each run a list of statements; the last may take for ever. */
export type SessionsMember = Member & {
	readonly kind: 'sessions';
	readonly applicationName: string | null;
	readonly count: number;
	/** One more per so many milliseconds, until the server refuses; null: no more than `count`. */
	readonly growEveryMs: number | null;
	readonly statements: readonly string[];
	/** When the statements are done: stay connected, run them again, or leave. */
	readonly afterwards: 'stay' | 'again' | 'leave';
	/** Come back after being cut off. */
	readonly returns: boolean;
	/**
	 * Drops the socket when a statement has not answered after so many milliseconds, and comes back, as Npgsql 3.2
	 * does: no cancellation is sent, so the server works on. Null: it waits for ever.
	 */
	readonly givesUpAfterMs: number | null;
	/** Milliseconds between a refusal and the next attempt, always the same; null: longer each time. */
	readonly retriesEveryMs: number | null;
};

export type CrowdMember = PoolMember | SessionsMember;

export type CrowdOrder =
	| { readonly type: 'join'; readonly members: readonly CrowdMember[] }
	/** The rush is over: who refills as needed tries for no more connections than that. */
	| { readonly type: 'settle' }
	| { readonly type: 'leave'; readonly instance: string };

/** Sent when it changed, at most every 50 ms. */
export type CrowdReport = {
	readonly type: 'report';
	/** Open connections. */
	readonly held: number;
	/** Attempts that the server refused so far. */
	readonly refused: number;
	/** Attempts under way: each takes a slot for a moment, also one that is refused. */
	readonly opening: number;
	/** Whether the rush is over. */
	readonly settled: boolean;
};

const orderTypes: readonly unknown[] = ['join', 'settle', 'leave'];

/** Both ends are ours and of one version: the check tells our messages from others on the channel, no more. */
export function isCrowdOrder(value: unknown): value is CrowdOrder {
	return typeof value === 'object' && value !== null && 'type' in value && orderTypes.includes(value.type);
}

export function isCrowdReport(value: unknown): value is CrowdReport {
	return typeof value === 'object' && value !== null && 'type' in value && value.type === 'report';
}
