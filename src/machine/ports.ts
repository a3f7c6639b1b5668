/**
 * What the machine asks of the world. It knows articles only; evidence and fixes implement these, and reach it
 * as actors. Nothing here knows a database, a file or a screen.
 */
import type { Check, Provider, Severity, Slug, Solution } from '../article/article.ts';
import type { Finding } from './finding.ts';
import type { JournalEntry } from './journal-entry.ts';

/** A value of a row, already made plain: timestamps are ISO 8601 text, intervals seconds. */
export type FactValue = string | number | boolean | null;
export type Row = Readonly<Record<string, FactValue>>;
export type Facts = Readonly<Record<string, FactValue>>;

/** Where a verdict comes from. */
export type SourceKind = 'live' | 'log' | 'config' | 'host' | 'bundle' | 'person';

/** The layers of a connection attempt, in the order they are passed. */
export type Layer = 'dns' | 'tcp' | 'tls' | 'startup' | 'authentication' | 'query';

export type LayerTiming = { readonly layer: Layer; readonly ms: number; readonly note: string | null };

/** Why something could not be looked at or done: data, never a stack. */
export type Failure = {
	/** SQLSTATE, a system error (`ECONNREFUSED`), or a name of our own in lower case with hyphens. */
	readonly code: string;
	/** The server's C function (`R` field of an ErrorResponse): not translated, so it decides. */
	readonly routine: string | null;
	readonly layer: Layer | null;
	/** Sanitised, without secrets; for a person. */
	readonly message: string;
	/** What to do next, most useful first. */
	readonly next: readonly string[];
};

/** What a check's source answered. */
export type Observation =
	| {
			readonly kind: 'verdict';
			readonly verdict: string;
			readonly facts: Facts;
			/** Rows of the evidence fences, for the person; already bounded by `--max`. */
			readonly rows: readonly Row[];
			readonly source: SourceKind;
			/** The query that decided, as sent; null: no query was involved. */
			readonly sql: string | null;
			readonly durationMs: number;
			/** ISO 8601; the server's clock where there is a server. */
			readonly at: string;
			/** Set where the verdict is itself a failure, as with a refused connection. */
			readonly failure: Failure | null;
			/** What more could be seen, and the GRANT for it; null: all was seen. */
			readonly grant: string | null;
	  }
	/** The source was asked and could not say: takes `otherwise`. */
	| {
			readonly kind: 'failed';
			readonly failure: Failure;
			readonly source: SourceKind;
			readonly sql: string | null;
			readonly durationMs: number;
			readonly at: string;
	  }
	/** There is no source (no session, no log given): no finding; the person may be asked. */
	| { readonly kind: 'absent'; readonly why: string; readonly grant: string | null };

export type ObserveInput = {
	readonly check: Check;
	/** By plain name, and as `check_slug__name` (hyphens become underscores). */
	readonly facts: Facts;
	/** Somebody asked for this very check: what takes minutes is done then, and never else. */
	readonly demanded?: boolean;
};

export type Slot = 'ordinary' | 'reserved' | 'waited';

/** The server as it may be shown; what is not known is null. Never a password. */
export type ServerIdentity = {
	readonly host: string | null;
	readonly port: number | null;
	readonly database: string | null;
	readonly user: string | null;
	/** As `15.18`. */
	readonly version: string | null;
	/** As `150018`. */
	readonly versionNum: number | null;
	readonly provider: Provider;
	/** Null: no session is held. */
	readonly slot: Slot | null;
	/** Null: not known. */
	readonly superuser: boolean | null;
	/** What the role may see; absent: no session was had. */
	readonly rights?: 'superuser' | 'sees all' | 'sees its own';
	/** The session's `TimeZone`; absent: no session was had. */
	readonly timeZone?: string;
};

/** The slots as last counted on the held session. */
export type Gauge = {
	readonly used: number;
	readonly usable: number;
	readonly limit: number;
	readonly at: string;
};

/** What the keeper of the connection reports to the machine, unasked. */
export type ConnectionEvent =
	| { readonly type: 'connection.connecting' }
	| {
			readonly type: 'connection.waiting';
			readonly attempt: number;
			readonly nextInMs: number;
			readonly failure: Failure;
	  }
	| {
			readonly type: 'connection.held';
			readonly server: ServerIdentity;
			readonly timings: readonly LayerTiming[];
	  }
	| {
			readonly type: 'connection.refused';
			readonly server: ServerIdentity;
			readonly failure: Failure;
			readonly timings: readonly LayerTiming[];
	  }
	| { readonly type: 'connection.lost'; readonly failure: Failure }
	| { readonly type: 'connection.none' }
	| { readonly type: 'connection.gauge'; readonly gauge: Gauge };

/** What the machine asks of the keeper. */
export type ConnectionCommand =
	/** Take the first slot that frees, and hold it. */
	| { readonly type: 'wait' }
	| { readonly type: 'stop waiting' }
	/** Cancel the query under way, by CancelRequest. */
	| { readonly type: 'cancel' }
	/** There is no server here: from now on nothing is connected to, and nothing of this machine is looked at. */
	| { readonly type: 'stay away' }
	| { readonly type: 'come back' };

export type ParameterValues = Readonly<Record<string, string>>;

