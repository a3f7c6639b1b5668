/** Which of a server's processes a plan is about: those that were asked for, the least harm first. */

import type { Backend } from '../../evidence/host/backends.ts';
import { longLoginS } from '../../evidence/host/judge-backends.ts';
import { cleanText } from '../../evidence/untrusted.ts';
import type { PlanRow } from '../../machine/ports.ts';

/** What a process does, by what it costs to end it: the first lose nothing, the last lose their work. */
export const processStates = [
	'idle',
	'logging in',
	'client gone',
	'not shown',
	'idle in transaction',
	'at work',
] as const;

export type ProcessState = (typeof processStates)[number];

/** Null and empty lists: any. */
export type Wanted = {
	readonly most: number;
	readonly state: string | null;
	readonly roles: readonly string[];
	readonly databases: readonly string[];
	/** `local` for the Unix socket. */
	readonly addresses: readonly string[];
};

/** Null: it is no session that may be ended, but one that has only just come to the door. */
export function stateOf({ activity, clientGone, ageS }: Backend): ProcessState | null {
	switch (activity) {
		case 'logging in':
			return ageS < longLoginS ? null : 'logging in';
		case 'idle':
		case 'idle in transaction':
			return activity;
		case null:
			return clientGone === true ? 'client gone' : 'not shown';
		default:
			return clientGone === true ? 'client gone' : 'at work';
	}
}

/** All but `most`, which is for the list as a whole. */
export function isWanted(backend: Backend, { state, roles, databases, addresses }: Wanted): boolean {
	const among = (names: readonly string[], name: string | null) =>
		names.length === 0 || (name !== null && names.includes(name));
	const now = stateOf(backend);
	return (
		backend.kind === 'session' &&
		isCertain(backend) &&
		now !== null &&
		(state === null || state === now) &&
		among(roles, backend.role) &&
		among(databases, backend.database) &&
		among(addresses, backend.client)
	);
}

/** The least harm first, and of those alike the oldest. */
export function chosenOf(backends: readonly Backend[], wanted: Wanted): readonly Backend[] {
	const harm = (backend: Backend) => processStates.indexOf(stateOf(backend) ?? 'at work');
	return backends
		.filter((backend) => isWanted(backend, wanted))
		.toSorted((a, b) => harm(a) - harm(b) || b.ageS - a.ageS || a.pid - b.pid)
		.slice(0, wanted.most);
}

/**
 * Whether it is beyond doubt that it is a session. A database may be called so that the title of a background process
 * working on it looks like a session's; such a title has more than two names, or autovacuum's. (Windows shows no title, and
 * says what each process is.)
 */
export function isCertain({ role, login }: Backend): boolean {
	return login === null || (role !== null && role !== 'autovacuum');
}

/** How many of the sessions are in which state, beginning with what costs least. */
export function countByState(backends: readonly Backend[]): readonly (readonly [ProcessState, number])[] {
	const states = backends.filter(({ kind }) => kind === 'session').map(stateOf);
	return processStates.flatMap((state) => {
		const count = states.filter((each) => each === state).length;
		return count === 0 ? [] : [[state, count] as const];
	});
}

/** @param at when it was looked at, in milliseconds since 1970 */
export function rowOf(backend: Backend, at: number): PlanRow {
	const { pid, ageS, role, database, client, clientGone } = backend;
	const named = (name: string | null) => (name === null ? null : cleanText(name, { max: 200 }));
	return {
		pid,
		backend_start: new Date(at - ageS * 1_000).toISOString(),
		status: 'planned',
		why: null,
		columns: {
			usename: named(role),
			datname: named(database),
			client_addr: named(client),
			state: backend.activity,
			age_s: ageS,
			client_gone: clientGone === true ? true : null,
		},
	};
}
