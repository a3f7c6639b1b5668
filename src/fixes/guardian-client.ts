/** The wizard's end of the guardian: started before a fence is raised, told when it is lifted. */
import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { forkEntry } from '../child-entry.ts';
import type { ConnectionSettings } from '../evidence/postgres/connection-settings.ts';
import type { FixJournal } from './fix-journal.ts';
import { type GuardedFence, type GuardianMessage, heartbeatMs, toWire } from './guardian-orders.ts';

/** A process that lifts our fences when we are gone. */
export interface Guardian {
	/** Resolves when the guardian's channel has it: only then the fence may be raised. @throws Error when it is gone */
	guard(guarded: GuardedFence): Promise<void>;
	/** The one that was announced by this intent was not raised after all. */
	forget(intent: number): void;
	/** All fences are lifted: it ends without doing anything. */
	release(): void;
	/** They could not be lifted from here: it begins to, though this process lives on. */
	handOver(): void;
}

/**
 * Starts one. It is told how to get in over its channel, never by argument or environment.
 * @param from databases that it can log in to, the best first
 * @throws Error when it does not come up; then nothing may be fenced
 */
export type GuardianLauncher = (from: readonly string[], journal: FixJournal) => Promise<Guardian>;

/** How long it may take to come up, in milliseconds. */
const startTimeoutMs = 10_000;

/**
 * A launcher whose guardians get in by these settings.
 * @param ways the best first: the connection's own, then the rescue's, where one was given
 */
export function guardianLauncher(ways: readonly ConnectionSettings[]): GuardianLauncher {
	return async (from, journal) => {
		const child = forkEntry('guardian');
		// The journal lies in STATE/sessions/NAME.jsonl.
		const stateDir = dirname(dirname(journal.file));
		try {
			const ready = readiness(child);
			const orders = { ways, from, journal: { stateDir, session: journal.session } };
			await Promise.all([ready, tell(child, { type: 'orders', orders })]);
		} catch (error) {
			if (child.connected) child.disconnect();
			throw error;
		}
		const heart = setInterval(() => {
			if (child.connected) tell(child, { type: 'alive' }).catch(() => undefined);
		}, heartbeatMs);
		heart.unref();
		return {
			guard: (guarded) => tell(child, { type: 'guard', guarded }),
			forget(intent) {
				// Without a guardian there is nobody to lift it.
				tell(child, { type: 'forget', intent }).catch(() => undefined);
			},
			release() {
				clearInterval(heart);
				tell(child, { type: 'lifted' })
					.catch(() => undefined)
					.finally(() => {
						if (child.connected) child.disconnect();
					});
			},
			handOver() {
				clearInterval(heart);
				if (child.connected) child.disconnect();
			},
		};
	};
}

function tell(child: ChildProcess, message: GuardianMessage): Promise<void> {
	return new Promise((resolve, reject) => {
		if (!child.connected) {
			reject(new Error('the guardian process has ended'));
			return;
		}
		child.send(toWire(message), (error) => (error === null ? resolve() : reject(error)));
	});
}

function readiness(child: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		child.channel?.ref();
		const settle = (error: Error | null) => {
			clearTimeout(timer);
			child.off('message', onMessage).off('exit', onExit).off('error', onError);
			// An error later on must not end the wizard; `isThere` tells it.
			child.on('error', () => undefined);
			child.channel?.unref();
			if (error === null) resolve();
			else reject(error);
		};
		const onMessage = () => settle(null);
		const onExit = () => settle(new Error('the guardian process ended at once'));
		const onError = (error: Error) => settle(error);
		const timer = setTimeout(() => settle(new Error('the guardian process did not come up')), startTimeoutMs);
		child.on('message', onMessage).once('exit', onExit).once('error', onError);
	});
}
