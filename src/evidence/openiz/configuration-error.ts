import { ownFailure } from '../../machine/own-failure.ts';
import type { Failure } from '../../machine/ports.ts';

/** The configuration cannot be read, or not be understood; `failure` says why, and what to do. */
export class ConfigurationError extends Error {
	readonly failure: Failure;
	constructor(code: string, message: string, next: readonly string[]) {
		super(message);
		this.name = 'ConfigurationError';
		this.failure = ownFailure(code, message, next);
	}
}
