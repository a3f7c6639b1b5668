/** The keeper's reports and commands, as the machine wants them. */
import type { PostgresKeeper } from '../evidence/postgres/keeper.ts';
import type { ConnectionCommand, WizardPorts } from '../machine/ports.ts';

/** @param waitMs how long a wait for a slot lasts; null: until it is stopped */
export function connectionPort(
	keeper: PostgresKeeper,
	waitMs: number | null,
): WizardPorts['connection'] & { stop(): void } {
	let waiting: AbortController | null = null;
	const stop = (): void => waiting?.abort();
	return {
		stop,
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
				case 'cancel':
					void keeper.session?.cancel().catch(() => undefined);
					break;
			}
		},
	};
}
