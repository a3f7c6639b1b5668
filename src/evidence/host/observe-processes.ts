/** The `processes` probe: who holds the slots, as the server's own host shows it. It needs no connection. */
import { ownFailure } from '../../machine/own-failure.ts';
import { systemCode } from '../../system-code.ts';
import { absent } from '../absent.ts';
import { countOf } from '../count-attribute.ts';
import type { EvidenceSource } from '../observe.ts';
import type { PostgresKeeper } from '../postgres/keeper.ts';
import type { Attempt } from '../postgres/postgres.ts';
import { serverMajor } from '../postgres/server-major.ts';
import { pause } from '../postgres/waiting.ts';
import { timeTaken } from '../time-taken.ts';
import { factsOf, holders, isLasting, judge, lasting, rowsOf, type Surrounding } from './judge-backends.ts';
import type { LookAtServer } from './look-at-server.ts';

export type ProcessesSourceOptions = {
	readonly keeper: PostgresKeeper;
	readonly look: LookAtServer;
	readonly maxRows: number;
	readonly clock: () => Date;
	/** Between two looks at what may be momentary, in milliseconds. */
	readonly againMs?: number;
};

const defaultAgainMs = 1_000;

/** Answers only where the connection leads to a server of this very machine; elsewhere there is nothing to look at. */
export function createProcessesSource({
	keeper,
	look,
	maxRows,
	clock,
	againMs = defaultAgainMs,
}: ProcessesSourceOptions): EvidenceSource {
	return async ({ check, facts }, signal) => {
		const taken = timeTaken(clock);
		const session = await keeper.ensureSession();
		const budget = check.checks.find(({ language }) => language === 'processes')?.attributes.budget;
		const around: Surrounding = {
			usable: countOf(budget, facts),
			refused: session === null && wasRefused(keeper.lastAttempt),
			major: session === null ? null : serverMajor(session.server),
		};
		const measured = () => ({ source: 'host' as const, sql: null, ...taken() });
		try {
			let looked = await look(signal);
			if (looked.kind === 'not seen') return absent(looked.why);
			let verdict = judge(holders(looked.all, around), around);
			if (!isLasting(verdict)) {
				await pause(againMs, signal);
				signal.throwIfAborted();
				const again = await look(signal);
				if (again.kind === 'not seen') return absent(again.why);
				const backends = lasting(looked.all.backends, again.all.backends);
				looked = { ...again, all: { ...again.all, backends } };
				verdict = judge(holders(looked.all, around), around);
			}
			return {
				kind: 'verdict',
				verdict,
				facts: factsOf(looked.all, around, looked.postmaster.pid),
				rows: rowsOf(holders(looked.all, around)).slice(0, maxRows),
				...measured(),
				failure: null,
				grant: null,
			};
		} catch (error) {
			signal.throwIfAborted();
			const code = systemCode(error);
			if (code === null) throw error;
			const failure = ownFailure(code, `The processes of this machine could not be listed (${code}).`, [
				'look at them by hand, as the check describes',
			]);
			return { kind: 'failed', failure, ...measured() };
		}
	};
}

/** The refusals that mean the whole server, not one role or database. */
function wasRefused(attempt: Attempt | null): boolean {
	return attempt?.verdict === 'ordinary slots gone' || attempt?.verdict === 'no slot at all';
}
