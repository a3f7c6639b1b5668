/** The journal of one session, as it would be read back: a diagnosis, a change that held, a person's part, a note. */
import type { Finding } from '../../src/machine/finding.ts';
import type { Plan } from '../../src/machine/ports.ts';
import type { JournalEntry, JournalRecord } from '../../src/session/record.ts';
import { aServer, full } from './a-diagnosis.ts';

const said: Finding = {
	...full,
	check: 'who-is-it',
	verdict: 'the pools',
	severity: 'warning',
	text: 'ims\\_app from 10.1.2.3',
	source: 'person',
	sql: null,
	answeredBy: 'jane',
	facts: { usename: 'ims_app', client_addr: '10.1.2.3' },
	rows: [],
};

const logged: Finding = {
	...full,
	check: 'is-it-logged',
	verdict: 'now',
	severity: 'warning',
	text: 'it is logged, 12 times',
	source: 'log',
	sql: null,
	facts: { events: 12, first: '2026-11-22T13:40:00.000Z', last: '2026-11-22T13:49:58.000Z' },
	rows: [
		{ from: '2026-11-22 13:40', events: 3, bar: '####' },
		{ from: '2026-11-22 13:45', events: 9, bar: '####################' },
		{ file: '/var/log/openiz_20261122.log', events: 12, old: null, lines: '1 to 40', note: null },
	],
};

const counted: Finding = {
	...full,
	rows: [
		{ client_addr: '10.1.2.3', state: 'idle', application_name: '', sessions: 90 },
		{ client_addr: null, state: 'active', application_name: 'psql', sessions: 7 },
	],
};

const plan: Plan = {
	id: 'p1',
	solution: 'shrink-them',
	parameters: { max_pool_size: '11' },
	confirm: null,
	rows: [],
	statements: ['alter role ims_app connection limit 11'],
	diff: '-MaxPoolSize=100\n+MaxPoolSize=11\n',
	consequences: ['requests wait inside the application'],
	undoable: ['the connection limit of role ims_app'],
	server: aServer,
	plannedAt: '2026-11-22T14:01:00.000Z',
};

const entries: readonly (readonly [at: string, entry: JournalEntry])[] = [
	[
		'14:00:00',
		{
			kind: 'opened',
			article: { id: 'KB900', sha256: 'a'.repeat(64) },
			tool: { name: 'kbwizard', version: '0.1.0' },
			server: null,
			host: 'site-7',
			user: 'jane',
			timeZone: 'Africa/Dar_es_Salaam',
		},
	],
	['14:00:01', { kind: 'server', server: { ...aServer, rights: 'superuser', timeZone: 'UTC' } }],
	['14:00:02', { kind: 'finding', finding: counted }],
	['14:00:20', { kind: 'finding', finding: counted }],
	['14:00:21', { kind: 'finding', finding: said }],
	['14:00:22', { kind: 'finding', finding: logged }],
	['14:00:50', { kind: 'note', text: 'the clinic in the north called first', by: 'jane' }],
	['14:00:59', { kind: 'choice', solution: 'shrink-them' }],
	['14:01:00', { kind: 'plan', plan }],
	['14:01:10', { kind: 'consent', plan: 'p1', typed: false }],
	[
		'14:01:11',
		{
			kind: 'intent',
			plan: 'p1',
			solution: 'shrink-them',
			effect: 'connection-limit',
			object: 'role ims_app',
			old: -1,
			set: 11,
			inverse: { effect: 'connection-limit', kind: 'role', name: 'ims_app', before: -1 },
			statement: 'alter role ims_app connection limit 11',
		},
	],
	['14:01:12', { kind: 'outcome', intent: 11, status: 'done', why: null, rows: [] }],
	['14:01:13', { kind: 'gauge', used: 2, usable: 97 }],
	[
		'14:01:20',
		{
			kind: 'verified',
			solution: 'shrink-them',
			verified: {
				check: full.check,
				verdict: 'free',
				severity: 'ok',
				text: '40 of 97 slots are taken',
				held: true,
				proof: 'login',
				samples: [
					{ atMs: 0, verdict: 'free', severity: 'ok', facts: { used: 31, usable: 97 } },
					{ atMs: 5_000, verdict: 'free', severity: 'ok', facts: { used: 40, usable: 97 } },
				],
				before: { used: 97, usable: 97 },
				after: { used: 40, usable: 97 },
				note: 'nothing came back',
			},
		},
	],
	['14:02:00', { kind: 'step', solution: 'shrink-them', step: 'shrink-them', outcome: 'done' }],
	['14:02:30', { kind: 'helped', solution: 'shrink-them', helped: true }],
	['14:03:00', { kind: 'closed', outcome: 'solved', severity: 'critical' }],
];

export const aSession: readonly JournalRecord[] = entries.map(([at, entry], index) => ({
	v: 1,
	session: '20261122-140000-qkzm',
	seq: index + 1,
	prev: null,
	at: `2026-11-22T${at}.000Z`,
	...entry,
}));
