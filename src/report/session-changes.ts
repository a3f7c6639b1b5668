/** What a session changed, or a person did in its place: what became of it, and what of it still stands. */
import type { Slug } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import type { Done, Verified } from '../machine/ports.ts';
import type { JournalRecord, RecordOf } from '../session/record.ts';
import { type Change, changeOfPlan } from './report.ts';

export function ofKind<Kind extends JournalRecord['kind']>(
	records: readonly JournalRecord[],
	kind: Kind,
): readonly RecordOf<Kind>[] {
	const isOfKind = (record: JournalRecord): record is JournalRecord & RecordOf<Kind> => record.kind === kind;
	return records.filter(isOfKind);
}

/** Of solutions and of their steps. */
export type Titles = ReadonlyMap<Slug, string>;

/** What became of a plan; null: nobody agreed to it. */
function changeOf(
	record: RecordOf<'plan'>,
	records: readonly JournalRecord[],
	titles: Titles,
): Change | null {
	const { plan } = record;
	const intents = ofKind(records, 'intent').filter((intent) => intent.plan === plan.id);
	const [first] = intents;
	if (first === undefined) return null;
	const outcomes = new Map(ofKind(records, 'outcome').map((outcome) => [outcome.intent, outcome]));
	const done: readonly Done[] = intents.map(({ seq, effect, object }) => {
		const outcome = outcomes.get(seq);
		return { what: `${effect}: ${object}`, status: outcome?.status ?? 'unknown', why: outcome?.why ?? null };
	});
	const rows = intents.flatMap(({ seq }) => outcomes.get(seq)?.rows ?? []);
	const later = records.filter(({ seq }) => seq > first.seq);
	const untilNext = later.findIndex(({ kind }) => kind === 'plan');
	const mine = untilNext === -1 ? later : later.slice(0, untilNext);
	const verified = proofOf(ofKind(mine, 'verified').findLast(({ step }) => step === plan.step)?.verified);
	const solution = titles.get(plan.solution) ?? plan.solution;
	const title = plan.step === undefined ? solution : `${titles.get(plan.step) ?? plan.step} (${solution})`;
	return {
		...changeOfPlan(plan, title),
		at: first.at,
		outcome: verified === null ? 'not verified' : verified.held ? 'held' : 'did not hold',
		rows: rows.length > 0 ? rows : plan.rows,
		done,
		verified,
		undone: ofKind(mine, 'undone').at(-1)?.undone ?? undoneByOthers(intents, records),
	};
}

/** What it was proved by, as plain text: in Markdown its names are escaped, and would not be known for names. */
function proofOf(verified: Verified | null | undefined): Verified | null {
	return verified == null ? null : { ...verified, text: plainInline(verified.text) };
}

/** Changes that a later run of `undo`, or the guardian, took back. */
function undoneByOthers(
	intents: readonly RecordOf<'intent'>[],
	records: readonly JournalRecord[],
): Change['undone'] {
	const lifted = ofKind(records, 'lifted').filter(({ by }) => by !== 'fix');
	const undone = lifted.flatMap(({ intent, by, session }) => {
		const change = intents.find(({ seq }) => seq === intent);
		return change === undefined ? [] : [{ session, what: `${change.effect}: ${change.object} (by ${by})` }];
	});
	const [first] = undone;
	return first === undefined
		? null
		: { session: first.session, undone: undone.map(({ what }) => what), skipped: [] };
}

/** All of them, as they were planned; then what a person did step by step. */
export function changesOf(records: readonly JournalRecord[], titles: Titles): readonly Change[] {
	return [
		...ofKind(records, 'plan').flatMap((record) => changeOf(record, records, titles) ?? []),
		...guidedChanges(records, titles),
	];
}

/** Steps that a person did, one change a solution. */
function guidedChanges(records: readonly JournalRecord[], titles: Titles): readonly Change[] {
	const steps = ofKind(records, 'step');
	return [...new Set(steps.map(({ solution }) => solution))].map((solution) => {
		const mine = steps.filter((step) => step.solution === solution);
		const helped = ofKind(records, 'helped').findLast((record) => record.solution === solution)?.helped;
		const verified = proofOf(
			ofKind(records, 'verified').findLast(
				(record) => record.solution === solution && record.step === undefined,
			)?.verified,
		);
		const held = verified?.held ?? helped;
		return {
			solution,
			title: titles.get(solution) ?? solution,
			at: mine[0]?.at ?? null,
			outcome: held === undefined ? 'not verified' : held ? 'helped' : 'did not help',
			parameters: {},
			rows: [],
			statements: [],
			diff: null,
			done: mine.map(({ step, outcome }) => ({
				what: titles.get(step) ?? step,
				status: outcome === 'done' ? 'done' : 'failed',
				why: outcome === 'done' ? null : 'it did not help',
			})),
			verified,
			undoable: [],
			undone: null,
		};
	});
}
