/** How names are written in texts, and which names are nobody's. */
import { namesNobody } from '../article/column-kind.ts';

export const isCommon = namesNobody;

/** What a machine is for, not which one it is. */
const purposes: ReadonlySet<string> = new Set([
	...['db', 'database', 'server', 'host', 'sql', 'pg', 'postgresql', 'www', 'app', 'web', 'api', 'primary'],
	...['standby', 'replica', 'master', 'main', 'test', 'prod', 'backup', 'proxy', 'pooler', 'openiz', 'ims'],
]);

/** A host by a word that any installation may have, and sentences too. */
export const isGeneric = (host: string): boolean => isCommon(host) || purposes.has(host.toLowerCase());

/** `db1` of `db1.clinic.example`; null: it has no short name that would be known again. */
export function shortHostName(host: string): string | null {
	const [, label = ''] = /^([a-z][a-z\d-]+)\.[a-z\d.-]*[a-z]/i.exec(host) ?? [];
	return label.length < 2 || isGeneric(label) ? null : label;
}

/** A name as it stands in a row, in a quoted identifier, in a literal, and on one line of text. */
export function spellingsOf(name: string): ReadonlySet<string> {
	const literal = name.replaceAll("'", "''");
	return new Set([
		name,
		name.replaceAll('"', '""'),
		literal,
		literal.replaceAll('\\', '\\\\'),
		name.replaceAll(/\s+/g, ' ').trim(),
	]);
}

const escapeForRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** An address of electronic mail. */
const mail = String.raw`(?<mail>[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24})`;

/** The owner of a home folder. */
const home = String.raw`(?<folder>[/\\](?:home|Users|Documents and Settings)[/\\]{1,2})(?<home>[^/\\\s"'<>|:;,()]+)`;

/** Where a connection string says which host it is for. */
const host = String.raw`(?<![\p{L}\p{N}_])(?<before>(?:host|hostaddr|server|data source)\s?=\s?['"]?|postgres(?:ql)?:\/\/(?:[^\s/@]{0,256}@)?)(?<host>[\p{L}\p{N}][\p{L}\p{N}.-]*)`;

/** What may be an address: the parser of addresses decides, for a time of day looks much the same. */
const address = String.raw`(?<![\p{L}\p{N}_.:])(?:[\da-f]*:[\da-f:.]*[\da-f:]|\d+(?:\.\d+){3})(?![\p{L}\p{N}_:])`;

/**
 * Everything in a text that may have to become a token. What is no known name has a group of its own: `mail`, `home` (behind
 * `folder`), `host` (behind `before`), `address`. Longest names first, so that `openiz_audit` is not read as `openiz` with a tail.
 */
export function namePattern(names: Iterable<string>): RegExp {
	const longestFirst = [...names].sort((a, b) => b.length - a.length).map(escapeForRegExp);
	// Without a name: a pattern that matches nothing.
	const known = longestFirst.length === 0 ? '(?!)' : longestFirst.join('|');
	return new RegExp(
		`${mail}|(?<![\\p{L}\\p{N}_])(?:${known})(?![\\p{L}\\p{N}_]|\\.exe\\.config)|${home}|${host}|(?<address>${address})`,
		'giu',
	);
}
