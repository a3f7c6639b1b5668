/** `connection-limit apply database=:database limit=:limit`, or `role=:role`: how many sessions it may have at once. */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import type { Inverse } from '../session/record.ts';
import { askAdministrator, mayNotAlter } from './ask-administrator.ts';
import { attributeValue } from './attribute.ts';
import { databaseStates, roleState } from './databases.ts';
import type { Effect, Standing, WayBack } from './effect.ts';
import { counted, upperFirst } from './in-words.ts';
import { named, namesOf } from './parameters.ts';
import { sessionsOf, setDatabaseLimit, setRoleLimit } from './sql.ts';
import { preparedChanges, statementBack, type ValueChange } from './value-change.ts';

type Kind = 'database' | 'role';

/** The greatest that PostgreSQL takes (an int4). */
const greatestLimit = 2_147_483_647;

export const connectionLimit: Effect = {
	language: 'connection-limit',
	async prepare({ session, fence, preview, values }) {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const kind: Kind = 'role' in fence.attributes ? 'role' : 'database';
		// A row of the preview is one thing to change, and its columns win over a parameter of the same name.
		const changes: ValueChange[] = [];
		const held: string[] = [];
		const limits = new Map<string, number>();
		let foreign: string | null = null;
		for (const row of preview === null ? [{}] : preview.rows) {
			const known = { ...values, ...row };
			const name = attributeValue(fence, kind, known);
			const limit = Number(attributeValue(fence, 'limit', known) ?? Number.NaN);
			if (!Number.isInteger(limit) || limit < -1 || limit > greatestLimit)
				return {
					kind: 'parameter',
					name: 'limit',
					problem: 'it must be a whole number, or -1 for none',
					choices: [],
				};
			if (name === null) return { kind: 'parameter', name: kind, problem: `which ${kind}?`, choices: [] };
			const state = await stateOf(session, kind, String(name));
			if (state === null)
				return {
					kind: 'parameter',
					name: kind,
					problem: `there is no ${named(kind, String(name))}`,
					choices: [],
				};
			if (kind === 'role' && state.superuser && limit >= 0)
				return {
					kind: 'unavailable',
					why: `${named(kind, state.name)} is a superuser, and no connection limit stops one`,
					next: ['give the application a role of its own first, that is no superuser'],
				};
			if (state.connectionLimit === limit) continue;
			if (!state.mayAlter) foreign ??= state.name;
			changes.push(changeOf(kind, state.name, state.connectionLimit, limit));
			limits.set(state.name, limit);
			if (limit >= 0) held.push(...(await heldNow(session, kind, state.name, limit)));
		}
		if (foreign !== null)
			return askAdministrator(
				mayNotAlter(session, kind, foreign),
				changes.map(({ statement }) => statement),
			);
		if (changes.length === 0)
			return {
				kind: 'nothing to do',
				why: await whyNothing(session, kind, namesOf(attributeValue(fence, kind, values))),
			};
		const prepared = preparedChanges(changes);
		return {
			kind: 'ready',
			effect: {
				...prepared,
				consequences: [...prepared.consequences, ...held],
				notReached: (looking) => tooManyStill(looking, kind, limits),
			},
		};
	},
};

/** As those stand that were named; else nobody was, and none was found. */
async function whyNothing(session: PostgresSession, kind: Kind, names: readonly string[]): Promise<string> {
	const told: string[] = [];
	for (const name of names) {
		const state = await stateOf(session, kind, name);
		if (state === null) continue;
		const { connectionLimit: limit } = state;
		told.push(
			`${named(kind, name)} ${limit < 0 ? 'has no connection limit' : `may have ${counted(limit)} already`}`,
		);
	}
	return told.length === 0 ? `no ${kind} is found whose connection limit would change` : told.join('; ');
}

/** A limit counts for those who come. */
async function tooManyStill(
	session: PostgresSession,
	kind: Kind,
	limits: ReadonlyMap<string, number>,
): Promise<string | null> {
	const told: string[] = [];
	for (const [name, limit] of limits) {
		const { rows } = await session.read(sessionsOf(kind), [name]);
		const total = rows.reduce((sum, row) => sum + Number(row.sessions), 0);
		if (limit < 0 || total <= limit) continue;
		told.push(
			`${named(kind, name)} still has ${counted(total)}, and may have ${limit}: who was there stays, so end them, or restart what they belong to`,
		);
	}
	return told.length === 0 ? null : told.join('; ');
}

/** What a limit means for the sessions that are there; whose they are, because a role may be shared. */
async function heldNow(
	session: PostgresSession,
	kind: Kind,
	name: string,
	limit: number,
): Promise<readonly string[]> {
	const { rows } = await session.read(sessionsOf(kind), [name]);
	const total = rows.reduce((sum, row) => sum + Number(row.sessions), 0);
	if (total === 0) return [`${upperFirst(named(kind, name))} has no session now.`];
	const shown = rows.slice(0, 5).map(({ application, sessions }) => {
		const own = application === null || application === '' ? 'without a name' : String(application);
		return `${own} (${String(sessions)})`;
	});
	const which = `${shown.join(', ')}${rows.length > 5 ? ' and others' : ''}`;
	const shared = rows.length > 1 ? '; the limit counts for all of them together' : '';
	const further =
		total >= limit
			? `they stay, and none is let in${limit === 0 ? '' : ` until fewer than ${limit} are left`}`
			: `${limit - total} more are let in`;
	return [
		`${upperFirst(named(kind, name))} has ${counted(total)} now: ${further}. By application: ${which}${shared}.`,
	];
}

export function connectionLimitBack({
	kind,
	name,
	before,
}: Extract<Inverse, { effect: 'connection-limit' }>): WayBack {
	return statementBack({
		before,
		statement: setLimit(kind, name, before),
		look: (session) => look(session, kind, name),
	});
}

function changeOf(kind: Kind, name: string, old: number, set: number): ValueChange {
	return {
		what: whatOf(kind, name),
		object: named(kind, name),
		effect: 'connection-limit',
		old,
		set,
		statement: setLimit(kind, name, set),
		inverse: (before) => ({ effect: 'connection-limit', kind, name, before: Number(before) }),
		back: setLimit(kind, name, old),
		look: (session) => look(session, kind, name),
		notFrom: [],
	};
}

function whatOf(kind: Kind, name: string): string {
	return `the connection limit of ${named(kind, name)}`;
}

function setLimit(kind: Kind, name: string, limit: number): string {
	return kind === 'role' ? setRoleLimit(name, limit) : setDatabaseLimit(name, limit);
}

async function stateOf(session: PostgresSession, kind: Kind, name: string) {
	if (kind === 'role') return roleState(session, name);
	const [state] = await databaseStates(session, [name]);
	return state ?? null;
}

async function look(session: PostgresSession, kind: Kind, name: string): Promise<Standing> {
	const state = await stateOf(session, kind, name);
	const what = whatOf(kind, name);
	return state === null ? { is: 'gone', what } : { is: 'there', what, now: state.connectionLimit };
}
