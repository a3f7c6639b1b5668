/** `allow-connections apply database=:database`: opens a database that was closed to everybody. */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import type { Inverse } from '../session/record.ts';
import { askAdministrator, mayNotAlter } from './ask-administrator.ts';
import { attributeValue } from './attribute.ts';
import { databaseStates } from './databases.ts';
import type { Effect, Standing, WayBack } from './effect.ts';
import { named, namesOf } from './parameters.ts';
import { setAllowConnections } from './sql.ts';
import { preparedChanges, statementBack, type ValueChange } from './value-change.ts';

export const allowConnections: Effect = {
	language: 'allow-connections',
	async prepare({ session, fence, preview, values }) {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const rows = preview === null ? [{}] : preview.rows;
		const names = new Set(
			rows.flatMap((row) => namesOf(attributeValue(fence, 'database', { ...values, ...row }))),
		);
		const states = await databaseStates(session, [...names]);
		const missing = [...names].find((name) => !states.some((state) => state.name === name));
		if (missing !== undefined)
			return {
				kind: 'parameter',
				name: 'database',
				problem: `there is no ${named('database', missing)}`,
				choices: [],
			};
		const closed = states.filter(({ allowsConnections }) => !allowsConnections);
		if (closed.length === 0)
			return { kind: 'nothing to do', why: 'no such database is closed to connections, templates apart' };
		const foreign = closed.find(({ mayAlter }) => !mayAlter);
		if (foreign !== undefined)
			return askAdministrator(
				mayNotAlter(session, 'database', foreign.name),
				closed.map(({ name }) => setAllowConnections(name, true)),
			);
		return { kind: 'ready', effect: preparedChanges(closed.map(({ name }) => changeOf(name))) };
	},
};

export function allowConnectionsBack({
	database,
	before,
}: Extract<Inverse, { effect: 'allow-connections' }>): WayBack {
	return statementBack({
		before,
		statement: setAllowConnections(database, before),
		look: (session) => look(session, database),
		// "cannot disallow connections for current database"
		notFrom: before ? [] : [database],
	});
}

function changeOf(database: string): ValueChange {
	return {
		what: whatOf(database),
		object: named('database', database),
		effect: 'allow-connections',
		old: false,
		set: true,
		statement: setAllowConnections(database, true),
		inverse: (before) => ({ effect: 'allow-connections', database, before: before === true }),
		back: setAllowConnections(database, false),
		look: (session) => look(session, database),
		notFrom: [],
	};
}

function whatOf(database: string): string {
	return `connections to ${named('database', database)}`;
}

async function look(session: PostgresSession, database: string): Promise<Standing> {
	const [state] = await databaseStates(session, [database]);
	const what = whatOf(database);
	return state === undefined ? { is: 'gone', what } : { is: 'there', what, now: state.allowsConnections };
}
