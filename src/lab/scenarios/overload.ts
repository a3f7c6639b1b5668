/** Useful work, and what it is too much for. */
import type { Scenario } from '../scenario.ts';
import { imsSessions, onePool } from '../site.ts';
import { noAnswer, slotsGone } from '../site-log.ts';
import { slotsRefused, small } from './slots.ts';

const neverCauses = [
	'pools-larger-than-the-server',
	'a-connection-leak',
	'sessions-idle-in-transaction',
	'a-lock-pile-up',
	'abandoned-queries',
] as const;

export const tooFewSlots: Scenario = {
	id: 'too-few-slots',
	title: 'Every slot does useful work',
	learningGoal:
		'Know the one case in which raising max_connections comes first: none idle, none blocked, all at work.',
	firstCause: 'max-connections-too-low',
	neverCauses: [...neverCauses, 'an-overloaded-server'],
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

export const overloadedServer: Scenario = {
	id: 'overloaded-server',
	title: 'More sessions write than the disk can keep up with',
	learningGoal:
		'Tell a server that is slow for everybody from one that somebody blocks: no root, nobody idle, and more slots would only make the queue longer.',
	firstCause: 'an-overloaded-server',
	neverCauses: [...neverCauses, 'max-connections-too-low'],
	firstSolution: 'relieve-the-server',
	reliefs: [],
	instanceCount: 2,
	server: { settings: { max_connections: 50, superuser_reserved_connections: 3, synchronous_commit: 'on' } },
	configuration: { pools: onePool(23) },
	logged: (major) => [slotsGone(major), noAnswer],
	outcome: slotsRefused,
	async setUp({ server, crowd, instances, uri, sql, ordinarySlots, untilTrue }) {
		// A slow disk: each flush takes a tenth of a second, in which all other commits queue for it, and no processor.
		for (const setting of ['fsync = on', 'commit_delay = 100000', 'commit_siblings = 1'])
			await sql(`ALTER SYSTEM SET ${setting}`);
		await sql('SELECT pg_reload_conf()');
		const insert = "INSERT INTO audit_event (action) VALUES ('patient read')";
		// Thirty commits for one request, as a synchronisation has: the clients are not what is slow.
		const write =
			server.major < 11 ? insert : `DO $$ BEGIN FOR n IN 1..30 LOOP ${insert}; COMMIT; END LOOP; END $$`;
		crowd.join(
			instances.map((instance) =>
				imsSessions(instance, uri(), Math.ceil(ordinarySlots / instances.length), {
					statements: [write],
					afterwards: 'again',
				}),
			),
		);
		await crowd.untilHeld(ordinarySlots);
		await untilTrue(
			`SELECT count(*) >= 40 AS ok FROM pg_stat_activity
				WHERE state = 'active' AND usename = 'ims' AND wait_event_type IN ('LWLock', 'IO')`,
			'the commits to queue',
		);
		return null;
	},
};
