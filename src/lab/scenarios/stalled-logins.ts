/** Slots that are held before anybody has logged in. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario, Stage } from '../scenario.ts';
import { imsRole, instancePools, mainDatabase, usualPools } from '../site.ts';
import { serverError, slotsGone } from '../site-log.ts';
import { openStalledLogins } from '../stalled-login.ts';
import { neverSlots, slotsRefused, small } from './slots.ts';

/** A login that takes longer than any honest one is stalled; before that it may be just under way. */
const stallsAfterMs = 3_000;

async function stall({ server, crowd, instances, uri, atEnd }: Stage, count: number): Promise<null> {
	for (const instance of instances) crowd.join(instancePools(instance, uri, 'needed', usualPools));
	await crowd.untilHeld(usualPools.length);
	const { host, port } = server;
	const [instance] = instances;
	const stalled = await openStalledLogins({
		host,
		port,
		from: instance?.from ?? null,
		user: imsRole,
		database: mainDatabase,
		count,
	});
	atEnd(stalled.close);
	await pause(stallsAfterMs);
	return null;
}

const common = {
	firstCause: 'sessions-stalled-in-authentication',
	neverCauses: [...neverSlots, 'misconfigured-reserved-slots'],
	firstSolution: 'end-stalled-logins',
	reliefs: [],
	instanceCount: 1,
	configuration: { pools: usualPools },
	server: {
		settings: {
			...small.settings,
			// The most there is: the picture stays while it is looked at.
			authentication_timeout: '600s',
		},
	},
} as const;

export const stalledLogins: Scenario = {
	...common,
	id: 'stalled-logins',
	title: 'Connections that never finish their login hold the slots',
	learningGoal:
		'See that a slot is taken before a password is proved, and that up to PostgreSQL 17 the server lists no such session: the sessions that can be counted do not account for the refusal.',
	logged: (major) => [slotsGone(major)],
	outcome: slotsRefused,
	setUp: (stage) => stall(stage, stage.ordinarySlots - usualPools.length),
};

export const stalledLoginsReserve: Scenario = {
	...common,
	id: 'stalled-logins-reserve-too',
	title: 'Connections that never finish their login lock out even a superuser',
	learningGoal:
		'See that the reserve for superusers is no help against logins that stall, and that the processes on the server’s own host tell it when no session can be had.',
	logged: () => [serverError('53300', 'sorry, too many clients already')],
	outcome: { kind: 'refused', code: '53300', routine: 'InitProcess' },
	setUp: (stage) => stall(stage, small.settings.max_connections - usualPools.length),
};
