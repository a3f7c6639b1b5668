/** Sessions in a person's words. */
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
