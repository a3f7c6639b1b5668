/** Servers with nothing wrong, however they look. */
import { connect, type Socket } from 'node:net';
import { createLabClient } from '../client.ts';
import type { Scenario, Stage } from '../scenario.ts';
import { imsSessions, instancePools, onePool, usualPools } from '../site.ts';
import { slotsGone } from '../site-log.ts';
import { asInstalled } from './slots.ts';

const common = {
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
	server: asInstalled,
	logged: () => [],
	outcome: { kind: 'connected' },
} as const;

async function usualWork({ crowd, instances, uri }: Stage): Promise<void> {
	for (const instance of instances) crowd.join(instancePools(instance, uri, 'needed', usualPools));
	await crowd.untilHeld(usualPools.length);
}

export const healthy: Scenario = {
	...common,
	id: 'healthy',
	title: 'Nothing is wrong',
	learningGoal: 'See what a server with room looks like, and that nothing is recommended for it.',
	async setUp(stage) {
		await usualWork(stage);
		return null;
	},
};

export const steadyPool: Scenario = {
	...common,
	id: 'steady-pool',
	title: 'A large pool, nearly all of it idle, and nothing is wrong',
	learningGoal:
		'See that many idle sessions are no leak: a pool keeps what it once needed, and what it keeps does not grow.',
	configuration: { pools: onePool(70) },
	async setUp({ crowd, instances, uri }) {
		for (const instance of instances) {
			const pools = onePool(70).map((pool) => ({ ...pool, usual: 10 }));
			crowd.join(instancePools(instance, uri, 'needed', pools));
		}
		await crowd.untilHeld(70);
		await crowd.settle();
		return null;
	},
};

/** Kept open: a port scanner, or the health check of a load balancer. The server ends it after a while. */
function keepSilent({ server: { host, port }, atEnd }: Stage): void {
	let current: Socket | null = null;
	let over = false;
	const open = () => {
		if (over) return;
		current = connect({ host, port });
		current.on('error', () => undefined).on('close', open);
		current.resume().unref();
	};
	open();
	atEnd(async () => {
		over = true;
		current?.destroy();
	});
}

export const healthyParallel: Scenario = {
	...common,
	id: 'healthy-parallel',
	title: 'Nothing is wrong, though a lot is going on',
	learningGoal:
		'Count the right things: parallel workers, a replication connection, a silent socket and yesterday’s log take no slot.',
	loggedYesterday: (major) => [slotsGone(major)],
	async setUp(stage) {
		const { crowd, instances, uri, sql, server, untilTrue, atEnd } = stage;
		await usualWork(stage);
		await sql(`CREATE TABLE dose AS SELECT n, repeat('x', 400) AS note FROM generate_series(1, 400) AS n;
			ALTER TABLE dose SET (parallel_workers = 4); GRANT SELECT ON dose TO ims; ANALYZE dose`);
		crowd.join(
			instances.map((instance) =>
				imsSessions(instance, uri(), 1, {
					// The workers have nothing to compute.
					statements: [
						'SET max_parallel_workers_per_gather = 4; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0',
						'SELECT count(pg_sleep(86400)) FROM dose',
					],
				}),
			),
		);
		const walsender = createLabClient(`${server.uri({ database: 'openiz' })}?replication=database`, {
			applicationName: 'change-stream',
		});
		await walsender.connect();
		atEnd(() => walsender.end());
		keepSilent(stage);
		await untilTrue(
			// PostgreSQL 10 calls a parallel worker a background worker; its launcher, too, has no database.
			`SELECT count(*) FILTER (WHERE backend_type IN ('parallel worker', 'background worker') AND datid IS NOT NULL) >= 2
				AND count(*) FILTER (WHERE backend_type = 'walsender') = 1 AS ok FROM pg_stat_activity`,
			'the parallel workers and the replication connection',
		);
		return null;
	},
};
