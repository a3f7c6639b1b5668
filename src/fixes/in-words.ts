/** Sessions, and steps, in a person's words. */
import type { Step } from '../article/article.ts';
import { plainText } from '../article/plain-text.ts';
import type { PlanRow } from '../machine/ports.ts';

export function counted(sessions: number): string {
	return sessions === 1 ? '1 session' : `${sessions} sessions`;
}

/** Who is meant, shortest first: `12 of ims in openiz, 3 of report in openiz`. */
export function whoIsMeant(rows: readonly PlanRow[]): string {
	const counts = new Map<string, number>();
	for (const { columns } of rows) {
		const who = `of ${String(columns.usename ?? 'an unknown role')} in ${String(columns.datname ?? 'no database')}`;
		counts.set(who, (counts.get(who) ?? 0) + 1);
	}
	return [...counts.entries()]
		.sort(([, a], [, b]) => b - a)
		.map(([who, count]) => `${count} ${who}`)
		.join(', ');
}

/** That a step's effects are for other versions than this server's. @param major null: not known */
export function leftOutFor({ title, applies }: Step, major: number | null): string {
	const needed = applies
		.map(({ min, max }) => (min === null ? `up to ${max ?? 'any'}` : `${min} or later`))
		.join(', ');
	return `“${plainText(title)}” is left out: it is for PostgreSQL ${needed}, and this is ${major ?? 'of an unknown version'}.`;
}

/** For the beginning of a sentence; the name of a setting stays as it is written. */
export function upperFirst(text: string): string {
	return /^\w*_/.test(text) ? text : text.slice(0, 1).toUpperCase() + text.slice(1);
}
