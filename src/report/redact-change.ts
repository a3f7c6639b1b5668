/** What was changed, with tokens for names: also in the SQL that was run, and in the difference of a file. */
import type { Redactor } from './redactor.ts';
import type { Change, ChangeProof } from './report.ts';

export function learnChange(redactor: Redactor, { rows, parameters }: Change): void {
	redactor.learnRecord(parameters);
	for (const { columns } of rows) redactor.learnRecord(columns);
}

function redactProof(redactor: Redactor, proof: ChangeProof | null): ChangeProof | null {
	if (proof === null) return null;
	return {
		...proof,
		text: redactor.text(proof.text),
		before: redactor.record(proof.before),
		after: redactor.record(proof.after),
		note: redactor.maybe(proof.note),
	};
}

function redactUndone(redactor: Redactor, undone: Change['undone']): Change['undone'] {
	if (undone === null) return null;
	return {
		session: undone.session,
		undone: undone.undone.map(redactor.text),
		skipped: undone.skipped.map(({ what, why }) => ({ what: redactor.text(what), why: redactor.text(why) })),
	};
}

export function redactChange(redactor: Redactor, change: Change): Change {
	return {
		...change,
		parameters: redactor.parameters(change.parameters),
		rows: change.rows.map((row) => ({
			...row,
			why: redactor.maybe(row.why),
			columns: redactor.record(row.columns),
		})),
		statements: change.statements.map(redactor.text),
		diff: redactor.maybe(change.diff),
		done: change.done.map(({ what, status, why }) => ({
			what: redactor.text(what),
			status,
			why: redactor.maybe(why),
		})),
		verified: redactProof(redactor, change.verified),
		undoable: change.undoable.map(redactor.text),
		undone: redactUndone(redactor, change.undone),
	};
}
