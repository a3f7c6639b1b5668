/** A morning on which the pools were larger than the server, with something in every part of a report. */
import type { Finding } from '../../src/machine/finding.ts';
import { type Change, type Report, reportSchema, type SlotSample } from '../../src/report/report.ts';
import { aDiagnosis, full } from './a-diagnosis.ts';

const minute = 60_000;
const start = Date.parse('2026-11-22T13:40:00.000Z');
const at = (minutes: number): string => new Date(start + minutes * minute).toISOString();

/** It fills within ten minutes, stands at the limit, and is eased at minute 24. */
function used(minutes: number): number {
	if (minutes < 10) return 41 + Math.round(minutes * 5.6);
	if (minutes < 24) return 97 - (minutes % 5 === 0 ? 1 : 0);
	return 38 + Math.floor(minutes % 4);
}

const slots: readonly SlotSample[] = Array.from({ length: 81 }, (_, index) => ({
	at: at(index / 2),
	used: used(index / 2),
	usable: 97,
}));

const holders = [
	['role-1', 'address-1', 'application-1', 'idle', 58, 4120],
	['role-1', 'address-2', 'application-2', 'idle', 21, 3987],
	['role-2', 'address-3', 'application-3', 'active', 9, 12],
	['role-3', 'address-1', 'psql', 'idle in transaction', 5, 1874],
	['role-1', 'address-4', 'application-1', 'active', 4, 2],
] as const;

const finding = (changes: Partial<Finding> & Pick<Finding, 'check' | 'text'>): Finding => ({
	...full,
	severity: 'ok',
	verdict: 'no',
	rows: [],
	facts: {},
	durationMs: 2.6,
	...changes,
});

const slotQuery = `select case when used >= usable then 'full' when used > 0.8 * usable then 'nearly full' else 'free' end as verdict,
       used, usable, max_connections as limit
  from (select count(*) filter (where backend_type = 'client backend') as used
          from pg_stat_activity) counted,
       (select current_setting('max_connections')::int as max_connections,
               current_setting('max_connections')::int
                 - current_setting('superuser_reserved_connections')::int as usable) budget`;

const findings: readonly Finding[] = [
	finding({
		check: 'can-we-connect',
		severity: 'warning',
		verdict: 'reserved only',
		text: 'An ordinary role is refused; a superuser still gets in by a reserved slot',
		at: at(21),
		error: {
			code: '53300',
			routine: 'InitProcess',
			layer: 'startup',
			message: 'sorry, too many clients already',
			next: ['come in by a reserved slot: --rescue CONNINFO', 'wait for a slot: --wait 30s'],
		},
	}),
	finding({
		check: 'are-the-connection-slots-used-up',
		severity: 'critical',
		verdict: 'full',
		text: '97 of 97 slots are taken',
		at: at(21.1),
		sql: slotQuery,
		facts: { used: 97, usable: 97, limit: 100 },
		rows: holders.map(([usename, client_addr, application_name, state, count, oldest_s]) => ({
			usename,
			client_addr,
			application_name,
			state,
			count,
			oldest_s,
		})),
	}),
	finding({
		check: 'do-idle-pools-hold-the-slots',
		severity: 'warning',
		verdict: 'yes',
		text: '79 of 97 slots are held by sessions that have been idle for more than five minutes',
		at: at(21.2),
		sql: "select count(*) from pg_stat_activity where state = 'idle' and now() - state_change > interval '5 minutes'",
		rows: Array.from({ length: 79 }, (_, index) => ({
			pid: 4100 + index,
			usename: 'role-1',
			client_addr: `address-${1 + (index % 2)}`,
			idle_s: 4120 - index * 31,
			query: 'SELECT s.patient_id, s.given_name FROM stock s WHERE s.facility_id = $1 AND s.expires < $2',
		})),
	}),
	finding({
		check: 'does-the-configuration-ask-for-more-than-there-is',
		severity: 'warning',
		verdict: 'yes',
		text: 'The pools may open 200 sessions; the server has room for 97',
		source: 'config',
		sql: null,
		at: at(21.6),
	}),
	finding({
		check: 'since-when-does-it-happen',
		severity: 'info',
		verdict: 'since the update',
		text: 'It began after the update on Friday',
		source: 'person',
		answeredBy: 'a person',
		sql: null,
		at: at(22),
	}),
	finding({
		check: 'is-a-role-at-its-connection-limit',
		text: 'No role is near its limit',
		sql: 'select rolname, rolconnlimit from pg_roles where rolconnlimit >= 0',
		at: at(21.3),
	}),
	finding({
		check: 'does-one-session-block-many',
		text: 'Nobody waits for a lock',
		stale: 'slept',
		sql: 'select pid, pg_blocking_pids(pid) from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0',
		at: at(21.4),
	}),
	finding({
		check: 'are-transactions-left-open',
		text: '5 sessions are idle in transaction, the longest for 31 minutes',
		verdict: 'few',
		at: at(21.5),
	}),
];

