/** A look into a pooler: what its console says, once what passes by itself has passed. */
import type { ConnectionSettings } from '../postgres/connection-settings.ts';
import { pause } from '../postgres/waiting.ts';
import { askConsole, type ConsoleOutcome } from './console.ts';
import { type PoolerLook, poolsOf } from './pools.ts';

export type Looked =
	| Extract<ConsoleOutcome, { readonly kind: 'refused' }>
	| { readonly kind: 'looked'; readonly look: PoolerLook };

/** A client that is served within this time did not wait for want of connections, in seconds. */
const shortWaitS = 1;

/**
 * A client that came just now waits too: it is looked at again once it would have been served.
 * @throws only the signal's reason, when it is aborted
 */
export async function lookIntoPooler(settings: ConnectionSettings, signal: AbortSignal): Promise<Looked> {
	const first = await lookOnce(settings, signal);
	if (first.kind === 'refused' || first.look.waiting === 0 || isWaiting(first.look)) return first;
	await pause((shortWaitS - first.look.longestWaitS) * 1_000, signal);
	signal.throwIfAborted();
	return lookOnce(settings, signal);
}

/** Clients wait for a server connection, or the next one would not even be let in. */
export function isWaiting({ waiting, longestWaitS, full }: PoolerLook): boolean {
	return full || (waiting > 0 && longestWaitS >= shortWaitS);
}

async function lookOnce(settings: ConnectionSettings, signal: AbortSignal): Promise<Looked> {
	const outcome = await askConsole(settings, signal);
	return outcome.kind === 'refused' ? outcome : { kind: 'looked', look: poolsOf(outcome.answer) };
}
