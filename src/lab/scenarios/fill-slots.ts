import type { Refill } from '../crowd-protocol.ts';
import type { Stage } from '../scenario.ts';
import { instancePools } from '../site.ts';

/** The pools of all instances open sessions until no ordinary slot is left. */
export async function fillSlots(stage: Stage, refill: Refill = 'needed'): Promise<null> {
	stage.crowd.join(
		stage.instances.flatMap((instance) => instancePools(instance, (database) => stage.uri(database), refill)),
	);
	await stage.crowd.untilHeld(stage.ordinarySlots);
	await stage.crowd.settle();
	return null;
}
