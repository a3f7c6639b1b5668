/** Sessions that wait, with their slots, for what no session at work can give them. */
import type { Scenario, Stage } from '../scenario.ts';
import { imsSessions, onePool } from '../site.ts';
import { noAnswer, slotsGone } from '../site-log.ts';
import { startStandby } from '../standby.ts';
import { slotsRefused, small } from './slots.ts';

const common = {
	neverCauses: [
		'pools-larger-than-the-server',
		'a-connection-leak',
		'a-lock-pile-up',
		'abandoned-queries',
		'max-connections-too-low',
	],
	reliefs: [],
	instanceCount: 1,
	configuration: { pools: onePool(26) },
	logged: (major: number) => [slotsGone(major), noAnswer],
	outcome: slotsRefused,
} as const;

/**
 * Takes what is left of the slots with sessions that run `statement`, and waits until all of them hang in it.
 * @param held slots that the scenario holds by now; the crowd itself tells of them a moment later
 */
async function fillWith(statement: string, waiting: string, held: number, stage: Stage): Promise<void> {
	const { crowd, instances, uri, untilTrue, ordinarySlots } = stage;
	const count = ordinarySlots - held;
	crowd.join(
		instances.map((instance) =>
			imsSessions(instance, uri(), count, { statements: [statement], afterwards: 'leave', returns: false }),
		),
	);
	await crowd.untilHeld(ordinarySlots);
	await untilTrue(
		`SELECT count(*) = ${count} AS ok FROM pg_stat_activity WHERE ${waiting}`,
		'the sessions to wait',
	);
}

const touchPatient = 'UPDATE patient SET seen = now() WHERE id = 1';

export const preparedTransaction: Scenario = {
	...common,
	id: 'prepared-transaction',
	title: 'A prepared transaction that nobody finishes blocks all the others',
	learningGoal:
		'See that a lock can be held without any session: there is nobody to end, only a transaction to commit or roll back.',
	firstCause: 'a-forgotten-prepared-transaction',
	firstSolution: 'finish-the-prepared-transaction',
	server: { settings: { ...small.settings, max_prepared_transactions: 4 } },
	async setUp(stage) {
		const { crowd, instances, uri, untilTrue } = stage;
		crowd.join(
			instances.map((instance) =>
				imsSessions(instance, uri(), 1, {
					applicationName: 'transaction-manager',
					statements: ['BEGIN', touchPatient, "PREPARE TRANSACTION 'mpi-import-4711'"],
					afterwards: 'leave',
					returns: false,
				}),
			),
		);
		await untilTrue(
			`SELECT EXISTS (SELECT FROM pg_prepared_xacts)
				AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'transaction-manager') AS ok`,
			'the transaction to be prepared, and its session to be gone',
		);
		await fillWith(touchPatient, "wait_event_type = 'Lock'", 0, stage);
		await untilTrue(
			"SELECT now() - prepared > interval '3 seconds' AS ok FROM pg_prepared_xacts",
			'the transaction to be older than one whose commit is on its way',
		);
		return null;
	},
};

export const advisoryLock: Scenario = {
	...common,
	id: 'advisory-lock',
	title: 'An idle session holds an advisory lock that all the others want',
	learningGoal:
		'Find the one idle session, in no transaction at all, that everybody waits for; and see why ending “the idle ones” would hit it by chance only.',
	firstCause: 'an-advisory-lock-held-by-an-idle-session',
	firstSolution: 'end-the-blocking-session',
	server: small,
	async setUp(stage) {
		const { crowd, instances, uri, untilTrue } = stage;
		crowd.join(
			instances.map((instance) =>
				imsSessions(instance, uri(), 1, {
					statements: ['SELECT pg_advisory_lock(4711)'],
					returns: false,
				}),
			),
		);
		await untilTrue(
			"SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted) AS ok",
			'the lock to be taken',
		);
		await fillWith('SELECT pg_advisory_lock(4711)', "wait_event_type = 'Lock'", instances.length, stage);
		return null;
	},
};

export const lostSynchronousStandby: Scenario = {
	...common,
	id: 'lost-synchronous-standby',
	title: 'Every commit waits for a standby that is gone',
	learningGoal:
		'Recognise commits that wait for a confirmation nobody sends, though no lock is held and nothing is slow; and know what is given up when they are released.',
	firstCause: 'a-lost-synchronous-standby',
	firstSolution: 'release-waiting-commits',
	// The lab's own commits return at once; these wait, as an installed server's do.
	server: { settings: { ...small.settings, synchronous_commit: 'on' } },
	async setUp(stage) {
		const { server, sql, untilTrue } = stage;
		await sql("SELECT pg_create_physical_replication_slot('standby_1')");
		const password = decodeURIComponent(new URL(server.superuser).password);
		const standby = await startStandby(server, { slot: 'standby_1', password });
		try {
			await sql("ALTER SYSTEM SET synchronous_standby_names = 'standby_1'");
			await sql('SELECT pg_reload_conf()');
			await untilTrue(
				"SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync') AS ok",
				'the standby to confirm',
			);
		} finally {
			await standby.stop();
		}
		await untilTrue('SELECT count(*) = 0 AS ok FROM pg_stat_replication', 'the standby to be gone');
		await fillWith(
			"INSERT INTO audit_event (action) VALUES ('patient read')",
			"wait_event = 'SyncRep'",
			0,
			stage,
		);
		return null;
	},
};
