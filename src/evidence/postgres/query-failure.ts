/** A statement that failed, in a person's words. */
import pg from 'pg';
import type { Failure } from '../../machine/ports.ts';
import { systemCode } from '../../system-code.ts';
import { cleanText, withoutSecrets } from '../untrusted.ts';

/** These end the session: somebody, a timeout, a shutdown or a crash did. */
const endings: ReadonlyMap<string, string> = new Map([
	['57P01', 'Somebody, or a shutdown, ended the session.'],
	['57P02', 'The server ended all sessions because one of its processes crashed.'],
	['57P03', 'The server takes no connections at the moment.'],
	['57P04', 'The database was dropped.'],
	['57P05', 'The session was ended by idle_session_timeout.'],
	['25P03', 'The session was ended by idle_in_transaction_session_timeout.'],
	['25P04', 'The session was ended by transaction_timeout.'],
]);

/** The session's end, if that is what the error tells; null: it lives on. */
export function lossOf(error: unknown): Failure | null {
	if (error instanceof pg.DatabaseError) {
		const ended =
			endings.get(error.code ?? '') ?? (error.code?.startsWith('08') ? 'The session broke off.' : null);
		return ended === null
			? null
			: failure(error.code ?? '', error.routine ?? null, `${ended} It says: ${error.message}`, lostNext);
	}
	const code = systemCode(error) ?? 'connection-lost';
	const words = error instanceof Error ? error.message : '';
	return failure(code, null, `The connection to the server was lost. It says: ${words}`, lostNext);
}

const lostNext: readonly string[] = [
	'It is connected again by itself once; if that is refused, the refusal says why.',
	"The server's log of this moment says who ended it.",
];

/**
 * @param cancelled whether it was we who asked the server to end the statement
 * @param timeoutMs what it was allowed, in milliseconds
 */
export function queryFailure(error: pg.DatabaseError, cancelled: boolean, timeoutMs: number): Failure {
	const code = error.code ?? 'unknown';
	const routine = error.routine ?? null;
	if (code === '57014' && cancelled) return failure(code, routine, 'The query was cancelled.', []);
	return { ...failureByCode(code, timeoutMs, error.message), routine };
}

/** @param message the server's own; null: it was not passed on */
export function failureByCode(code: string, timeoutMs: number, message: string | null = null): Failure {
	const told = (what: string): string => (message === null ? `${what}.` : `${what}: ${message}`);
	switch (code) {
		case '57014':
			return failure(code, null, `The query took longer than ${timeoutMs / 1000} s and was ended.`, [
				'Give it more time: --timeout DURATION.',
			]);
		case '55P03':
			return failure(code, null, 'The query waited too long for a lock and was ended.', [
				'Look for who holds the lock: the checks about blocking sessions say so.',
			]);
		case '42501':
			return failure(code, null, told('This role may not see that'), [
				'GRANT pg_monitor TO the role, or connect by one that has it.',
			]);
		default:
			return failure(code, null, told('The server refused the query'), []);
	}
}

export function failure(
	code: string,
	routine: string | null,
	text: string,
	next: readonly string[],
): Failure {
	return { code, routine, layer: 'query', message: withoutSecrets(cleanText(text)), next };
}
