import { expect, test } from 'vitest';
import type { Backend } from '../../../src/evidence/host/backends.ts';
import { chosenOf, countByState, rowOf, type Wanted } from '../../../src/fixes/processes/choose-processes.ts';

const anybody: Wanted = { most: 100, state: null, roles: [], databases: [], addresses: [] };

function backend(pid: number, more: Partial<Backend> = {}): Backend {
	return {
		pid,
		started: String(pid),
		ageS: 60,
		kind: 'session',
		role: 'ims',
		database: 'openiz',
		login: 'ims openiz',
		client: '10.0.0.1',
		activity: 'idle',
		clientGone: false,
		...more,
	};
}

const pids = (backends: readonly Backend[], wanted: Partial<Wanted> = {}) =>
	chosenOf(backends, { ...anybody, ...wanted }).map(({ pid }) => pid);

test('the least harm first, the oldest of those alike, and no more than were asked for', () => {
	const all = [
		backend(1, { activity: 'working' }),
		backend(2, { activity: 'idle in transaction' }),
		backend(3, { activity: 'logging in' }),
		backend(4, { ageS: 10 }),
		backend(5, { ageS: 3_600 }),
		backend(6, { activity: 'working', clientGone: true }),
		backend(7, { activity: 'waiting for a lock' }),
		backend(8, { activity: null, clientGone: null }),
	];
	expect(pids(all)).toEqual([5, 4, 3, 6, 8, 2, 1, 7]);
	expect(pids(all, { most: 2 })).toEqual([5, 4]);
	expect(pids(all, { state: 'at work' })).toEqual([1, 7]);
	expect(pids(all, { state: 'logging in' })).toEqual([3]);
	expect(countByState(all)).toEqual([
		['idle', 2],
		['logging in', 1],
		['client gone', 1],
		['not shown', 1],
		['idle in transaction', 1],
		['at work', 2],
	]);
});

test('role, database and address narrow it down', () => {
	const all = [
		backend(1),
		backend(2, { role: 'report', database: 'dw' }),
		backend(3, { client: 'local' }),
		backend(4, { client: '10.0.0.2' }),
	];
	expect(pids(all, { roles: ['report', 'nobody'] })).toEqual([2]);
	expect(pids(all, { databases: ['openiz'] })).toEqual([1, 3, 4]);
	expect(pids(all, { addresses: ['local', '10.0.0.2'] })).toEqual([3, 4]);
});

test('what may be no session is never chosen, whatever is asked for', () => {
	const all = [
		backend(1, { kind: 'walsender' }),
		// A database called `x [local]` makes an autovacuum worker look like this.
		backend(2, { role: null, database: null, login: 'autovacuum worker x', client: 'local' }),
		backend(3, { role: 'autovacuum', database: 'worker', login: 'autovacuum worker', activity: null }),
		// An honest login is through in that time.
		backend(4, { activity: 'logging in', ageS: 1 }),
	];
	expect(pids(all)).toEqual([]);
	// Windows shows no title, but says what it was started for.
	expect(pids([backend(5, { role: null, database: null, login: null, activity: null })])).toEqual([5]);
});

test('names are made harmless for the screen', () => {
	const { columns, backend_start } = rowOf(
		backend(1, { role: 'a\x1b[31m', clientGone: true }),
		Date.UTC(2026, 0, 1, 12),
	);
	expect(JSON.stringify(columns)).not.toContain('\\u001b');
	expect(columns).toMatchObject({ datname: 'openiz', age_s: 60, client_gone: true });
	expect(backend_start).toBe('2026-01-01T11:59:00.000Z');
});
