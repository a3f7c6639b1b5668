/** How values, times and servers are said in reports and on the command line. */
import type { Staleness } from '../machine/finding.ts';
import type { FactValue, Row } from '../machine/ports.ts';
import type { Diagnosis, ReportedServer, ReportedSolution } from './diagnosis.ts';

/** A value for a reader; what is not known is a dash. */
export function valueAsText(value: FactValue | undefined): string {
	return value === null || value === undefined ? '–' : String(value);
}

/** The columns of some rows, in the order they first occur. */
export function columnsOf(rows: readonly Row[]): readonly string[] {
	return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

/** `one session`, `3 sessions`. */
export function count(number: number, one: string, many = `${one}s`): string {
	return number === 1 ? `1 ${one}` : `${number} ${many}`;
}

/** Between two instants, ISO 8601: `12 s`, `3 min 4 s`. */
export function elapsed(from: string, to: string): string {
	const seconds = Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
	if (!Number.isFinite(seconds)) return 'an unknown time';
	if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
	if (seconds < 60) return `${Math.round(seconds)} s`;
	return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** `openiz on db.example:5432 as app, PostgreSQL 15.18`; says so where nothing answered, or nobody asked it. */
export function serverInWords({ server, source }: Pick<Diagnosis, 'server' | 'source'>): string {
	if (server === null) return source === 'person' ? 'no server was looked at' : 'no server answered';
	const at = server.host === null ? '' : ` on ${server.host}${server.port === null ? '' : `:${server.port}`}`;
	const as = server.user === null ? '' : ` as ${server.user}`;
	const version = server.version === null ? '' : `, PostgreSQL ${server.version}`;
	const provider = server.provider === 'unknown' ? '' : `, ${server.provider}`;
	const slot =
		server.slot === null ? ', no session' : server.slot === 'ordinary' ? '' : `, in a ${server.slot} slot`;
	return `${server.database ?? 'the server'}${at}${as}${version}${provider}${slot}`;
}

/** A check's title where it is known, else its id. */
export type TitleOf = (check: string) => string;

export function titlesOf(titles: Readonly<Record<string, string>>): TitleOf {
	return (check) => titles[check] ?? check;
}

/** `live`, or what else the answers came from. */
export function sourceInWords(source: Diagnosis['source']): string {
	switch (source) {
		case 'live':
			return 'the live server';
		case 'log':
			return 'log files';
		case 'config':
			return 'the configuration';
		case 'host':
			return "the server's own host";
		case 'bundle':
			return 'a bundle collected earlier';
		case 'person':
			return 'what a person said';
		case 'mixed':
			return 'several sources';
	}
}

/** Why a finding may be true no more. */
export function staleInWords(stale: Staleness): string {
	switch (stale) {
		case 'resumed':
			return 'seen before the session was resumed, and not again since';
		case 'slept':
			return 'seen before the computer slept, and not again since';
		case 'disconnected':
			return 'seen before the connection was gone for long, and not again since';
	}
}

/** `moderate risk`, `the tool can do it`, `relief, not a cure`. */
export function traitsInWords({ risk, how, relief }: ReportedSolution): readonly string[] {
	return [
		`${risk} risk`,
		how === 'applied' ? 'the tool can do it' : 'guided steps',
		...(relief ? ['relief, not a cure'] : []),
	];
}

/** A word as a POSIX shell takes it. */
export function shellWord(word: string): string {
	return /^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The options that lead to the same server again, for a command that is pasted: `-h db -p 5432 -U app -d openiz`. */
export function serverAsOptions({ host, port, user, database }: ReportedServer): string {
	const options: readonly (readonly [string, string | number | null])[] = [
		['-h', host],
		['-p', port],
		['-U', user],
		['-d', database],
	];
	return options
		.flatMap(([name, value]) => (value === null ? [] : [`${name} ${shellWord(String(value))}`]))
		.join(' ');
}
