/** What a column, fact or parameter holds, by its name: what is a name or an address must not leave the house as it is. */

export const namedKinds = ['address', 'role', 'database', 'application'] as const;

export type NamedKind = (typeof namedKinds)[number];

const kinds: readonly (readonly [NamedKind, RegExp])[] = [
	['address', /(?:^|_)(?:addr|address|addresses|host|hosts|hostname|client_hostname)$/],
	['role', /(?:^|_)(?:usename|user|users|role|roles|rolname|owner|member)$/],
	['database', /(?:^|_)(?:datname|database|databases|dbname)$/],
	['application', /(?:^|_)(?:application|applications|application_name)$/],
];

/** Null: a number, a state, an age, or anything else that names nobody. */
export function columnKind(column: string): NamedKind | null {
	return kinds.find(([, pattern]) => pattern.test(column))?.[0] ?? null;
}
