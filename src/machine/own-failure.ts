import type { Failure } from './ports.ts';

/** A failure in which no routine of the server and no layer of the connection has part. */
export function ownFailure(code: string, message: string, next: readonly string[]): Failure {
	return { code, routine: null, layer: null, message, next };
}