const titles: Report['titles'] = {
	'can-we-connect': 'Can we connect?',
	'are-the-connection-slots-used-up': 'Are the connection slots used up?',
	'do-idle-pools-hold-the-slots': 'Do idle pools hold the slots?',
	'does-the-configuration-ask-for-more-than-there-is': 'Does the configuration ask for more than there is?',
	'since-when-does-it-happen': 'Since when does it happen?',
	'is-a-role-at-its-connection-limit': 'Is a role at its connection limit?',
	'does-one-session-block-many': 'Does one session block many?',
	'are-transactions-left-open': 'Are transactions left open?',
	'is-a-pooler-in-the-way': 'Is a pooler in the way?',
	'does-the-application-log-refusals': 'Does the application log refusals?',
};

const disconnected: Change = {
	solution: 'disconnect-idle-clients',
	title: 'Disconnect idle clients',
	at: at(24),
	by: 'tool',
	outcome: 'held',
	helped: null,
	parameters: { idle_minutes: '5', role: 'role-1' },
	rows: Array.from({ length: 61 }, (_, index) => ({
		pid: 4100 + index,
		backend_start: '2026-11-22T12:31:07.120394Z',
		status: index === 7 ? 'gone' : index === 12 ? 'spared' : 'ended',
		why: index === 12 ? 'it had begun to work again' : null,
		columns: { usename: 'role-1', client_addr: `address-${1 + (index % 2)}`, idle_s: 4120 - index * 31 },
	})),
	statements: ['select pg_terminate_backend(pid, 5000)\n  from unnest(array[4100, 4101, 4102]) as pid'],
	diff: null,
	done: [
		{ what: '59 sessions ended', status: 'done', why: null },
		{ what: 'session 4107', status: 'skipped', why: 'it was gone already' },
	],
	verified: {
		check: 'are-the-connection-slots-used-up',
		verdict: 'free',
		severity: 'ok',
		text: '38 of 97 slots are taken',
		held: true,
		proof: 'login',
		before: { used: 97 },
		after: { used: 38 },
		note: 'The pools opened 3 sessions again within the minute that was watched.',
	},
	undoable: [],
	undone: null,
};

const shrunk: Change = {
	solution: 'shrink-the-pools',
	title: 'Shrink the pools',
	at: at(31),
	by: 'tool',
	outcome: 'held',
	helped: null,
	parameters: { size: '20' },
	rows: [],
	statements: [],
	diff: '--- openiz.exe.config\n+++ openiz.exe.config\n@@ -41,1 +41,1 @@\n-  <add connectionString="server=address-5;MaxPoolSize=100;password=***" />\n+  <add connectionString="server=address-5;MaxPoolSize=20;password=***" />',
	done: [{ what: 'openiz.exe.config: MaxPoolSize 100 becomes 20', status: 'done', why: null }],
	verified: {
		check: 'does-the-configuration-ask-for-more-than-there-is',
		verdict: 'no',
		severity: 'ok',
		text: 'The pools may open 40 sessions; the server has room for 97',
		held: true,
		proof: 'arithmetic',
		before: { pools: 200, fits: false, instances: 2 },
		after: { pools: 40, fits: true, instances: 2 },
		note: null,
	},
	undoable: ['openiz.exe.config: MaxPoolSize 20 becomes 100 again'],
	undone: null,
};

