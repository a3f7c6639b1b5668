/** What a site had: its causes and solutions, counted over its sessions. */
import type { Slug } from '../article/article.ts';
import type { SessionSummary } from '../session/list-sessions.ts';
import type { ConcludedCause } from '../session/record.ts';
import { liftedIn, type Try, triesIn } from '../session/tries.ts';

export const sessionStatsSchema = 'kbwizard.session-stats/1';

export type CauseStats = {
	readonly article: string;
	readonly id: Slug;
	readonly title: string;
	/** Sessions in which it stood at all, in which it stood first, and in which it was proved. */
	readonly stood: number;
	readonly first: number;
	readonly proved: number;
	/** ISO 8601, of the sessions in which it stood. */
	readonly firstAt: string;
	readonly lastAt: string;
};

export type SolutionStats = {
	readonly article: string;
	readonly id: Slug;
	readonly title: string;
	readonly tried: number;
	readonly held: number;
	readonly didNotHold: number;
	/** What persons said. */
	readonly helped: number;
	readonly didNotHelp: number;
	readonly undone: number;
	/** From the change to the proof, in milliseconds; null: it never held. */
	readonly heldAfterMs: { readonly median: number; readonly longest: number } | null;
	readonly firstAt: string;
	readonly lastAt: string;
};

export type SessionStats = {
	readonly schema: typeof sessionStatsSchema;
	readonly sessions: number;
	/** When the first of them began, ISO 8601; null: there is none. */
	readonly since: string | null;
	/** Sessions of which no cause is known: they broke off, found none, or their article has changed since. */
	readonly withoutCause: number;
	/** The most frequent first. */
	readonly causes: readonly CauseStats[];
	readonly solutions: readonly SolutionStats[];
};

export type SessionStatsInput = {
	readonly sessions: readonly SessionSummary[];
	/** The causes of a session that did not write any down, the best first; empty: they are not known. */
	readonly causesOf: (session: SessionSummary) => readonly ConcludedCause[];
	/** What a solution is called, as plain text. */
	readonly titleOf: (article: string, solution: Slug) => string;
};

type Seen<T> = { readonly article: string; readonly id: Slug; readonly at: string; readonly what: T };

/** What was seen of each, by article and id; in each the earliest first. */
function grouped<T>(seen: readonly Seen<T>[]): readonly (readonly [Seen<T>, ...Seen<T>[]])[] {
	const groups = Map.groupBy(seen, ({ article, id }) => JSON.stringify([article, id]));
	return [...groups.values()].flatMap((group) => {
		const [first, ...others] = [...group].sort((a, b) => a.at.localeCompare(b.at));
		return first === undefined ? [] : [[first, ...others] as const];
	});
}

const howMany = <T>(seen: readonly Seen<T>[], is: (what: T) => boolean): number =>
	seen.filter(({ what }) => is(what)).length;

const spanOf = (seen: readonly [Seen<unknown>, ...Seen<unknown>[]]) => ({
	firstAt: seen[0].at,
	lastAt: (seen.at(-1) ?? seen[0]).at,
});

/** What a session wrote down when it ended, else what follows from its findings. */
function causesOf(session: SessionSummary, input: SessionStatsInput): readonly ConcludedCause[] {
	const written = session.records.findLast(
		(record) => record.kind === 'closed' && record.causes !== undefined,
	);
	return (written?.kind === 'closed' ? written.causes : undefined) ?? input.causesOf(session);
}

function medianOf(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	const upper = sorted[Math.floor(middle)] ?? 0;
	return Number.isInteger(middle) ? ((sorted[middle - 1] ?? 0) + upper) / 2 : upper;
}

function solutionStats(
	seen: readonly [Seen<Try>, ...Seen<Try>[]],
	titleOf: SessionStatsInput['titleOf'],
): SolutionStats {
	const [{ article, id }] = seen;
	const times = seen.flatMap(({ what }) => (what.heldAfterMs === null ? [] : [what.heldAfterMs]));
	return {
		article,
		id,
		title: titleOf(article, id),
		tried: seen.length,
		held: howMany(seen, ({ held }) => held === true),
		didNotHold: howMany(seen, ({ held }) => held === false),
		helped: howMany(seen, ({ helped }) => helped === true),
		didNotHelp: howMany(seen, ({ helped }) => helped === false),
		undone: howMany(seen, ({ undone }) => undone),
		heldAfterMs: times.length === 0 ? null : { median: medianOf(times), longest: Math.max(...times) },
		...spanOf(seen),
	};
}

export function sessionStats(input: SessionStatsInput): SessionStats {
	const begun = input.sessions.flatMap((session) =>
		session.opened === null ? [] : [{ session, opened: session.opened }],
	);
	const lifted = liftedIn(input.sessions.flatMap(({ records }) => records));
	const concluded = begun.map(({ session, opened }) => ({ opened, causes: causesOf(session, input) }));
	const causes = grouped(
		concluded.flatMap(({ opened, causes }) =>
			causes.map(({ id, ...what }, index) => ({
				article: opened.article.id,
				id,
				at: opened.at,
				what: { ...what, first: index === 0 },
			})),
		),
	).map((seen): CauseStats => {
		const [{ article, id }] = seen;
		return {
			article,
			id,
			title: (seen.at(-1) ?? seen[0]).what.title,
			stood: seen.length,
			first: howMany(seen, ({ first }) => first),
			proved: howMany(seen, ({ standing }) => standing === 'proved'),
			...spanOf(seen),
		};
	});
	const solutions = grouped(
		begun.flatMap(({ session, opened }) =>
			triesIn(session.records, lifted).map((what) => ({
				article: opened.article.id,
				id: what.solution,
				at: what.at,
				what,
			})),
		),
	).map((seen) => solutionStats(seen, input.titleOf));
	return {
		schema: sessionStatsSchema,
		sessions: begun.length,
		since: begun.map(({ opened }) => opened.at).sort()[0] ?? null,
		withoutCause: concluded.filter(({ causes }) => causes.length === 0).length,
		causes: [...causes].sort((a, b) => b.first - a.first || b.proved - a.proved || b.stood - a.stood),
		solutions: [...solutions].sort((a, b) => b.tried - a.tried || b.held - a.held),
	};
}
