/** The name of a session: sortable, readable, sayable on the telephone. */
import { randomInt } from 'node:crypto';
import type { SessionId } from './record.ts';

/** Without vowels, so that no word appears, and without l, which is read as 1. */
const letters = 'bcdfghjkmnpqrstvwxz';

/** A new id for a session that begins at `now`. */
export function newSessionId(now: Date): SessionId {
	const [date, time] = now.toISOString().replace(/[-:]/g, '').split(/[T.]/);
	const suffix = Array.from({ length: 4 }, () => letters.charAt(randomInt(letters.length))).join('');
	return `${date}-${time}-${suffix}`;
}

/** Whether a name is a session's: it becomes part of a path, so nothing else may. */
export function isSessionId(name: string): boolean {
	return /^\d{8}-\d{6}-[a-z]{4}$/.test(name);
}
