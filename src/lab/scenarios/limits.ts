/** Refusals that have nothing to do with the server's slots: limits and switches on a role or a database. */
import type { Scenario } from '../scenario.ts';
import { imsRole, imsSessions, mainDatabase } from '../site.ts';
import { serverError } from '../site-log.ts';
import { neverSlots, small } from './slots.ts';

const limit = 4;

export const roleLimit: Scenario = {
	id: 'role-limit',
	title: "The role's own connection limit is reached",
	learningGoal:
		'See that 53300 can come from a role while the server has room, so more slots would not help.',
	firstCause: 'a-role-connection-limit',
	neverCauses: [...neverSlots, 'a-database-connection-limit'],
	firstSolution: 'lift-the-connection-limit',
	reliefs: [],
	instanceCount: 1,
	server: small,
	roleAttributes: `CONNECTION LIMIT ${limit}`,
	logged: () => [serverError('53300', `too many connections for role "${imsRole}"`)],
	outcome: { kind: 'refused', code: '53300', routine: 'InitializeSessionUserId' },
	async setUp({ crowd, instances, uri }) {
		crowd.join(instances.map((instance) => imsSessions(instance, uri(), limit)));
		await crowd.untilHeld(limit);
		return null;
	},
};

export const databaseLimit: Scenario = {
	id: 'database-limit',
	title: "The database's own connection limit is reached",
	learningGoal: 'See that 53300 can come from a database while the server has room.',
	firstCause: 'a-database-connection-limit',
	neverCauses: [...neverSlots, 'a-role-connection-limit'],
	firstSolution: 'lift-the-connection-limit',
	reliefs: [],
	instanceCount: 1,
	server: small,
	logged: () => [serverError('53300', `too many connections for database "${mainDatabase}"`)],
	outcome: { kind: 'refused', code: '53300', routine: 'CheckMyDatabase' },
	async setUp({ crowd, instances, uri, sql }) {
		await sql(`ALTER DATABASE ${mainDatabase} CONNECTION LIMIT ${limit}`);
		crowd.join(instances.map((instance) => imsSessions(instance, uri(), limit)));
		await crowd.untilHeld(limit);
		return null;
	},
};

export const fenceLeftBehind: Scenario = {
	...databaseLimit,
	id: 'fence-left-behind',
	title: 'Somebody set the limit of a database to 0 and did not lift it',
	learningGoal: 'Recognise a limit of 0 as a fence left behind: something to lift, not a value to keep.',
	async setUp({ sql }) {
		await sql(`ALTER DATABASE ${mainDatabase} CONNECTION LIMIT 0`);
		return null;
	},
};

export const closedDatabase: Scenario = {
	id: 'closed-database',
	title: 'The database does not allow connections',
	learningGoal: 'Tell a database that is closed to everybody from one that is full.',
	firstCause: 'a-database-closed-to-connections',
	neverCauses: [...neverSlots, 'a-database-connection-limit'],
	firstSolution: 'allow-connections',
	reliefs: [],
	instanceCount: 1,
	server: small,
	logged: () => [serverError('55000', `database "${mainDatabase}" is not currently accepting connections`)],
	outcome: { kind: 'refused', code: '55000', routine: 'CheckMyDatabase' },
	async setUp({ sql }) {
		await sql(`ALTER DATABASE ${mainDatabase} ALLOW_CONNECTIONS false`, 'postgres');
		return null;
	},
};
