/** Which fences a plan needs, and what they mean for the people who are fenced out. */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import { type DatabaseState, databaseBesides } from './databases.ts';
import { type Fence, liftingStatement, whyNotFenced } from './fence.ts';
import { graceMs } from './guardian-orders.ts';
import { named } from './parameters.ts';
import type { PreviewedSession } from './preview.ts';

/** Which databases are fenced, and where the session waits meanwhile. */
export type FencePlan = {
	readonly fences: readonly Fence[];
	/** A database that is not fenced; null: none is needed, because nothing is fenced. */
	readonly from: string | null;
	/** The session has to move there first. */
	readonly moves: boolean;
	/** Why a database that should be fenced is not. */
	readonly without: readonly string[];
};

/** Fences for those of the databases that sessions will be ended in. @throws QueryError */
export async function planFences(
	session: PostgresSession,
	states: readonly DatabaseState[],
	sessions: readonly PreviewedSession[],
	canGuard: boolean,
): Promise<FencePlan> {
	const planned = sessions.filter(({ row }) => row.status === 'planned');
	const wanted = states.filter(({ name }) => planned.some(({ database }) => database === name));
	const without: string[] = [];
	if (!canGuard) {
		without.push(
			'Nothing is fenced: there is no guardian process that would lift a fence if this one ended.',
		);
		return { fences: [], from: null, moves: false, without };
	}
	const fences = wanted.flatMap((state): readonly Fence[] => {
		// A connection limit does not stop a superuser's application.
		const closed = planned.some(({ database, superuser }) => database === state.name && superuser);
		const kind = closed ? 'closed' : 'limit';
		const why = whyNotFenced(kind, state);
		if (why === null) return [{ database: state.name, kind, limitBefore: state.connectionLimit }];
		without.push(`${named('database', state.name)} is not fenced: ${why}.`);
		return [];
	});
	if (fences.length === 0) return { fences, from: null, moves: false, without };
	const from = await databaseBesides(
		session,
		fences.map(({ database }) => database),
	);
	if (from !== null) return { fences, from, moves: from !== session.server.database, without };
	return {
		fences: [],
		from: null,
		moves: false,
		without: [
			...without,
			'Nothing is fenced: a fence is raised from another database, and there is none that this role can connect to.',
		],
	};
}

/** What a person should know of the fences before agreeing. */
export function fenceConsequences({ fences, from, moves, without }: FencePlan): readonly string[] {
	return [
		...fences.map((fence) =>
			fence.kind === 'limit'
				? `While it is done, only superusers can connect to ${named('database', fence.database)} (its connection limit is 0); right after, it is ${fence.limitBefore} again.`
				: `While it is done, nobody can connect to ${named('database', fence.database)}, because a superuser's application is among the sessions; right after, it is open again.`,
		),
		...(fences.length === 0
			? []
			: [
					`Should this program be ended meanwhile, a guardian process lifts the fence about ${graceMs / 1000} s later. By hand: ${fences.map((fence) => `${liftingStatement(fence)};`).join(' ')}`,
				]),
		...(moves && from !== null
			? [
					`For that, this program's session moves to ${named('database', from)}; where no slot is free, a few of the listed sessions are ended first to make room.`,
				]
			: []),
		...without,
		...(without.length === 0
			? []
			: ['Without a fence a connection pool comes back within a fraction of a second.']),
	];
}
