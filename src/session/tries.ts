/** What was tried in a session, read from its records alone: articles change, and sessions outlive them. */
import type { Slug } from '../article/article.ts';
import type { JournalRecord, SessionId } from './record.ts';

/** One solution, applied once, or walked step by step through a session. */
export type Try = {
	readonly solution: Slug;
	/** ISO 8601. */
	readonly at: string;
	/** As it was measured last; null: it was not. */
	readonly held: boolean | null;
	/** From its first change to the first proof, in milliseconds; null: it did not hold, or a person did it. */
	readonly heldAfterMs: number | null;
	/** What a person said; null: they were not asked, or said nothing. */
	readonly helped: boolean | null;
	/** All of it that could be taken back was. */
	readonly undone: boolean;
};

type Trying = { -readonly [Field in keyof Try]: Try[Field] } & {
	readonly plans: Set<string>;
	/** When the tool changed something first; null: it did not. */
	changedAt: string | null;
};

/** By session and `seq` of the intent: what was taken back, by whichever session. */
export type Lifted = ReadonlySet<string>;

export function liftedIn(records: readonly JournalRecord[]): Lifted {
	return new Set(
		records
			.filter((record) => record.kind === 'lifted')
			.filter(({ by }) => by === 'undo' || by === 'resume')
			.map(({ of, intent }) => keyOf(of, intent)),
	);
}

const keyOf = (session: SessionId, intent: number): string => `${session}/${intent}`;

/** A clock may have been set back meanwhile. */
const between = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from));

/**
 * @param records of one session
 * @param lifted of all sessions
 */
export function triesIn(records: readonly JournalRecord[], lifted: Lifted): readonly Try[] {
	const tries: Trying[] = [];
	const begin = (solution: Slug, at: string): Trying => {
		const fresh: Trying = {
			solution,
			at,
			held: null,
			heldAfterMs: null,
			helped: null,
			undone: false,
			plans: new Set(),
			changedAt: null,
		};
		tries.push(fresh);
		return fresh;
	};
	const latest = (solution: Slug) => tries.findLast((each) => each.solution === solution);
	const steps = new Map(
		records.flatMap((record) =>
			record.kind === 'plan' ? [[record.plan.id, record.plan.step ?? null] as const] : [],
		),
	);
	const cameToSomething = new Set(
		records.flatMap((record) =>
			record.kind === 'outcome' && (record.status === 'done' || record.status === 'unknown')
				? [record.intent]
				: [],
		),
	);
	const lasting = new Map<Trying, string[]>();
	for (const record of records) {
		switch (record.kind) {
			case 'intent': {
				const { plan, solution, seq, session, effect, inverse, at } = record;
				if (plan === null || solution === null || !cameToSomething.has(seq) || effect === 'fence') break;
				const known = latest(solution);
				// The steps of one solution are one try; the same solution planned again is another.
				const isSame = known !== undefined && (known.plans.has(plan) || (steps.get(plan) ?? null) !== null);
				const current = isSame ? known : begin(solution, at);
				current.plans.add(plan);
				current.changedAt ??= at;
				if (inverse !== null) lasting.set(current, [...(lasting.get(current) ?? []), keyOf(session, seq)]);
				break;
			}
			case 'step':
				if (latest(record.solution) === undefined) begin(record.solution, record.at);
				break;
			case 'verified': {
				const { solution, verified, at, step } = record;
				const current = latest(solution) ?? begin(solution, at);
				// A step that is in place is not yet the solution that holds; one that is not speaks for it all.
				if (step !== undefined && verified.held) break;
				current.held = verified.held;
				if (verified.held && current.changedAt !== null)
					current.heldAfterMs ??= between(current.changedAt, at);
				break;
			}
			case 'helped': {
				const current = latest(record.solution) ?? begin(record.solution, record.at);
				current.helped = record.helped;
				break;
			}
			default:
		}
	}
	return tries.map((each) => {
		const { solution, at, held, helped } = each;
		const changes = lasting.get(each) ?? [];
		return {
			solution,
			at,
			held,
			helped,
			heldAfterMs: held === true ? each.heldAfterMs : null,
			undone: changes.length > 0 && changes.every((change) => lifted.has(change)),
		};
	});
}
