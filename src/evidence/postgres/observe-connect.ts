/** The `connect` probe: the attempt to connect is itself the evidence. */
import type { Observation, ObserveInput } from '../../machine/ports.ts';
import type { PostgresKeeper } from './keeper.ts';

export type ConnectSourceOptions = { readonly keeper: PostgresKeeper; readonly clock: () => Date };

/**
 * Tells of the way in first, also where a slot was waited for since; asked again, it tries afresh. A refusal is a
 * verdict with its failure; what no verdict fits is `otherwise`, with its facts.
 */
export function createConnectSource({
	keeper,
}: ConnectSourceOptions): (input: ObserveInput, signal: AbortSignal) => Promise<Observation> {
	return async ({ check }) => {
		const fence = check.checks.find(({ language }) => language === 'connect');
		if (fence?.attributes.as === 'application') {
			return {
				kind: 'absent',
				why: "this version does not read the application's own settings",
				grant: null,
			};
		}
		let attempt = keeper.takeOpening();
		if (attempt === null) {
			attempt = await keeper.attempt();
			keeper.takeOpening();
		}
		const { verdict, facts, failure, at, durationMs } = attempt;
		return {
			kind: 'verdict',
			verdict,
			facts,
			rows: attempt.timings.map(({ layer, ms, note }) => ({ layer, ms, note })),
			source: 'live',
			sql: null,
			durationMs,
			at,
			failure,
			grant: null,
		};
	};
}
