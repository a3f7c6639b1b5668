/** A restart that is left to a person: what to type is told, and their doing it is waited for. */
import type { PostgresSession } from '../../evidence/postgres/postgres.ts';
import type { Prepared } from '../effect.ts';
import { comeBack, startedAt } from './come-back.ts';
import type { Ways } from './ways.ts';

export type BySomebodyElse = {
	readonly ways: Ways;
	readonly told: readonly string[];
	/** How long they are waited for, in milliseconds; null: until that is stopped. */
	readonly waitMs: number | null;
	/** The parameter that would have chosen another way; null: there is none. */
	readonly parameter: string | null;
};

/** @throws QueryError */
export async function bySomebodyElse(
	session: PostgresSession,
	{ ways, told, waitMs, parameter }: BySomebodyElse,
): Promise<Prepared> {
	const { possible, whyNot, byHand } = ways;
	const before = await startedAt(session);
	const others = possible.filter((way) => way !== 'somebody else');
	const offer =
		others.length === 0 || parameter === null
			? []
			: [
					`This program could do it itself: ${others.map((way) => `--set ${parameter}=${way}`).join(' or ')}.`,
				];
	return {
		kind: 'ready',
		effect: {
			statements: [],
			consequences: [
				...told,
				`Somebody else restarts the server${whyNot === null ? '' : `, because ${whyNot}`}: ${byHand}`,
				...offer,
				...(waitMs === 0
					? ['It is not waited for (--wait 10m would), so it will be done, and not verified.']
					: ['It is waited for, and then verified.']),
			],
			undoable: [],
			diff: null,
			async apply() {
				const what = `left to somebody else: ${byHand}`;
				return { rows: [], done: [{ what, status: 'done', why: null }], failure: null };
			},
			async awaited(keeper, onProgress, signal) {
				onProgress(`waiting for the restart: ${byHand}`);
				const back = await comeBack(keeper, before, { forMs: waitMs, signal });
				return back.is === 'back' ? null : `the server has not been restarted (${back.why}): ${byHand}`;
			},
		},
	};
}
