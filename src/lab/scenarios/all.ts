/** All scenarios, in the order in which they teach best; the first is what the lab opens without a name. */
import type { Scenario } from '../scenario.ts';
import { closedDatabase, databaseLimit, fenceLeftBehind, roleLimit } from './limits.ts';
import { twoPools, twoPoolsToTheBrim } from './pools.ts';
import {
	hbaReject,
	nothingListens,
	silentServer,
	startingOrStopping,
	swallowedPackets,
	tlsMismatch,
	wrongName,
	wrongPassword,
} from './refusals.ts';
import { healthy, idleInTransaction, leak, lockPileUp, tooFewSlots } from './sessions.ts';

export const scenarios: readonly Scenario[] = [
	twoPools,
	twoPoolsToTheBrim,
	leak,
	idleInTransaction,
	lockPileUp,
	tooFewSlots,
	roleLimit,
	databaseLimit,
	fenceLeftBehind,
	closedDatabase,
	wrongName,
	nothingListens,
	swallowedPackets,
	silentServer,
	wrongPassword,
	hbaReject,
	tlsMismatch,
	startingOrStopping,
	healthy,
];