const diagnosis = aDiagnosis();

/** Every part of it is filled; redacted, as reports are by default. */
export const aReport: Report = {
	schema: reportSchema,
	session: '20261122-140100-qkzm',
	writtenAt: at(42),
	redacted: true,
	redactions: [
		{ kind: 'query', count: 79 },
		{ kind: 'secret', count: 2 },
		{ kind: 'address', count: 5 },
		{ kind: 'role', count: 4 },
		{ kind: 'database', count: 1 },
		{ kind: 'application', count: 3 },
	],
	summary: [
		{
			label: 'State',
			text: 'OK – 38 of 97 slots are taken; before the change CRITICAL – 97 of 97 slots are taken',
		},
		{ label: 'Where', text: 'database-1 on address-5:5432, PostgreSQL 15.18, self-hosted' },
		{ label: 'Cause', text: 'Pools larger than the server (proved)' },
		{ label: 'Done', text: 'Idle clients disconnected and the pools shrunk to 20; both held' },
		{ label: 'Next', text: 'Put a pooler in front, before the next site is connected' },
	],
	circumstances: {
		user: 'support',
		host: 'host-1',
		rights: 'pg_monitor and pg_signal_backend, not a superuser',
		timeZones: { server: 'Africa/Dar_es_Salaam', local: '+03:00', logs: 'UTC, as the log says itself' },
	},
	diagnosis: {
		...diagnosis,
		article: {
			id: 'KB008',
			title: 'PostgreSQL connections fail with block message',
			sha256: '5f0c6a2e9d1b48f7a3c05d7e6b9f2418c0de5a77b1f34e0892a6cc41d7e83b50',
		},
		startedAt: at(21),
		finishedAt: at(40),
		source: 'mixed',
		server: {
			host: 'address-5',
			port: 5432,
			database: 'database-1',
			user: 'role-4',
			version: '15.18',
			versionNum: 150018,
			provider: 'self-hosted',
			slot: 'reserved',
		},
		severity: 'critical',
		path: findings.map(({ check }) => check),
		symptoms: [
			{ id: 'refused', text: 'Applications are refused: "sorry, too many clients already"', observed: true },
			{ id: 'slow', text: 'Synchronisation of the tablets takes more than a minute', observed: null },
			{ id: 'restart', text: 'A restart of the IMS helps for some minutes', observed: false },
		],
		findings: findings.map(({ grant: _, ...reported }) => ({ ...reported, stale: reported.stale ?? null })),
		notSeen: [
			{ check: 'does-the-application-log-refusals', why: 'no log was given', grant: null },
			{
				check: 'is-a-pooler-in-the-way',
				why: 'this role may not see it',
				grant: 'GRANT pg_monitor TO "role-4";',
			},
		],
		causes: [
			{
				id: 'pools-larger-than-the-server',
				title: 'Pools larger than the server',
				standing: 'proved',
				score: 8,
				for: [
					{ check: 'are-the-connection-slots-used-up', verdict: 'full' },
					{ check: 'do-idle-pools-hold-the-slots', verdict: 'yes' },
					{ check: 'does-the-configuration-ask-for-more-than-there-is', verdict: 'yes' },
				],
				against: [],
			},
			{
				id: 'a-connection-leak',
				title: 'A connection leak',
				standing: 'suspected',
				score: 2,
				for: [{ check: 'do-idle-pools-hold-the-slots', verdict: 'yes' }],
				against: [{ check: 'are-transactions-left-open', verdict: 'few' }],
			},
		],
		solutions: [
			{
				id: 'put-a-pooler-in-front',
				title: 'Put a pooler in front',
				risk: 'moderate',
				how: 'guided',
				relief: false,
				available: true,
				why: null,
			},
			{
				id: 'disconnect-idle-clients',
				title: 'Disconnect idle clients',
				risk: 'mild',
				how: 'applied',
				relief: true,
				available: true,
				why: null,
			},
			{
				id: 'increase-the-number-of-connections',
				title: 'Increase the number of connections',
				risk: 'severe',
				how: 'applied',
				relief: false,
				available: false,
				why: 'this role may not change the server',
			},
		],
	},
	titles,
	thresholds: {
		'are-the-connection-slots-used-up': 'full at all usable slots; nearly full above 80 % of them',
		'do-idle-pools-hold-the-slots': 'more than half of the slots, idle for more than 5 minutes',
		'is-a-role-at-its-connection-limit': '90 % of the limit of the role',
	},
	timeline: [
		{
			at: at(10),
			kind: 'log',
			text: 'first refusal in the log: sorry, too many clients already',
			severity: 'critical',
		},
		{ at: at(20.5), kind: 'session', text: 'session begun by support on host-1', severity: null },
		{ at: at(21.1), kind: 'finding', text: '97 of 97 slots are taken', severity: 'critical' },
		{ at: at(21.2), kind: 'finding', text: '79 of 97 slots are held by idle sessions', severity: 'warning' },
		{ at: at(22), kind: 'person', text: 'It began after the update on Friday', severity: 'info' },
		{ at: at(23), kind: 'choice', text: 'Disconnect idle clients', severity: null },
		{ at: at(24), kind: 'change', text: '59 sessions ended', severity: null },
		{ at: at(25.2), kind: 'proof', text: 'it held, proved by a login', severity: 'ok' },
		{ at: at(31), kind: 'change', text: 'openiz.exe.config: MaxPoolSize 100 becomes 20', severity: null },
		{ at: at(40), kind: 'session', text: 'session ended', severity: null },
	],
	path: [
		...findings.map(({ check, verdict, severity }) => ({
			check,
			title: titles[check] ?? check,
			verdict,
			severity,
		})),
		{ check: 'is-a-pooler-in-the-way', title: 'Is a pooler in the way?', verdict: null, severity: null },
	],
	changes: [disconnected, shrunk],
	outside: [
		{ at: at(33), solution: 'Restart the IMS', what: 'Restarted the IMS service on host-2', outcome: 'done' },
		{
			at: at(35),
			solution: 'Restart the IMS',
			what: 'Cleared the cache of the portal',
			outcome: 'did not help',
		},
	],
	notes: [
		{
			at: at(38),
			by: 'support',
			text: 'The site will connect two more instances in January.\nAgreed with the ministry to have the pooler before that.',
		},
	],
	charts: {
		slots,
		byState: [
			{ name: 'idle', count: 79 },
			{ name: 'active', count: 13 },
			{ name: 'idle in transaction', count: 5 },
		],
		byClient: [
			{ name: 'address-1', count: 63 },
			{ name: 'address-2', count: 21 },
			{ name: 'address-3', count: 9 },
			{ name: 'address-4', count: 4 },
		],
		byApplication: [
			{ name: 'application-1', count: 62 },
			{ name: 'application-2', count: 21 },
			{ name: 'application-3', count: 9 },
			{ name: 'psql', count: 5 },
		],
		logs: [
			{
				check: 'does-the-application-log-refusals',
				title: 'Refusals in the application log',
				barMs: minute,
				bars: Array.from({ length: 30 }, (_, index) => ({
					from: at(index),
					events:
						index < 10 || index > 24
							? 0
							: ([3, 11, 19, 17, 24, 28, 22, 31, 26, 29, 33, 24, 27, 18, 2][index - 10] ?? 0),
				})),
			},
		],
		beforeAfter: [
			{ change: 'Disconnect idle clients', name: 'slots in use', before: 97, after: 38 },
			{ change: 'Disconnect idle clients', name: 'idle sessions', before: 79, after: 20 },
			{ change: 'Shrink the pools', name: 'sessions that the pools may open', before: 200, after: 40 },
		],
	},
	caveats: [],
};
