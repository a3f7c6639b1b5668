/** What a session changed, or a person did in its place: what became of it, and what of it still stands. */
import type { Slug } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import type { Done, Verified } from '../machine/ports.ts';
import type { JournalRecord, RecordOf } from '../session/record.ts';
import { effectInWords } from './effect-words.ts';
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

/** A change, and when the last thing was said of it: what came last stands last. */
type Ended = { readonly change: Change; readonly endedAt: string };

function outcomeInWords(by: Change['by'], held: boolean | null, helped: boolean | null): string {
	if (held === null) return helped === null ? 'not verified' : helped ? 'helped' : 'did not help';
	// Who did it by hand was asked, and measured beside it: one word is enough where both say the same.
	if (by === 'person' && (helped === null || helped === held)) return held ? 'helped' : 'did not help';
	const measured = held ? 'held' : 'did not hold';
	return helped === null
		? measured
		: `${measured}, ${helped === held ? 'and' : 'but'} ${helped ? 'helped' : 'did not help'}`;
}

/** What became of a plan; null: nobody agreed to it. */
function changeOf(record: RecordOf<'plan'>, records: readonly JournalRecord[], titles: Titles): Ended | null {
	const { plan } = record;
	const intents = ofKind(records, 'intent').filter((intent) => intent.plan === plan.id);
	const [first] = intents;
	if (first === undefined) return null;
	const outcomes = new Map(ofKind(records, 'outcome').map((outcome) => [outcome.intent, outcome]));
	const done: readonly Done[] = intents.map((intent) => {
		const outcome = outcomes.get(intent.seq);
		return { what: effectInWords(intent), status: outcome?.status ?? 'unknown', why: outcome?.why ?? null };
	});
	const rows = intents.flatMap(({ seq }) => outcomes.get(seq)?.rows ?? []);
	const later = records.filter(({ seq, session }) => session === first.session && seq > first.seq);
	const untilNext = later.findIndex(({ kind }) => kind === 'plan');
	const mine = untilNext === -1 ? later : later.slice(0, untilNext);
	const proved = ofKind(mine, 'verified').findLast(({ step }) => step === plan.step);
	const said = ofKind(mine, 'helped').findLast(({ solution }) => solution === plan.solution);
	const verified = proofOf(proved?.verified);
	const helped = said?.helped ?? null;
	const solution = titles.get(plan.solution) ?? plan.solution;
	const title = plan.step === undefined ? solution : `${titles.get(plan.step) ?? plan.step} (${solution})`;
	return {
		change: {
			...changeOfPlan(plan, title),
			at: first.at,
			outcome: outcomeInWords('tool', verified?.held ?? null, helped),
			helped,
			rows: rows.length > 0 ? rows : plan.rows,
			done: [...done, ...fencesLifted(intents, outcomes, records)],
			verified,
			undone: ofKind(mine, 'undone').at(-1)?.undone ?? undoneByOthers(intents, outcomes, records),
		},
		endedAt: latest([first.at, proved?.at, said?.at]),
	};
}

const latest = (instants: readonly (string | undefined)[]): string =>
	instants.reduce<string>((last, at) => (at !== undefined && at > last ? at : last), '');

type Intents = readonly RecordOf<'intent'>[];
type Outcomes = ReadonlyMap<number, RecordOf<'outcome'>>;

/** That a change was taken back, by whichever session; of another session the same number is another change. */
function liftingOf(
	{ session, seq }: RecordOf<'intent'>,
	records: readonly JournalRecord[],
): RecordOf<'lifted'> | undefined {
	return ofKind(records, 'lifted').findLast(({ of, intent }) => of === session && intent === seq);
}

const isFence = ({ effect }: RecordOf<'intent'>): boolean => effect === 'fence';

/** Whether what was raised may be there: it was, or nobody knows. */
function cameToSomething({ seq }: RecordOf<'intent'>, outcomes: Outcomes): boolean {
	const status = outcomes.get(seq)?.status ?? 'unknown';
	return status === 'done' || status === 'unknown';
}

