/** The slots are held by what is not the IMS. */
import { randomBytes } from 'node:crypto';
import type { Scenario } from '../scenario.ts';
import { imsSessions, instancePools, mainDatabase, onePool } from '../site.ts';
import { slotsGone } from '../site-log.ts';
import { slotsRefused, small } from './slots.ts';

/** What the IMS itself has on this server: within what its configuration says. */
const imsPools = onePool(9);

export const anotherApplication: Scenario = {
	id: 'another-application',
	title: 'A reporting server has taken most of the slots',
	learningGoal:
		'Look at who holds the slots before blaming the IMS: a neighbour on the same server needs a limit of its own.',
	firstCause: 'another-application-holds-the-slots',
	neverCauses: [
		'pools-larger-than-the-server',
		'a-connection-leak',
		'an-overloaded-server',
		'max-connections-too-low',
	],
	firstSolution: 'limit-the-other-application',
	reliefs: ['disconnect-idle-clients'],
	instanceCount: 1,
	server: small,
	configuration: { pools: imsPools },
	logged: (major) => [slotsGone(major)],
	outcome: slotsRefused,
	async setUp({ crowd, instances, uri, sql, server, ordinarySlots }) {
		const password = randomBytes(12).toString('base64url');
		await sql(`CREATE ROLE reporting LOGIN PASSWORD '${password}'`);
		await sql('GRANT SELECT ON patient TO reporting');
		const reporting = server.uri({ user: 'reporting', password, database: mainDatabase });
		for (const instance of instances) {
			crowd.join(instancePools(instance, uri, 'needed', imsPools));
			await crowd.untilHeld(9);
			crowd.join([
				imsSessions({ ...instance, name: 'reporting' }, reporting, ordinarySlots - 9, {
					applicationName: 'district-reports',
					statements: ['SELECT count(*) FROM patient'],
				}),
			]);
		}
		await crowd.untilHeld(ordinarySlots);
		return null;
	},
};
