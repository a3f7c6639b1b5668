/** Standbys and their connections: settings that do not match, and no connection left for another. */
import pg from 'pg';
import type { Scenario } from '../scenario.ts';
import { instancePools, usualPools } from '../site.ts';
import { serverError, socketError } from '../site-log.ts';
import { startStandby } from '../standby.ts';
import { neverSlots, small } from './slots.ts';

/** From here on a standby whose settings are too low pauses; before, it stops. */
const firstThatPauses = 14;

export const standbyWithLowerSettings: Scenario = {
	id: 'standby-with-lower-settings',
	title: 'The primary was raised, and its standby was not',
	learningGoal:
		'Know the order: a standby that allows fewer connections than its primary stops (up to 13) or stands still (from 14 on), so it is raised first.',
	firstCause: 'a-standby-with-lower-settings',
	neverCauses: neverSlots,
	firstSolution: 'raise-the-standby-first',
	reliefs: [],
	instanceCount: 1,
	configuration: { pools: usualPools },
	server: small,
	logged: (major) =>
		major < firstThatPauses
			? [socketError('No connection could be made because the target machine actively refused it')]
			: [serverError('25006', 'cannot execute INSERT in a read-only transaction')],
	outcome: (major) =>
		major < firstThatPauses
			? { kind: 'refused', code: 'ECONNREFUSED', routine: null }
			: { kind: 'connected' },
	async setUp({ server, crowd, instances, uri, sql, untilLogged, addLog, atEnd }) {
		await sql("SELECT pg_create_physical_replication_slot('reporting', true)");
		const standby = await startStandby(server, {
			slot: 'reporting',
			password: decodeURIComponent(new URL(server.superuser).password),
			settings: { wal_retrieve_retry_interval: '200ms' },
		});
		atEnd(standby.stop);
		addLog('postgresql-standby.log', standby.logFile);
		await sql('ALTER SYSTEM SET max_connections = 60');
		await server.restart();
		for (const instance of instances) crowd.join(instancePools(instance, uri, 'needed', usualPools));
		await untilLogged(
			standby,
			/insufficient parameter settings|is a lower setting than on/,
			'the standby to meet the new number',
		);
		const reader = new URL(uri());
		reader.port = String(standby.port);
		return reader.href;
	},
};

const senders = 2;

export const tooFewWalsenders: Scenario = {
	id: 'too-few-walsenders',
	title: 'No replication connection is left for a standby or a backup',
	learningGoal:
		'See that a standby can be refused with 53300 while every application gets in: replication connections are counted apart.',
	firstCause: 'too-few-walsenders',
	neverCauses: [...neverSlots, 'a-standby-with-lower-settings'],
	firstSolution: 'make-room-for-walsenders',
	reliefs: [],
	instanceCount: 1,
	configuration: { pools: usualPools },
	server: {
		settings: {
			...small.settings,
			max_wal_senders: senders,
			max_replication_slots: senders,
		},
	},
	logged: () => [],
	outcome: { kind: 'connected' },
	async setUp({ server, crowd, instances, uri, addLog, atEnd }) {
		for (const instance of instances) crowd.join(instancePools(instance, uri, 'needed', usualPools));
		await crowd.untilHeld(usualPools.length);
		// Backups that somebody interrupted, and whose connections nobody closed.
		const receivers = Array.from({ length: senders }, (_, index) => receiver(server.superuser, index + 1));
		atEnd(async () => {
			await Promise.all(receivers.map((client) => client.end().catch(() => undefined)));
		});
		for (const client of receivers) await client.connect();
		// And the one that is refused now.
		const refused = receiver(server.superuser, senders + 1);
		await refused.connect().catch(() => undefined);
		await refused.end().catch(() => undefined);
		addLog('postgresql.log', server.logFile);
		return null;
	},
};

/** A client that asks for replication, which its types do not know. */
function receiver(uri: string, number: number): pg.Client {
	const options = {
		connectionString: uri,
		ssl: false,
		application_name: `backup-${number}`,
		replication: 'true',
	};
	const client = new pg.Client(options);
	client.on('error', () => undefined);
	return client;
}
