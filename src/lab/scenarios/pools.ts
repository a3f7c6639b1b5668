/** The trouble of KB008 itself: pools that together are larger than the server. */
import type { Scenario } from '../scenario.ts';
import { noAnswer, slotsGone } from '../site-log.ts';
import { fillSlots } from './fill-slots.ts';

const common = {
	firstCause: 'pools-larger-than-the-server',
	neverCauses: [
		'a-connection-leak',
		'sessions-idle-in-transaction',
		'a-lock-pile-up',
		'max-connections-too-low',
	],
	firstSolution: 'shrink-the-pools',
	instanceCount: 2,
	server: { settings: { max_connections: 100, superuser_reserved_connections: 3 } },
	logged: (major: number) => [slotsGone(major), noAnswer],
	outcome: { kind: 'refused', code: '53300', routine: 'InitPostgres' },
} as const;

export const twoPools: Scenario = {
	...common,
	id: 'two-pools',
	title: 'Two IMS instances have taken every ordinary slot',
	learningGoal:
		'Tell pools that are too large from the other reasons for 53300; see that a disconnect helps while the work needs less than the pools may hold, and that only smaller pools cure it.',
	reliefs: ['disconnect-idle-clients', 'disconnect-all-clients'],
	setUp: (stage) => fillSlots(stage, 'needed'),
};

export const twoPoolsToTheBrim: Scenario = {
	...common,
	id: 'two-pools-to-the-brim',
	title: 'Two IMS instances that take every slot again at once',
	learningGoal:
		'See that a disconnect does not hold under pools that refill, and that one look right after it lies.',
	reliefs: [],
	setUp: (stage) => fillSlots(stage, 'brim'),
};
