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
	/** In a person's words: `held`, `did not hold`, `not verified`, … */
	readonly outcome: string;
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

export type Report = {
	readonly schema: typeof reportSchema;
	/** Null: it was kept nowhere. */
	readonly session: string | null;
	/** ISO 8601. */
	readonly writtenAt: string;
	/** Names and addresses stand as tokens. */
	readonly redacted: boolean;
	readonly diagnosis: Diagnosis;
	/** Titles of the article's checks, by id. */
	readonly titles: Readonly<Record<Slug, string>>;
	readonly changes: readonly Change[];
};

/** What a plan contributes to a report, before anything was applied. */
export function changeOfPlan(plan: Plan, title: string): Change {
	return {
		solution: plan.solution,
		title,
		at: null,
		outcome: 'planned',
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
