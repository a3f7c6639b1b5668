/** Slots that are kept back for administrators: too many of them, none, or those that the application may use too. */
import type { Scenario } from '../scenario.ts';
import { instancePools, sitePools } from '../site.ts';
import { serverError, slotsGone } from '../site-log.ts';
import { fillSlots } from './fill-slots.ts';
import { asInstalled, slotsRefused } from './slots.ts';

/** What the one instance's pools may open: far less than the server has slots. */
const wanted = sitePools.reduce((sum, { max }) => sum + max, 0);

export const reserveTooLarge: Scenario = {
	id: 'reserve-too-large',
	title: 'Most slots are kept back for administrators',
	learningGoal:
		'See that it is the slots less the reserve that an application can use: pools that would fit the server do not fit what is left.',
	firstCause: 'misconfigured-reserved-slots',
	// They do fill what is left to them.
	alsoCauses: ['pools-larger-than-the-server'],
	neverCauses: [
		'a-connection-leak',
		'max-connections-too-low',
		'another-application-holds-the-slots',
		'sessions-stalled-in-authentication',
	],
	firstSolution: 'correct-the-reserved-slots',
	reliefs: [],
	instanceCount: 1,
	server: { settings: { max_connections: 100, superuser_reserved_connections: 100 - wanted + 12 } },
	logged: (major) => [slotsGone(major)],
	outcome: slotsRefused,
	setUp: (stage) => fillSlots(stage),
};

export const noReserve: Scenario = {
	id: 'no-reserve',
	title: 'No slot is kept for administrators, and the pools have taken them all',
	learningGoal:
		'See that without a reserve the administrator is locked out with everybody else, and that the server’s own host still knows who holds the slots.',
	firstCause: 'pools-larger-than-the-server',
	neverCauses: ['a-connection-leak', 'sessions-stalled-in-authentication', 'max-connections-too-low'],
	firstSolution: 'shrink-the-pools',
	reliefs: [],
	instanceCount: 1,
	server: { settings: { max_connections: 30, superuser_reserved_connections: 0 } },
	logged: () => [serverError('53300', 'sorry, too many clients already')],
	outcome: { kind: 'refused', code: '53300', routine: 'InitProcess' },
	setUp: (stage) => fillSlots(stage),
};

export const superuserApplication: Scenario = {
	id: 'superuser-application',
	title: 'The IMS logs in as a superuser, and has taken the reserve too',
	learningGoal:
		'See that the reserve is open to whoever logs in as a superuser, as OpenIZ’s samples do; that then nobody gets in, and that on the server’s own host one idle session can be ended gently, so that an administrator does.',
	firstCause: 'pools-larger-than-the-server',
	neverCauses: ['a-connection-leak', 'sessions-stalled-in-authentication', 'max-connections-too-low'],
	firstSolution: 'shrink-the-pools',
	reliefs: ['make-room-on-the-servers-own-host'],
	instanceCount: 2,
	server: asInstalled,
	logged: () => [serverError('53300', 'sorry, too many clients already')],
	outcome: { kind: 'refused', code: '53300', routine: 'InitProcess' },
	async setUp({ crowd, instances, server }) {
		const asSuperuser = (database: string) => server.uri({ database });
		crowd.join(instances.flatMap((instance) => instancePools(instance, asSuperuser, 'needed')));
		await crowd.untilHeld(asInstalled.settings.max_connections);
		await crowd.settle();
		return null;
	},
};
