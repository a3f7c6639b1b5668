/** Where an earlier session was connected: what a later command on it begins with. */
import type { SessionSummary } from '../session/list-sessions.ts';

/** As libpq's environment variables, so that every option and variable that is set wins. */
export function sessionDefaults({ records, opened }: SessionSummary): Readonly<Record<string, string>> {
	// As it was first reached: a fence moves the session to another database for a moment.
	const server = records.find((record) => record.kind === 'server')?.server ?? opened?.server ?? null;
	const found: readonly (readonly [string, string | number | null])[] = [
		['PGHOST', server?.host ?? null],
		['PGPORT', server?.port ?? null],
		['PGDATABASE', server?.database ?? null],
		['PGUSER', server?.user ?? null],
	];
	return Object.fromEntries(
		found.flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
	);
}
