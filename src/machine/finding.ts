/** What is known so far, and what follows from it. */
import type { Risk, Severity, Slug } from '../article/article.ts';
import type { Facts, Failure, Row, SourceKind } from './ports.ts';

/** A check that was answered, by whichever source. */
export type Finding = {
	readonly check: Slug;
	readonly verdict: string;
	readonly severity: Severity;
	/** The branch's text with its placeholders filled in; Markdown, its values escaped. */
	readonly text: string;
	readonly source: SourceKind;
	/** ISO 8601, the server's clock where there is one. */
	readonly at: string;
	readonly durationMs: number;
	/** The query that decided; null: there was none. */
	readonly sql: string | null;
	/** Who said so, when a person did. */
	readonly answeredBy: string | null;
	readonly facts: Facts;
	readonly rows: readonly Row[];
	readonly error: Failure | null;
	/** The GRANT that would have shown more; null: all was seen. */
	readonly grant: string | null;
	/** Since when it may be true no more; absent: it was seen in this run, without a break since. */
	readonly stale?: Staleness;
};

/** What came between: the session was resumed, the computer slept, the connection was gone for long. */
export type Staleness = 'resumed' | 'slept' | 'disconnected';

/** A check that nobody answered. */
export type NotSeen = { readonly check: Slug; readonly why: string; readonly grant: string | null };

export type Evidence = { readonly check: Slug; readonly verdict: string };

export type RankedCause = {
	readonly id: Slug;
	readonly title: string;
	readonly standing: 'proved' | 'suspected';
	readonly severity: Severity;
	readonly score: number;
	readonly for: readonly Evidence[];
	readonly against: readonly Evidence[];
};

export type RankedSolution = {
	readonly id: Slug;
	readonly title: string;
	readonly risk: Risk;
	readonly how: 'applied' | 'guided';
	/** Helps now, cures nothing. */
	readonly relief: boolean;
	readonly available: boolean;
	/** Why it is not available; null where it is. */
	readonly why: string | null;
	/** The causes it was listed for, best first. */
	readonly causes: readonly Slug[];
};

/** A symptom, and whether it is there: null is "not known". */
export type SeenSymptom = { readonly id: Slug; readonly text: string; readonly observed: boolean | null };