/** Each fence is lifted when the work behind it is done: an auditor asks whether it was. */
function fencesLifted(
	intents: Intents,
	outcomes: Outcomes,
	records: readonly JournalRecord[],
): readonly Done[] {
	return intents
		.filter((intent) => isFence(intent) && cameToSomething(intent, outcomes))
		.map((intent): Done => {
			const what = `lift the fence of ${intent.object}`;
			const lifted = liftingOf(intent, records);
			if (lifted === undefined)
				return {
					what,
					status: 'unknown',
					why: 'nothing says that it was: kbwizard resume looks, and lifts it',
				};
			return { what, status: 'done', why: lifted.by === 'fix' ? null : `by ${byInWords[lifted.by]}` };
		});
}

const byInWords: Readonly<Record<RecordOf<'lifted'>['by'], string>> = {
	fix: 'the fix itself',
	guardian: 'the guardian process',
	undo: 'kbwizard undo',
	resume: 'kbwizard resume',
	'somebody else': 'somebody else',
};

/** What it was proved by, as plain text: in Markdown its names are escaped, and would not be known for names. */
function proofOf(verified: Verified | null | undefined): Verified | null {
	return verified == null ? null : { ...verified, text: plainInline(verified.text) };
}

/** Changes that a later run took back, or somebody else did; what of the plan is in force still is left. */
function undoneByOthers(
	intents: Intents,
	outcomes: Outcomes,
	records: readonly JournalRecord[],
): Change['undone'] {
	const lasting = intents
		.filter((intent) => intent.inverse !== null && !isFence(intent) && cameToSomething(intent, outcomes))
		.map((intent) => ({ intent, lifted: liftingOf(intent, records) }))
		.filter(({ lifted }) => lifted?.by !== 'fix');
	const undone = lasting.flatMap(({ intent: { effect, object, old }, lifted }) =>
		lifted === undefined
			? []
			: [
					{
						session: lifted.session,
						what: `${effectInWords({ effect, object, old })} (by ${byInWords[lifted.by]})`,
					},
				],
	);
	const [first] = undone;
	if (first === undefined) return null;
	return {
		session: first.session,
		undone: undone.map(({ what }) => what),
		skipped: lasting
			.filter(({ lifted }) => lifted === undefined)
			.map(({ intent }) => ({
				what: effectInWords(intent),
				why: 'it is in force still: kbwizard undo takes it back',
			})),
	};
}

/** All of them, the tool's and a person's, in the order in which they came to their end. */
export function changesOf(records: readonly JournalRecord[], titles: Titles): readonly Change[] {
	return [
		...ofKind(records, 'plan').flatMap((record) => changeOf(record, records, titles) ?? []),
		...guidedChanges(records, titles),
	]
		.toSorted((a, b) => a.endedAt.localeCompare(b.endedAt))
		.map(({ change }) => change);
}

/** Steps that a person did, one change a solution. */
function guidedChanges(records: readonly JournalRecord[], titles: Titles): readonly Ended[] {
	const steps = ofKind(records, 'step');
	return [...new Set(steps.map(({ solution }) => solution))].map((solution) => {
		const mine = steps.filter((step) => step.solution === solution);
		const said = ofKind(records, 'helped').findLast((record) => record.solution === solution);
		const proved = ofKind(records, 'verified').findLast(
			(record) => record.solution === solution && record.step === undefined,
		);
		const helped = said?.helped ?? null;
		return {
			change: {
				solution,
				title: titles.get(solution) ?? solution,
				at: mine[0]?.at ?? null,
				by: 'person',
				outcome: outcomeInWords('person', proved?.verified.held ?? null, helped),
				helped,
				parameters: {},
				rows: [],
				statements: [],
				diff: null,
				done: mine.map(({ step, outcome }) => ({
					what: titles.get(step) ?? step,
					status: outcome === 'done' ? 'done' : 'failed',
					why: outcome === 'done' ? null : 'it did not help',
				})),
				verified: proofOf(proved?.verified),
				undoable: [],
				undone: null,
			},
			endedAt: latest([mine.at(-1)?.at, proved?.at, said?.at]),
		};
	});
}
