/** A number that stands in a file and is not the one in force. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario, Stage } from '../scenario.ts';
import { slotsGone } from '../site-log.ts';
import { fillSlots } from './fill-slots.ts';
import { slotsRefused, small } from './slots.ts';

/** More than the one instance's pools want; they would fit. */
const wanted = 100;

const writeIntoFile = ({ server }: Stage) =>
	appendFile(join(server.dataDir, 'postgresql.conf'), `max_connections = ${wanted}\n`);

const common = {
	firstCause: 'a-setting-not-applied',
	// They do fill the old number.
	alsoCauses: ['pools-larger-than-the-server'],
	neverCauses: ['a-connection-leak', 'max-connections-too-low', 'misconfigured-reserved-slots'],
	reliefs: [],
	instanceCount: 1,
	server: small,
	logged: (major: number) => [slotsGone(major)],
	outcome: slotsRefused,
} as const;

export const settingNotRestarted: Scenario = {
	...common,
	id: 'setting-not-restarted',
	title: 'max_connections was raised in the file, and the server not restarted',
	learningGoal:
		'Compare the number in the file with the number in force: max_connections counts from a restart on, not from a reload.',
	firstSolution: 'apply-the-edited-setting',
	async setUp(stage) {
		await writeIntoFile(stage);
		await stage.sql('SELECT pg_reload_conf()');
		await stage.untilTrue(
			"SELECT pending_restart AS ok FROM pg_settings WHERE name = 'max_connections'",
			'the file to be read again',
		);
		return fillSlots(stage);
	},
};

export const settingOverridden: Scenario = {
	...common,
	id: 'setting-overridden',
	title: 'max_connections was raised in a file that another one overrides',
	learningGoal:
		'Know that postgresql.auto.conf, which ALTER SYSTEM writes, is read last: however often the server is restarted, the edit does not count.',
	firstSolution: 'correct-the-configuration-file',
	async setUp(stage) {
		await stage.sql('ALTER SYSTEM SET max_connections = 30', 'postgres');
		await writeIntoFile(stage);
		await stage.server.restart();
		return fillSlots(stage);
	},
};
