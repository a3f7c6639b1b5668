import { QueryError } from '../evidence/postgres/postgres.ts';
import { cleanText, withoutSecrets } from '../evidence/untrusted.ts';
import { ownFailure } from '../machine/own-failure.ts';
import type { Done, Failure } from '../machine/ports.ts';
import { FileError } from './files/file-error.ts';

/** In a person's words, without secrets. */
export function messageOf(error: unknown): string {
	if (error instanceof QueryError || error instanceof FileError) return error.failure.message;
	return withoutSecrets(cleanText(error instanceof Error ? error.message : String(error)));
}

/** What keeps something from being begun: nothing was done. */
export class NotBegun extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'NotBegun';
	}
}

/** Whether an effect that threw was done: a session lost under way leaves it open. */
export function statusOfFailure(error: unknown): Extract<Done['status'], 'failed' | 'unknown'> {
	if (error instanceof FileError) return error.failure.code === 'torn' ? 'unknown' : 'failed';
	const refused = error instanceof NotBegun || (error instanceof QueryError && !error.lost);
	return refused ? 'failed' : 'unknown';
}

/**
 * What belongs to a change that has just been made. Where it is refused, the change is in force all the same: it must
 * not pass for one that failed, which nobody would take back.
 * @throws Error that leaves it open
 */
export async function afterChange<T>(body: () => Promise<T>): Promise<T> {
	try {
		return await body();
	} catch (error) {
		if (statusOfFailure(error) === 'unknown') throw error;
		throw new Error(`it is changed, but what comes after it failed: ${messageOf(error)}`);
	}
}

/** An error as data; `next` is used where the error brings no advice of its own. */
export function failureOf(error: unknown, next: readonly string[]): Failure {
	if (error instanceof QueryError || error instanceof FileError)
		return error.failure.next.length > 0 ? error.failure : { ...error.failure, next };
	return ownFailure('fix-failed', messageOf(error), next);
}

/** That it has been stopped between two changes; null: it has not. */
export function stopFailure(signal: AbortSignal | null): Failure | null {
	if (signal?.aborted !== true) return null;
	return ownFailure('stopped', 'it was stopped before all of it was done', ['make a new plan']);
}
