/** A report: the diagnosis, and what was done about it. For the person who was not there. */
import type { Severity, Slug } from '../article/article.ts';
import type { Done, Facts, ParameterValues, Plan, PlanRow, Row, Undone, Verified } from '../machine/ports.ts';
import type { Diagnosis } from './diagnosis.ts';

export const reportSchema = 'kbwizard.report/1';

/** One solution that was tried. */
export type Change = {
	readonly solution: Slug;
	readonly title: string;
	/** ISO 8601; null: it was never applied. */
	readonly at: string | null;
	/** Who carried it out: this program, or a person who said so, step by step. */
	readonly by: 'tool' | 'person';
	/** In a person's words: `held`, `did not hold`, `not verified`, … */
	readonly outcome: string;
	/** Whether it helped those who called, as a person said; null: nobody said so. */
	readonly helped: boolean | null;
	readonly parameters: ParameterValues;
	readonly rows: readonly PlanRow[];
	readonly statements: readonly string[];
	readonly diff: string | null;
	readonly done: readonly Done[];
	readonly verified: ChangeProof | null;
	/** What could be taken back; empty: nothing can. */
	readonly undoable: readonly string[];
	/** Null: nobody asked for it. */
	readonly undone: Undone | null;
};

export type ChangeProof = {
	readonly check: Slug;
	readonly verdict: string;
	readonly severity: Severity;
	readonly text: string;
	readonly held: boolean;
	readonly proof: Verified['proof'];
	readonly before: Facts;
	readonly after: Facts;
	readonly note: string | null;
};

/** One of the five lines for whoever has no time: the state, where, the cause, what was done, what is next. */
export type SummaryLine = { readonly label: string; readonly text: string };

/** By whom and from where it was looked at; what is not known is null. */
export type Circumstances = {
	/** The operating system's user, and the machine that the tool ran on. */
	readonly user: string | null;
	readonly host: string | null;
	/** `superuser`, `pg_monitor`, … in words; null: no session was had. */
	readonly rights: string | null;
	/** Each as an IANA name or an offset (`Africa/Dar_es_Salaam`, `+03:00`). */
	readonly timeZones: {
		readonly server: string | null;
		readonly local: string | null;
		/** How the logs' times were understood; null: no log was read. */
		readonly logs: string | null;
	};
};

/** Something that happened, at its own time. */
export type TimelineEvent = {
	/** ISO 8601. */
	readonly at: string;
	readonly kind: 'log' | 'session' | 'finding' | 'choice' | 'change' | 'proof' | 'undo' | 'person';
	/** Plain text on one line. */
	readonly text: string;
	readonly severity: Severity | null;
};

/** What a person said to have done, which the tool did not do itself. */
export type OutsideStep = {
	/** ISO 8601. */
	readonly at: string;
	readonly solution: string;
	readonly what: string;
	readonly outcome: 'done' | 'did not help';
};

/** Written by a person into the session. */
export type PersonsNote = { readonly at: string; readonly by: string; readonly text: string };

/** One way through the article: each check that was reached with its verdict, in order. */
export type PathStep = {
	readonly check: Slug;
	readonly title: string;
	/** Null: it was not seen. */
	readonly verdict: string | null;
	readonly severity: Severity | null;
};

/** How many of something have a name: sessions by state, by client, by application. */
export type Share = { readonly name: string; readonly count: number };

export type SlotSample = {
	/** ISO 8601. */
	readonly at: string;
	readonly used: number;
	readonly usable: number;
};

export type LogHistogram = {
	readonly check: Slug;
	readonly title: string;
	/** Length of one bar, in milliseconds. */
	readonly barMs: number;
	readonly bars: readonly { readonly from: string; readonly events: number }[];
};

/** The same numbers before a change and after it. */
export type BeforeAfter = {
	readonly change: string;
	readonly name: string;
	readonly before: number;
	readonly after: number;
};

/** What is drawn where the reader's eye is quicker; each empty where nothing was counted. */
export type Charts = {
	/** Over the time watched, oldest first. */
	readonly slots: readonly SlotSample[];
	readonly byState: readonly Share[];
	readonly byClient: readonly Share[];
	readonly byApplication: readonly Share[];
	readonly logs: readonly LogHistogram[];
	readonly beforeAfter: readonly BeforeAfter[];
};

/** What was taken out, by kind, and never what it was. */
export type RedactionCount = { readonly kind: string; readonly count: number };

export type Report = {
	readonly schema: typeof reportSchema;
	/** Null: it was kept nowhere. */
	readonly session: string | null;
	/** ISO 8601. */
	readonly writtenAt: string;
	/** Names and addresses stand as tokens. */
	readonly redacted: boolean;
	/** Empty: nothing had to be taken out. */
	readonly redactions: readonly RedactionCount[];
	/** Five lines. */
	readonly summary: readonly SummaryLine[];
	readonly circumstances: Circumstances;
	readonly diagnosis: Diagnosis;
	/** Titles of the article's checks, by id. */
	readonly titles: Readonly<Record<Slug, string>>;
	/** What the checks compare with, in words, by id: `more than 80 % of the slots`; those that say nothing are missing. */
	readonly thresholds: Readonly<Record<Slug, string>>;
	/** Oldest first. */
	readonly timeline: readonly TimelineEvent[];
	readonly path: readonly PathStep[];
	readonly changes: readonly Change[];
	readonly outside: readonly OutsideStep[];
	readonly notes: readonly PersonsNote[];
	readonly charts: Charts;
	/** The journal is damaged from here on, or the article has changed since: what a reader must know. Empty: nothing. */
	readonly caveats: readonly string[];
};

/** Where nothing was counted. */
export const noCharts: Charts = {
	slots: [],
	byState: [],
	byClient: [],
	byApplication: [],
	logs: [],
	beforeAfter: [],
};

/** What a plan contributes to a report, before anything was applied. */
export function changeOfPlan(plan: Plan, title: string): Change {
	return {
		solution: plan.solution,
		title,
		at: null,
		by: 'tool',
		outcome: 'planned',
		helped: null,
		parameters: plan.parameters,
		rows: plan.rows,
		statements: plan.statements,
		diff: plan.diff,
		done: [],
		verified: null,
		undoable: plan.undoable,
		undone: null,
	};
}

/** The row as one record: the preview's own columns, then what became of it. */
export function rowOf(row: PlanRow): Row {
	return { ...row.columns, pid: row.pid, backend_start: row.backend_start, status: row.status, why: row.why };
}
