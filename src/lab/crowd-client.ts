/** The other end of a crowd: joins members, and waits until they hold what they shall hold. */
import { once } from 'node:events';
import { forkEntry } from '../child-entry.ts';
import { type CrowdMember, type CrowdOrder, type CrowdReport, isCrowdReport } from './crowd-protocol.ts';
import { LabError } from './lab-error.ts';

export type Crowd = {
	/** Open connections of all members, as last reported. */
	held(): number;
	/** Attempts refused so far, as last reported. */
	refused(): number;
	join(members: readonly CrowdMember[]): void;
	/** Waits until so many connections are open. @throws LabError after `timeoutMs`, default 30,000. */
	untilHeld(count: number, timeoutMs?: number): Promise<void>;
	/** Ends the rush: from now on pools refill as they were told to. Resolves when no attempt is under way. */
	settle(): Promise<void>;
	/** One instance is shut down: its connections end and do not come back. */
	leave(instance: string): void;
	/** Ends them all. */
	stop(): Promise<void>;
};

/** Starts the process; it ends with this one, or by `stop`. */
export function startCrowd(): Crowd {
	const child = forkEntry('crowd');
	const order = (message: CrowdOrder) => {
		if (child.connected) child.send(message);
	};
	const watchers = new Set<() => void>();
	let latest: CrowdReport = { type: 'report', held: 0, refused: 0, opening: 0, settled: false };
	child.on('message', (message) => {
		if (!isCrowdReport(message)) return;
		latest = message;
		for (const watch of watchers) watch();
	});
	// A process that could not be made holds no connection, which is what is waited for.
	child.on('error', () => undefined);
	// Listening holds the channel; only a wait shall keep this process alive.
	child.channel?.unref();

	function until(
		condition: (report: CrowdReport) => boolean,
		what: string,
		timeoutMs = 30_000,
	): Promise<void> {
		return new Promise((resolve, reject) => {
			const settle = (finish: () => void) => {
				watchers.delete(look);
				clearTimeout(timer);
				child.off('exit', gone);
				child.channel?.unref();
				finish();
			};
			const fail = (why: string) =>
				settle(() => {
					const state = `${latest.held} connections open, ${latest.refused} refused`;
					reject(new LabError(`${why} (${what}; ${state}).`, ['Start the scenario again.']));
				});
			const gone = () => fail("The process that plays the site's applications ended");
			const look = () => {
				if (condition(latest)) settle(resolve);
			};
			const timer = setTimeout(() => fail("The site's applications were not ready in time"), timeoutMs);
			child.channel?.ref();
			child.once('exit', gone);
			watchers.add(look);
			look();
		});
	}

	return {
		held: () => latest.held,
		refused: () => latest.refused,
		join: (members) => order({ type: 'join', members }),
		untilHeld: (count, timeoutMs) =>
			until((report) => report.held >= count, `waiting for ${count} connections`, timeoutMs),
		settle() {
			order({ type: 'settle' });
			return until((report) => report.settled && report.opening === 0, 'waiting for the rush to end');
		},
		leave: (instance) => order({ type: 'leave', instance }),
		async stop() {
			if (child.exitCode !== null || child.signalCode !== null) return;
			const ended = once(child, 'exit');
			child.ref();
			if (child.connected) child.disconnect();
			await ended;
		},
	};
}
