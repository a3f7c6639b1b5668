/** What the records of one session, or of several, leave to be done. */
import type { Inverse, JournalRecord, RecordOf } from './record.ts';

export type ChangeInForce = {
	readonly intent: RecordOf<'intent'>;
	readonly inverse: Inverse;
	/** `unknown`: it was begun, and nobody knows whether it came through. */
	readonly status: 'done' | 'unknown';
};

/** The changes that were, or may have been, made and that nobody has taken back; the newest first. */
export function changesInForce(records: readonly JournalRecord[]): readonly ChangeInForce[] {
	const outcomes = outcomesOf(records);
	const lifted = liftedOf(records);
	const instants = instantsOf(records);
	const begun = ({ intent }: ChangeInForce) => instants.get(keyOf(intent.session, intent.seq)) ?? intent.at;
	return records
		.filter((record) => record.kind === 'intent')
		.flatMap((intent): readonly ChangeInForce[] => {
			const key = keyOf(intent.session, intent.seq);
			const status = outcomes.get(key)?.status ?? 'unknown';
			if (intent.inverse === null || lifted.has(key)) return [];
			return status === 'done' || status === 'unknown' ? [{ intent, inverse: intent.inverse, status }] : [];
		})
		.sort(
			(a, b) =>
				begun(b).localeCompare(begun(a)) ||
				b.intent.session.localeCompare(a.intent.session) ||
				b.intent.seq - a.intent.seq,
		);
}

/** When each record was written; never before the one that it follows, whatever was done to the clock meanwhile. */
function instantsOf(records: readonly JournalRecord[]): ReadonlyMap<string, string> {
	const latest = new Map<string, string>();
	return new Map(
		records.map(({ session, seq, at }) => {
			const before = latest.get(session) ?? at;
			const instant = at < before ? before : at;
			latest.set(session, instant);
			return [keyOf(session, seq), instant];
		}),
	);
}

/** A step that began and whose end was never written: the session ended in the middle of it. */
export type InterruptedStep = {
	/** The plan it belongs to; null: it had none, or its plan is not among the records. */
	readonly plan: RecordOf<'plan'> | null;
	/** What was under way, in order: it may have been done, or not. */
	readonly open: readonly RecordOf<'intent'>[];
};

/** The latest step without an outcome; null: every step came to its end, or was lifted since. */
export function interruptedStep(records: readonly JournalRecord[]): InterruptedStep | null {
	const outcomes = outcomesOf(records);
	const lifted = liftedOf(records);
	const open = records
		.filter((record) => record.kind === 'intent')
		.filter(({ session, seq }) => !outcomes.has(keyOf(session, seq)) && !lifted.has(keyOf(session, seq)));
	const latest = open.at(-1);
	if (latest === undefined) return null;
	const plan = records
		.filter((record) => record.kind === 'plan')
		.findLast((record) => record.plan.id === latest.plan);
	return { plan: plan ?? null, open: open.filter((intent) => intent.plan === latest.plan) };
}

/** What tells that a plan is dealt with; a `step` that nothing measures is noted when it has come through. */
const settling: ReadonlySet<JournalRecord['kind']> = new Set(['verified', 'undone', 'step', 'closed']);

/**
 * A plan that was begun and never seen to hold, in a session that did not end in order; null: there is none. What it
 * did is known; whether it helped is not.
 */
export function unverifiedPlan(records: readonly JournalRecord[]): RecordOf<'plan'> | null {
	const begun = records.findLast((record) => record.kind === 'intent' && record.plan !== null);
	if (begun?.kind !== 'intent') return null;
	const since = records.slice(records.indexOf(begun));
	if (since.some(({ kind }) => settling.has(kind))) return null;
	return (
		records.filter((record) => record.kind === 'plan').findLast((record) => record.plan.id === begun.plan) ??
		null
	);
}

/** Whether a session broke off and left something: a step begun, a fence standing, a change that nobody verified. */
export function isBroken(records: readonly JournalRecord[], inForce: readonly ChangeInForce[]): boolean {
	return (
		inForce.some(({ intent }) => intent.effect === 'fence') ||
		interruptedStep(records) !== null ||
		unverifiedPlan(records) !== null
	);
}

function keyOf(session: string, seq: number): string {
	return `${session}/${seq}`;
}

function outcomesOf(records: readonly JournalRecord[]): ReadonlyMap<string, RecordOf<'outcome'>> {
	return new Map(
		records
			.filter((record) => record.kind === 'outcome')
			.map((outcome) => [keyOf(outcome.session, outcome.intent), outcome]),
	);
}

function liftedOf(records: readonly JournalRecord[]): ReadonlySet<string> {
	return new Set(
		records.filter((record) => record.kind === 'lifted').map(({ of, intent }) => keyOf(of, intent)),
	);
}
