/** Slots that are held by what sessions do, or no longer do. */
import type { Scenario } from '../scenario.ts';
import { imsSessions, instancePools, usualPools } from '../site.ts';
import { noAnswer, slotsGone } from '../site-log.ts';
import { asInstalled, neverSlots, slotsRefused, small } from './slots.ts';

export const leak: Scenario = {
	id: 'leak',
	title: 'An application opens connections and never returns them',
	learningGoal: 'Recognise a leak by idle sessions that only ever grow, before the last slot is gone.',
	firstCause: 'a-connection-leak',
	neverCauses: ['sessions-idle-in-transaction', 'a-lock-pile-up', 'max-connections-too-low'],
	firstSolution: 'restart-the-ims',
	reliefs: ['disconnect-idle-clients'],
	instanceCount: 1,
	server: asInstalled,
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
	neverCauses: neverSlots,
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
