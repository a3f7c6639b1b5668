/** The keeper's reports and commands, as the machine wants them. */
import type { PostgresKeeper } from '../evidence/postgres/keeper.ts';
import type { ConnectionCommand, WizardPorts } from '../machine/ports.ts';

export type ConnectionPort = WizardPorts['connection'] & {
	stop(): void;
	/** There is no server here: nobody may connect, nor look at anything of this machine. */
	readonly staysAway: boolean;
};

/**
 * @param waitMs how long a wait for a slot lasts; null: until it is stopped
 * @param staysAway how it begins
 */
export function connectionPort(
	keeper: PostgresKeeper,
	waitMs: number | null,
	staysAway: boolean,
): ConnectionPort {
	let waiting: AbortController | null = null;
	let away = staysAway;
	const stop = (): void => waiting?.abort();
	return {
		stop,
		get staysAway() {
			return away;
		},
		subscribe(listener) {
			const { session, lastAttempt } = keeper;
			// Who begins on a connection that is held already, as each look of `watch` does, hears of it too.
			if (session !== null)
				listener({
					type: 'connection.held',
					server: session.server,
					timings: lastAttempt?.timings ?? [],
				});
			return keeper.subscribe(listener);
		},
		tell(command: ConnectionCommand) {
			switch (command.type) {
				case 'wait':
					waiting = new AbortController();
					// A refusal reaches the machine as an event.
					void keeper.wait({ forMs: waitMs, signal: waiting.signal });
					break;
				case 'stop waiting':
					stop();
					break;
				case 'stay away':
				case 'come back':
					away = command.type === 'stay away';
					break;
				case 'cancel':
					void keeper.session?.cancel().catch(() => undefined);
					break;
			}
		},
	};
}
