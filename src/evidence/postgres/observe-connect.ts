/** The `connect` probe: the attempt to connect is itself the evidence. */
import type { EvidenceSource } from '../observe.ts';
import type { PostgresKeeper } from './keeper.ts';
import { onceInside } from './refusal.ts';

export type ConnectSourceOptions = {
	readonly keeper: PostgresKeeper;
	/** Answers `as=application`: an attempt with the application's own settings. */
	readonly application: EvidenceSource;
};

/**
 * Tells of the way in first, also where a slot was waited for since; asked again, it tries afresh. A refusal is a
 * verdict with its failure; what no verdict fits is `otherwise`, with its facts.
 */
export function createConnectSource({ keeper, application }: ConnectSourceOptions): EvidenceSource {
	return async (input, signal) => {
		const fence = input.check.checks.find(({ language }) => language === 'connect');
		if (fence?.attributes.as === 'application') return application(input, signal);
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
			failure: failure !== null && keeper.session !== null ? onceInside(failure) : failure,
			grant: null,
		};
	};
}
