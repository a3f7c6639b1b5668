/** What stands between the application and the server: a firewall, a pooler, the application's own pool. */
import { openForgetfulProxy } from '../forgetful-proxy.ts';
import { logOfPauses } from '../pause-log.ts';
import { startLabPgbouncer } from '../pgbouncer.ts';
import type { Scenario } from '../scenario.ts';
import { imsRole, imsSessions, instancePools, mainDatabase, sitePools } from '../site.ts';
import { poolEmpty, serverError } from '../site-log.ts';
import { asInstalled, neverSlots } from './slots.ts';

const common = {
	reliefs: [],
	instanceCount: 1,
	server: asInstalled,
} as const;

function toPort(uri: string, port: number): string {
	const url = new URL(uri);
	url.port = String(port);
	return url.href;
}

/** Long enough to read a screen; an hour is what real firewalls take, and five minutes what clouds do. */
const forgetsAfterMs = 60_000;

export const droppedIdleConnections: Scenario = {
	...common,
	id: 'dropped-idle-connections',
	title: 'A firewall forgets connections that nobody uses for a while',
	learningGoal:
		'Tell the first query after a pause that fails from queries that are too slow: both end in the same words, and only their times differ.',
	firstCause: 'idle-connections-dropped-by-the-network',
	neverCauses: [
		'pools-larger-than-the-server',
		'abandoned-queries',
		'a-network-that-swallows-packets',
		'max-connections-too-low',
	],
	firstSolution: 'enable-keepalives',
	logged: () => [],
	imsLog: logOfPauses,
	outcome: { kind: 'connected' },
	async setUp({ server, crowd, instances, uri, atEnd }) {
		const { host } = server;
		const proxy = await openForgetfulProxy({
			host,
			port: server.port,
			idleMs: forgetsAfterMs,
			answer: 'nothing',
		});
		atEnd(proxy.close);
		const through = (database?: string) => toPort(uri(database), proxy.port);
		// A few that are used, and a few that are not, until somebody comes.
		const pools = sitePools.map((pool) => ({ ...pool, max: 3, usual: 1 }));
		for (const instance of instances) crowd.join(instancePools(instance, through, 'needed', pools));
		await crowd.untilHeld(3 * pools.length);
		return through();
	},
};

const poolerClients = 12;

export const poolerLimit: Scenario = {
	...common,
	id: 'pooler-limit',
	title: 'PgBouncer lets no further client in, and the server has room',
	learningGoal:
		'See who refuses: a pooler has limits of its own, and a larger max_connections changes none of them.',
	firstCause: 'a-pooler-limit',
	neverCauses: [...neverSlots, 'rejected-credentials', 'a-server-that-accepts-but-does-not-answer'],
	firstSolution: 'raise-the-pooler-limit',
	logged: () => [serverError('08P01', 'no more connections allowed (max_client_conn)')],
	outcome: { kind: 'refused', code: '08P01', routine: null },
	async setUp({ server, crowd, instances, uri, atEnd }) {
		const pooler = await startLabPgbouncer(server, {
			settings: {
				pool_mode: 'session',
				max_client_conn: poolerClients,
				default_pool_size: 4,
				// Whoever waits goes on waiting while it is looked at.
				query_wait_timeout: 600,
				stats_users: imsRole,
			},
			passwords: { [imsRole]: decodeURIComponent(new URL(uri()).password) },
		});
		atEnd(pooler.stop);
		const through = toPort(uri(mainDatabase), pooler.port);
		crowd.join(instances.map((instance) => imsSessions(instance, through, poolerClients)));
		await crowd.untilHeld(poolerClients);
		return through;
	},
};

export const exhaustedClientPool: Scenario = {
	...common,
	id: 'exhausted-client-pool',
	title: 'The pool inside the IMS is empty, and the server has room',
	learningGoal:
		'See who says it: "the connection pool has been exhausted" comes from the client, before the server is asked.',
	firstCause: 'an-exhausted-client-pool',
	neverCauses: [...neverSlots, 'a-pooler-limit'],
	firstSolution: 'restart-the-ims',
	logged: () => [poolEmpty(4)],
	outcome: { kind: 'connected' },
	async setUp({ crowd, instances, uri }) {
		const pools = sitePools.map((pool) => ({ ...pool, max: 4, usual: 4 }));
		for (const instance of instances) crowd.join(instancePools(instance, uri, 'needed', pools));
		await crowd.untilHeld(4 * pools.length);
		return null;
	},
};
