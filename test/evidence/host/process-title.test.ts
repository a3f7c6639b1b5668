import { expect, test } from 'vitest';
import { clusterNameIn, readTitle } from '../../../src/evidence/host/process-title.ts';

const tcp = (host: string, port: number) => ({ kind: 'tcp', host, port });

test.each([
	// As 10 to 18 have them, recorded.
	['postgres: ims openiz 127.0.0.1(44550) idle', 'ims', 'openiz', 'idle'],
	['postgres: ims openiz 127.0.0.1(44562) idle in transaction', 'ims', 'openiz', 'idle in transaction'],
	['postgres: ims openiz ::1(44562) idle in transaction (aborted)', 'ims', 'openiz', 'idle in transaction'],
	['postgres: ims openiz 127.0.0.1(44578) SELECT waiting', 'ims', 'openiz', 'waiting for a lock'],
	['postgres: ims openiz 10.0.0.5(4) COMMIT waiting for 0/16B3748', 'ims', 'openiz', 'waiting for a standby'],
	['postgres: ims openiz 127.0.0.1(44584) SELECT', 'ims', 'openiz', 'working'],
	['postgres: ims openiz 127.0.0.1(44606) authentication', 'ims', 'openiz', 'logging in'],
	['postgres: ims openiz 127.0.0.1(44606) startup', 'ims', 'openiz', 'logging in'],
	// update_process_title = off
	['postgres: ims openiz 127.0.0.1(44606) ', 'ims', 'openiz', null],
	// A role that is named as if it were a client.
	['postgres: [local] openiz 127.0.0.1(9) idle', '[local]', 'openiz', 'idle'],
])('%s', (title, role, database, activity) => {
	expect(readTitle(title, '')).toMatchObject({ kind: 'session', role, database, activity });
});

test('the name of the cluster stands before it, and the client behind it', () => {
	const cluster = clusterNameIn([
		'postgres: 15/main: ims openiz [local] idle',
		'postgres: 15/main: checkpointer ',
	]);
	expect(cluster).toBe('15/main');
	expect(readTitle('postgres: 15/main: ims openiz [local] idle', cluster)).toMatchObject({
		role: 'ims',
		client: { kind: 'local' },
	});
	expect(clusterNameIn(['postgres: checkpointer process   '])).toBe('');
	expect(clusterNameIn([])).toBe('');
	expect(readTitle('postgres: ims openiz db.example.org(5) idle', '')).toMatchObject({
		client: tcp('db.example.org', 5),
	});
});

test('names with a blank cannot be told apart, and are not guessed at', () => {
	expect(readTitle('postgres: two words openiz [local] idle', '')).toMatchObject({
		kind: 'session',
		role: null,
		database: null,
		login: 'two words openiz',
	});
});

test('replication is told from sessions, in the words of 10 and of later ones', () => {
	for (const words of ['wal sender process', 'walsender'])
		expect(readTitle(`postgres: ${words} repl 10.0.0.6(40022) streaming 0/16B3748`, '')).toMatchObject({
			kind: 'walsender',
			role: 'repl',
			activity: 'working',
			client: tcp('10.0.0.6', 40022),
		});
});

test.each([
	'checkpointer process   ',
	'checkpointer ',
	'background writer ',
	'autovacuum launcher ',
	'autovacuum worker   openiz',
	'autovacuum worker openiz',
	'bgworker: parallel worker for PID 6047   ',
	'parallel worker for PID 6047 ',
	'logical replication launcher ',
	'startup recovering 000000010000000000000003',
	'walreceiver streaming 0/3000148',
	'io worker 0',
	'logger ',
])('%s holds no slot', (what) => {
	expect(readTitle(`postgres: ${what}`, '')).toEqual({ kind: 'background', what: what.trimEnd() });
});

test('a child that nobody has spoken to yet has its parent’s command line', () => {
	expect(readTitle('/usr/lib/postgresql/13/bin/postgres -D /var/lib/postgresql/13/main', '')).toEqual({
		kind: 'none',
	});
});
