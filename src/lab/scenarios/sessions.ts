/** Slots that are held by what sessions do, or no longer do. */
import type { Scenario } from '../scenario.ts';
import { imsSessions, instancePools, sitePools } from '../site.ts';
import { noAnswer, slotsGone } from '../site-log.ts';

/** 27 ordinary slots: the picture is the same as with a hundred, and it is there sooner. */
const small = { settings: { max_connections: 30, superuser_reserved_connections: 3 } } as const;
const slotsRefused = { kind: 'refused', code: '53300', routine: 'InitPostgres' } as const;

/** A handful of healthy connections beside the trouble. */
const usualPools = sitePools.map((pool) => ({ ...pool, max: 1, usual: 1 }));

export const leak: Scenario = {
	id: 'leak',
	title: 'An application opens connections and never returns them',
	learningGoal: 'Recognise a leak by idle sessions that only ever grow, before the last slot is gone.',
	firstCause: 'a-connection-leak',
	neverCauses: ['sessions-idle-in-transaction', 'a-lock-pile-up', 'max-connections-too-low'],
	firstSolution: 'restart-the-ims',
	reliefs: ['disconnect-idle-clients'],
	instanceCount: 1,
	server: { settings: { max_connections: 100, superuser_reserved_connections: 3 } },
	logged: (major) => [slotsGone(major)],
	outcome: { kind: 'connected' },
	async setUp({ crowd, instances, uri }) {
		for (const instance of instances) {
			crowd.join([
				...instancePools(instance, uri, 'needed', usualPools),
				// Two per second: it grows visibly between two looks, and leaves half a minute for them.
				imsSessions(instance, uri(), 30, { growEveryMs: 500, returns: false }),
			]);
		}
		await crowd.untilHeld(34);
		return null;
	},
};

export const idleInTransaction: Scenario = {
	id: 'idle-in-transaction',
	title: 'Transactions were begun and left open',
	learningGoal:
		'Tell sessions that wait inside a transaction from idle ones, and know why a larger pool only adds more.',
	firstCause: 'sessions-idle-in-transaction',
	neverCauses: ['a-connection-leak', 'a-lock-pile-up', 'max-connections-too-low'],
	firstSolution: 'set-timeouts',
	reliefs: ['disconnect-idle-clients'],
	instanceCount: 1,
	server: small,
	logged: (major) => [slotsGone(major), noAnswer],
	outcome: slotsRefused,
	async setUp({ crowd, instances, uri, ordinarySlots, untilTrue }) {
		for (const instance of instances) {
			crowd.join(instancePools(instance, uri, 'needed', usualPools));
			await crowd.untilHeld(usualPools.length);
			const open = ordinarySlots - usualPools.length;
			crowd.join([
				imsSessions(instance, uri(), open, {
					statements: ['BEGIN', "INSERT INTO audit_event (action) VALUES ('patient read')"],
					returns: false,
				}),
			]);
			await crowd.untilHeld(ordinarySlots);
			await untilTrue(
				`SELECT count(*) = ${open} AS ok FROM pg_stat_activity WHERE state = 'idle in transaction'`,
				'the transactions to be open',
			);
		}
		return null;
	},
};

export const lockPileUp: Scenario = {
	id: 'lock-pile-up',
	title: 'One session holds a lock that all the others wait for',
	learningGoal: 'Find the root of a lock pile-up, and end that one instead of its victims.',
	firstCause: 'a-lock-pile-up',
	neverCauses: ['pools-larger-than-the-server', 'a-connection-leak', 'max-connections-too-low'],
	firstSolution: 'end-the-blocking-session',
	reliefs: [],
	instanceCount: 1,
	server: small,
	logged: (major) => [slotsGone(major), noAnswer],
	outcome: slotsRefused,
	async setUp({ crowd, instances, uri, ordinarySlots, untilTrue }) {
		for (const instance of instances) {
			crowd.join([
				imsSessions(instance, uri(), 1, {
					applicationName: 'nightly-import',
					statements: ['BEGIN', 'LOCK TABLE patient IN ACCESS EXCLUSIVE MODE', 'SELECT pg_sleep(86400)'],
					afterwards: 'leave',
					returns: false,
				}),
			]);
			await untilTrue(
				"SELECT EXISTS (SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'patient'::regclass) AS ok",
				'the lock to be taken',
			);
			crowd.join([
				imsSessions(instance, uri(), ordinarySlots - 1, {
					statements: ['UPDATE patient SET seen = now() WHERE id = 1'],
					afterwards: 'leave',
					returns: false,
				}),
			]);
			await crowd.untilHeld(ordinarySlots);
			await untilTrue(
				`SELECT count(*) = ${ordinarySlots - 1} AS ok FROM pg_stat_activity WHERE wait_event_type = 'Lock'`,
				'the others to wait',
			);
		}
		return null;
	},
};

export const tooFewSlots: Scenario = {
	id: 'too-few-slots',
	title: 'Every slot does useful work',
	learningGoal:
		'Know the one case in which raising max_connections comes first: none idle, none blocked, all at work.',
	firstCause: 'max-connections-too-low',
	neverCauses: [
		'pools-larger-than-the-server',
		'a-connection-leak',
		'sessions-idle-in-transaction',
		'a-lock-pile-up',
	],
	firstSolution: 'increase-the-number-of-connections',
	reliefs: [],
	instanceCount: 2,
	server: small,
	logged: (major) => [slotsGone(major)],
	outcome: slotsRefused,
	async setUp({ crowd, instances, uri, ordinarySlots, untilTrue }) {
		// More than fit: whoever leaves is followed at once.
		const each = Math.ceil((ordinarySlots + 2) / instances.length);
		crowd.join(
			instances.map((instance) =>
				imsSessions(instance, uri(), each, {
					statements: ['SELECT p.name, pg_sleep(1.5) FROM patient AS p WHERE p.id = 7'],
					afterwards: 'again',
				}),
			),
		);
		await crowd.untilHeld(ordinarySlots);
		await untilTrue(
			`SELECT count(*) >= ${ordinarySlots - 1} AS ok FROM pg_stat_activity WHERE state = 'active' AND usename = 'ims'`,
			'all of them to be at work',
		);
		return null;
	},
};

export const healthy: Scenario = {
	id: 'healthy',
	title: 'Nothing is wrong',
	learningGoal: 'See what a server with room looks like, and that nothing is recommended for it.',
	firstCause: null,
	neverCauses: [
		'pools-larger-than-the-server',
		'a-connection-leak',
		'a-lock-pile-up',
		'max-connections-too-low',
	],
	firstSolution: null,
	reliefs: [],
	instanceCount: 1,
	server: { settings: { max_connections: 100, superuser_reserved_connections: 3 } },
	logged: () => [],
	outcome: { kind: 'connected' },
	async setUp({ crowd, instances, uri }) {
		for (const instance of instances) crowd.join(instancePools(instance, uri, 'needed', usualPools));
		await crowd.untilHeld(usualPools.length);
		return null;
	},
};
