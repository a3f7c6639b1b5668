/** The documents that `fix --json`, `undo --json` and `resume --json` print. */
import type { Severity, Slug } from '../article/article.ts';
import type { Applied, Done, Plan, Row, Undone, Verified } from '../machine/ports.ts';
import { rowOf } from './report.ts';

export const fixSchema = 'kbwizard.fix/1';
export const undoSchema = 'kbwizard.undo/1';

export type VerifiedDocument = {
	readonly check: Slug;
	readonly verdict: string;
	readonly severity: Severity;
	readonly held: boolean;
	readonly proof: Verified['proof'];
	readonly note: string | null;
};

/** What was measured, without its samples; null: nothing was. */
export function toVerifiedDocument(verified: Verified | null): VerifiedDocument | null {
	if (verified === null) return null;
	const { check, verdict, severity, held, proof, note } = verified;
	return { check, verdict, severity, held, proof, note };
}

/** A step of a solution that is done step by step. */
export type ReportedStep = {
	readonly id: Slug;
	readonly title: string;
	readonly by: 'tool' | 'person';
	/** Whether its own check says already that it is in place; null: it has none, or it was not seen. */
	readonly met: boolean | null;
};

export type FixDocument = {
	readonly schema: typeof fixSchema;
	/** Null: nothing was kept, as in a dry run. */
	readonly session: string | null;
	readonly solution: Slug;
	/** The one step that was meant; null: the solution as a whole. */
	readonly step: Slug | null;
	/** Null: it is done by hand. */
	readonly plan: {
		/** What a severe one wants typed; null for the others. */
		readonly confirm: string | null;
		readonly rows: readonly Row[];
		readonly statements: readonly string[];
		readonly diff: string | null;
		readonly consequences: readonly string[];
	} | null;
	/** What somebody else must do, elsewhere; null: the tool can do it, or nobody need. */
	readonly byHand: { readonly why: string; readonly instructions: readonly string[] } | null;
	/** The steps to choose from where none was named; empty: there is nothing to choose. */
	readonly steps: readonly ReportedStep[];
	/** Null: nothing was applied. */
	readonly applied: {
		readonly outcome: Applied['outcome'];
		readonly at: string;
		readonly durationMs: number;
		readonly done: readonly Done[];
		readonly error: { readonly code: string; readonly message: string } | null;
	} | null;
	readonly verified: VerifiedDocument | null;
	/** Null: there is nothing to take back. */
	readonly undo: { readonly session: string; readonly what: readonly string[] } | null;
};

export type FixInput = {
	readonly session: string | null;
	readonly solution: Slug;
	readonly step?: Slug | null;
	/** Null: there was nothing to plan. */
	readonly plan: Plan | null;
	/** Why there is no plan; null where there is one. */
	readonly why: string | null;
	readonly byHand?: FixDocument['byHand'];
	readonly steps?: readonly ReportedStep[];
	readonly applied: Applied | null;
	readonly verified: Verified | null;
};

export function toFixDocument(input: FixInput): FixDocument {
	const { session, solution, plan, applied, verified, byHand = null } = input;
	const rows = applied?.rows ?? plan?.rows ?? [];
	const changed = applied !== null && applied.outcome !== 'nothing';
	const undoable = plan?.undoable ?? [];
	return {
		schema: fixSchema,
		session,
		solution,
		step: input.step ?? null,
		plan:
			byHand !== null
				? null
				: {
						confirm: plan?.confirm ?? null,
						rows: rows.map(rowOf),
						statements: plan?.statements ?? [],
						diff: plan?.diff ?? null,
						consequences: plan?.consequences ?? (input.why === null ? [] : [input.why]),
					},
		byHand,
		steps: input.steps ?? [],
		applied:
			applied === null
				? null
				: {
						outcome: applied.outcome,
						at: applied.at,
						durationMs: applied.durationMs,
						done: applied.done,
						error:
							applied.failure === null
								? null
								: { code: applied.failure.code, message: applied.failure.message },
					},
		verified: toVerifiedDocument(verified),
		undo: session !== null && changed && undoable.length > 0 ? { session, what: undoable } : null,
	};
}

export type UndoDocument = Undone & { readonly schema: typeof undoSchema };

export function toUndoDocument({ session, undone, skipped }: Undone): UndoDocument {
	return { schema: undoSchema, session, undone, skipped };
}
