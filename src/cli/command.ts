import type { Invocation } from './arguments.ts';
import type { ExitStatus } from './exit-status.ts';
import type { World } from './world.ts';

/** One command, loaded when it is asked for. */
export interface Command {
	/** @throws ExpectedError and CancelledError; anything else is a bug */
	run(invocation: Invocation, world: World): Promise<ExitStatus>;
}
