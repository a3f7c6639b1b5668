/** Clients that come and go in ways that the server pays for. */
import type { Scenario } from '../scenario.ts';
import { imsSessions, onePool } from '../site.ts';
import { noAnswer, slotsGone } from '../site-log.ts';
import { commonlyBlamed, slotsRefused, small } from './slots.ts';

const common = {
	neverCauses: commonlyBlamed,
	reliefs: [],
	instanceCount: 1,
	outcome: slotsRefused,
} as const;

/** The shortest command timeout that a log lets one recognise: less could be anything. */
const commandTimeoutSeconds = 5;

export const abandonedQueries: Scenario = {
	...common,
	id: 'abandoned-queries',
	title: 'Clients give up after their timeout, and the queries run on',
	learningGoal:
		'See how a short command timeout and a slow query fill a server: whoever gives up leaves a query behind, and comes back for another slot.',
	firstCause: 'abandoned-queries',
	neverCauses: [...common.neverCauses, 'an-overloaded-server'],
	firstSolution: 'cancel-abandoned-queries',
	server: small,
	configuration: { pools: onePool(14), commandTimeoutSeconds },
	logged: (major) => [noAnswer, noAnswer, slotsGone(major)],
	async setUp({ crowd, instances, uri, ordinarySlots, untilTrue }) {
		// A pool of half the slots: full after its clients have given up once.
		const pool = Math.ceil(ordinarySlots / 2);
		crowd.join(
			instances.map((instance) =>
				imsSessions(instance, uri(), pool, {
					// It takes long and no processor.
					statements: ['SELECT p.name, pg_sleep(86400) FROM patient AS p WHERE p.id = 7'],
					givesUpAfterMs: commandTimeoutSeconds * 1_000,
				}),
			),
		);
		await crowd.untilHeld(pool);
		// Whoever looks is an administrator, and keeps the last slot from them meanwhile.
		await untilTrue(
			`SELECT count(*) >= ${ordinarySlots - 1} AS ok FROM pg_stat_activity WHERE usename = 'ims' AND state = 'active'`,
			'the clients to give up and come back',
		);
		return null;
	},
};

export const connectionStorm: Scenario = {
	...common,
	id: 'connection-storm',
	title: 'Each request opens a connection, and again at once when refused',
	learningGoal:
		'Recognise churn: no session stays for longer than a second, and yet the slots are gone most of the time.',
	firstCause: 'a-connection-storm',
	neverCauses: [...common.neverCauses, 'abandoned-queries', 'an-overloaded-server'],
	firstSolution: 'put-a-pooler-in-front',
	server: { settings: { max_connections: 15, superuser_reserved_connections: 3 } },
	configuration: { pools: onePool(11) },
	logged: (major) => [slotsGone(major)],
	async setUp({ crowd, instances, uri, ordinarySlots }) {
		crowd.join(
			instances.map((instance) =>
				imsSessions(instance, uri(), ordinarySlots + 5, {
					statements: ['SELECT p.name, pg_sleep(0.8) FROM patient AS p WHERE p.id = 7'],
					afterwards: 'leave',
					retriesEveryMs: 300,
				}),
			),
		);
		await crowd.untilHeld(ordinarySlots - 1);
		return null;
	},
};
