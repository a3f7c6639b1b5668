/** What a column, fact or parameter holds, by its name: what is a name or an address must not leave the house as it is. */

export const namedKinds = ['address', 'role', 'database', 'application'] as const;

export type NamedKind = (typeof namedKinds)[number];

/** What a name ends in, for each kind: as text, for a database can apply them too. */
export const namedColumns: readonly (readonly [NamedKind, string])[] = [
	['address', '(?:^|_)(?:addr|address|addresses|host|hosts|hostname|client_hostname)$'],
	['role', '(?:^|_)(?:usename|user|users|role|roles|rolname|owner|member)$'],
	['database', '(?:^|_)(?:datname|database|databases|dbname)$'],
	['application', '(?:^|_)(?:application|applications|application_name)$'],
];

const kinds = namedColumns.map(([kind, pattern]) => [kind, new RegExp(pattern)] as const);

/** Every installation has these: they name nobody, and a reader needs them. */
export const commonNames: readonly string[] = [
	'',
	'localhost',
	'127.0.0.1',
	'::1',
	'0.0.0.0',
	'::',
	'postgres',
	'template0',
	'template1',
	'pgbouncer',
	'kbwizard',
	// What the article writes where there is no name, or all of them are meant.
	'local',
	'any',
	'none',
	'not said',
	'all others',
	'unknown',
	// Of the operating system.
	'root',
	'administrator',
	'system',
	'public',
	'default',
	// Where a text does not say it.
	'the server',
	'this role',
	'this database',
];

/** Where a server has its socket when nobody said otherwise. */
export const commonFolders = '^/(?:var/run|run|tmp)(?:/postgresql)?$';

const common: ReadonlySet<string> = new Set(commonNames);
const folder = new RegExp(commonFolders);

/** Whether a name may leave the house as it is. */
export function namesNobody(value: string): boolean {
	return common.has(value.toLowerCase()) || folder.test(value);
}

/** Null: a number, a state, an age, or anything else that names nobody. */
export function columnKind(column: string): NamedKind | null {
	return kinds.find(([, pattern]) => pattern.test(column))?.[0] ?? null;
}
