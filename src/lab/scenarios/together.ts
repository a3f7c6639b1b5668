/** Two things at a time: each has to be seen beside the other. */
import type { Scenario, Stage } from '../scenario.ts';
import type { Instance, SitePool } from '../site.ts';
import { imsSessions, instancePools, onePool, usualPools } from '../site.ts';
import { noAnswer, slotsGone } from '../site-log.ts';
import { asInstalled } from './slots.ts';

/** Sessions that are opened one by one and never used again. */
function leaking(instance: Instance, { uri }: Stage, count: number, growEveryMs: number) {
	return imsSessions(instance, uri(), count, { growEveryMs, returns: false });
}

/** MaxPoolSize 40, of which the work needs 6. */
const steady: readonly SitePool[] = onePool(40).map((pool) => ({ ...pool, usual: 6 }));

export const leakBesideAPool: Scenario = {
	id: 'leak-beside-a-pool',
	title: 'One instance has a large pool, the other one leaks',
	learningGoal:
		'Tell the leak from the pool beside it: which idle sessions only ever become more, and from which address.',
	firstCause: 'a-connection-leak',
	neverCauses: ['pools-larger-than-the-server', 'a-lock-pile-up', 'max-connections-too-low'],
	firstSolution: 'restart-the-ims',
	reliefs: ['disconnect-idle-clients'],
	instanceCount: 2,
	server: asInstalled,
	configuration: { pools: onePool(40) },
	logged: (major) => [slotsGone(major)],
	outcome: { kind: 'connected' },
	async setUp(stage) {
		const { crowd, uri } = stage;
		const [pooled, leaky] = stage.instances;
		if (pooled === undefined || leaky === undefined) return null;
		crowd.join(instancePools(pooled, uri, 'needed', steady));
		await crowd.untilHeld(40);
		await crowd.settle();
		crowd.join([leaking(leaky, stage, 10, 600)]);
		await crowd.untilHeld(54);
		return null;
	},
};

export const twoFaults: Scenario = {
	id: 'two-faults',
	title: 'One instance leaks, and meanwhile the other one is blocked',
	learningGoal:
		'Expect more than one fault: end what blocks first, since everybody waits for it, and then see to the leak that is still there.',
	firstCause: 'a-lock-pile-up',
	alsoCauses: ['a-connection-leak'],
	neverCauses: ['pools-larger-than-the-server', 'abandoned-queries', 'max-connections-too-low'],
	firstSolution: 'end-the-blocking-session',
	reliefs: ['disconnect-idle-clients'],
	instanceCount: 2,
	// Room enough for the leak to go on while somebody looks.
	server: { settings: { max_connections: 150, superuser_reserved_connections: 3 } },
	configuration: { pools: onePool(40) },
	logged: (major) => [noAnswer, slotsGone(major)],
	outcome: { kind: 'connected' },
	async setUp(stage) {
		const { crowd, uri, untilTrue } = stage;
		const [blocked, leaky] = stage.instances;
		if (blocked === undefined || leaky === undefined) return null;
		crowd.join([
			...instancePools(leaky, uri, 'needed', usualPools),
			leaking(leaky, stage, 15, 800),
			imsSessions(blocked, uri(), 1, {
				applicationName: 'nightly-import',
				statements: ['BEGIN', 'UPDATE patient SET seen = now() WHERE id = 1', 'SELECT pg_sleep(86400)'],
				afterwards: 'leave',
				returns: false,
			}),
		]);
		await untilTrue(
			"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'nightly-import' AND query ~ 'pg_sleep') AS ok",
			'the row to be locked',
		);
		crowd.join([
			imsSessions(blocked, uri(), 20, {
				statements: ['UPDATE patient SET seen = now() WHERE id = 1'],
				afterwards: 'leave',
				returns: false,
			}),
		]);
		await untilTrue(
			"SELECT count(*) = 20 AS ok FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
			'the others to wait',
		);
		return null;
	},
};