export type PlanInput = {
	readonly solution: Solution;
	/** The one step that is meant; null: all of them, in one plan. */
	readonly step: Slug | null;
	/** What was chosen so far; the planner adds defaults from facts. */
	readonly parameters: ParameterValues;
	readonly facts: Facts;
	readonly server: ServerIdentity | null;
};

export type PlanRowStatus = 'planned' | 'ended' | 'gone' | 'spared' | 'refused';

/** One session that would be, or was, ended; the other columns are the preview's own. */
export type PlanRow = {
	readonly pid: number;
	/** ISO 8601 with microseconds: with the pid it names one session for ever. */
	readonly backend_start: string;
	readonly status: PlanRowStatus;
	/** Why not, or what instead; null: nothing to add. */
	readonly why: string | null;
	readonly columns: Row;
};

/** Exactly what would be done; consent is given to this and to nothing else. */
export type Plan = {
	readonly id: string;
	readonly solution: Slug;
	/** The one step that it is about; absent: all of the solution. */
	readonly step?: Slug;
	readonly parameters: ParameterValues;
	/** What must be typed; null: not a severe one. */
	readonly confirm: string | null;
	readonly rows: readonly PlanRow[];
	/** The very statements, in order, with their values filled in. */
	readonly statements: readonly string[];
	readonly diff: string | null;
	/** What the person is told first: who is interrupted, what comes back, how it is undone. */
	readonly consequences: readonly string[];
	/** What can be taken back afterwards; empty: nothing can. */
	readonly undoable: readonly string[];
	readonly server: ServerIdentity | null;
	/** ISO 8601; a plan expires 60 s after this and on every reconnect. */
	readonly plannedAt: string;
};

export type Planned =
	| { readonly kind: 'plan'; readonly plan: Plan }
	/** A parameter has no value yet: the driver asks, then plans again. */
	| {
			readonly kind: 'parameter';
			readonly name: string;
			readonly question: string;
			readonly suggestion: string | null;
			readonly choices: readonly string[];
			readonly secret: boolean;
			readonly problem: string | null;
			/** The person wants another value than the one that a plan has, and may change their mind. */
			readonly anew?: true;
	  }
	| { readonly kind: 'nothing to do'; readonly why: string }
	| { readonly kind: 'unavailable'; readonly why: string; readonly next: readonly string[] }
	/** Somebody else must do it, elsewhere: what to do, with the values filled in. It is verified afterwards. */
	| { readonly kind: 'by hand'; readonly why: string; readonly instructions: readonly string[] };

/** One thing that was done, or not. */
export type Done = {
	readonly what: string;
	readonly status: 'done' | 'skipped' | 'failed' | 'unknown';
	readonly why: string | null;
};

export type Applied = {
	/** `partly` covers unknown too: the journal says what. */
	readonly outcome: 'done' | 'partly' | 'nothing';
	readonly rows: readonly PlanRow[];
	readonly done: readonly Done[];
	readonly failure: Failure | null;
	readonly at: string;
	readonly durationMs: number;
};

export type Sample = {
	readonly atMs: number;
	readonly verdict: string;
	readonly severity: Severity;
	readonly facts: Facts;
};

export type Verified = {
	readonly check: Slug;
	readonly verdict: string;
	readonly severity: Severity;
	/** Text of the finding, filled in. */
	readonly text: string;
	readonly held: boolean;
	/** `login`: an ordinary role really got in; `arithmetic`: the numbers say it could. */
	readonly proof: 'login' | 'arithmetic';
	readonly samples: readonly Sample[];
	readonly before: Facts;
	readonly after: Facts;
	/** What came back meanwhile, in a person's words; null: nothing to say. */
	readonly note: string | null;
};

export type Undone = {
	readonly session: string;
	readonly undone: readonly string[];
	readonly skipped: readonly {
		readonly what: string;
		readonly why: string;
		/** The plan of which it still stands, so that it can be tried again; absent: somebody has changed it since. */
		readonly plan?: string;
	}[];
};

/** What the fixer, or a look that takes long, reports while it works; the screen shows the latest, an empty one not. */
export type Progress = { readonly type: 'fix.progress'; readonly text: string };

export type VerifyInput = {
	readonly solution: Slug;
	readonly step: Slug | null;
	/** Null: a person did it. */
	readonly plan: Plan | null;
	readonly applied: Applied | null;
	readonly findings: readonly Finding[];
	/** It has held: it is looked at until it does not any more, or until that is stopped. */
	readonly untilBroken?: boolean;
};

export type ApplyInput = { readonly plan: Plan; readonly typed: string | null };

/** What the machine is given of the world. Each may reject: that is data to the machine too. */
export interface WizardPorts {
	observe(input: ObserveInput, signal: AbortSignal): Promise<Observation>;
	readonly connection: {
		/** Reports from now on, beginning with what is the case. Returns what unsubscribes. */
		subscribe(listener: (event: ConnectionEvent) => void): () => void;
		tell(command: ConnectionCommand): void;
	};
	readonly fixes: {
		plan(input: PlanInput): Promise<Planned>;
		apply(input: ApplyInput): Promise<Applied>;
		/** Null: nothing can measure it, the person must say. */
		verify(input: VerifyInput, signal: AbortSignal): Promise<Verified | null>;
		/** Takes back what these plans changed, the latest first. */
		undo(plans: readonly Plan[]): Promise<Undone>;
		subscribe(listener: (progress: Progress) => void): () => void;
	};
	/** Told of each thing once, in order. */
	journal(entry: JournalEntry): void;
}
