/** Where an earlier session was connected: what a later command on it begins with. */
import type { SessionSummary } from '../session/list-sessions.ts';

/** As libpq's environment variables, so that every option and variable that is set wins. */
export function sessionDefaults({ server }: SessionSummary): Readonly<Record<string, string>> {
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
