/** All scenarios, in the order in which they teach best; the first is what the lab opens without a name. */
import type { Scenario } from '../scenario.ts';
import { droppedIdleConnections, exhaustedClientPool, poolerLimit } from './between.ts';
import { abandonedQueries, connectionStorm } from './clients.ts';
import { healthy, healthyParallel, steadyPool } from './healthy.ts';
import { crashedBackend, operatingSystemLimit } from './host.ts';
import { closedDatabase, databaseLimit, fenceLeftBehind, roleLimit } from './limits.ts';
import { anotherApplication } from './neighbours.ts';
import { overloadedServer, tooFewSlots } from './overload.ts';
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
import { standbyWithLowerSettings, tooFewWalsenders } from './replication.ts';
import { noReserve, reserveTooLarge, superuserApplication } from './reserve.ts';
import { idleInTransaction, leak, lockPileUp } from './sessions.ts';
import { stalledLogins, stalledLoginsReserve } from './stalled-logins.ts';
import { leakBesideAPool, twoFaults } from './together.ts';
import { settingNotRestarted, settingOverridden } from './unapplied.ts';
import { advisoryLock, lostSynchronousStandby, preparedTransaction } from './waiting.ts';

export const scenarios: readonly Scenario[] = [
	twoPools,
	twoPoolsToTheBrim,
	leak,
	idleInTransaction,
	lockPileUp,
	preparedTransaction,
	advisoryLock,
	lostSynchronousStandby,
	abandonedQueries,
	connectionStorm,
	anotherApplication,
	leakBesideAPool,
	twoFaults,
	overloadedServer,
	tooFewSlots,
	roleLimit,
	databaseLimit,
	fenceLeftBehind,
	closedDatabase,
	stalledLogins,
	stalledLoginsReserve,
	reserveTooLarge,
	noReserve,
	superuserApplication,
	settingNotRestarted,
	settingOverridden,
	tooFewWalsenders,
	standbyWithLowerSettings,
	crashedBackend,
	operatingSystemLimit,
	droppedIdleConnections,
	exhaustedClientPool,
	poolerLimit,
	wrongName,
	nothingListens,
	swallowedPackets,
	silentServer,
	wrongPassword,
	hbaReject,
	tlsMismatch,
	startingOrStopping,
	healthy,
	steadyPool,
	healthyParallel,
];
