/**
 * A login that is made ready up to where a slot is wanted: the server is reached, a process made, encryption agreed on.
 * It holds no slot until it says who it is, which then takes a fraction of a millisecond; whoever is cut off and connects
 * anew needs several.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type AttemptOptions, type AttemptOutcome, attemptSession } from './attempt.ts';
import type { ConnectionSettings } from './connection-settings.ts';

export interface PoisedLogin {
	/** Resolves when it is ready, or has come to its end before. */
	readonly ready: Promise<void>;
	/** Says who it is. @throws only the signal's reason, when it is given up */
	go(): Promise<AttemptOutcome>;
	/** Closes it; nothing is left open. */
	giveUp(): Promise<void>;
}

/** Between two of them, in milliseconds: the answer to the first is not waited for, which may take longer than the slot is free. */
const apartMs = 3;

/**
 * They go one after the other, until one was answered as wanted; those that have gone by then are answered too.
 * @param answered told of each; true: it is enough
 */
export async function oneAfterTheOther(
	logins: readonly PoisedLogin[],
	answered: (outcome: AttemptOutcome) => Promise<boolean>,
): Promise<void> {
	let enough = false;
	const gone: Promise<void>[] = [];
	for (const login of logins) {
		if (enough) break;
		gone.push(
			login.go().then(async (outcome) => {
				if (await answered(outcome)) enough = true;
			}),
		);
		await delay(apartMs);
	}
	// One that was given up meanwhile has nothing to say.
	await Promise.allSettled(gone);
}

export function poiseLogin(settings: ConnectionSettings, options: AttemptOptions): PoisedLogin {
	const stop = new AbortController();
	const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
	const poised = Promise.withResolvers<void>();
	const leave = Promise.withResolvers<void>();
	const outcome = attemptSession(settings, {
		...options,
		signal,
		beforeStartup() {
			poised.resolve();
			return leave.promise;
		},
	});
	const over = outcome.then(
		() => undefined,
		() => undefined,
	);
	void over.then(poised.resolve);
	return {
		ready: poised.promise,
		go() {
			leave.resolve();
			return outcome;
		},
		async giveUp() {
			stop.abort();
			await over;
		},
	};
}
