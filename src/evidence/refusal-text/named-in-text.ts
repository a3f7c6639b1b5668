/** Where and as whom a refused client tried to get in, as far as its words say. */
import { cleanText } from '../untrusted.ts';

export type NamedInText = {
	readonly host: string | null;
	readonly port: number | null;
	readonly user: string | null;
	readonly database: string | null;
};

/** A name in quotes of any kind; at most 63 bytes long, of a host 253. */
const quotedName = String.raw`\s?["“”„«»'‘’]\s?([^"“”„«»]{1,253}?)\s?["“”„«»'‘’]`;

/** What stands before the name: as libpq and the server write it in English, and what no translation touches. */
const before = {
	host: /(?:connection to server at|translate host name|running on host|pg_isready[^\n]{0,40})/,
	user: /(?:for user|for role|, user|\brole)/,
	database: /(?:for database|, database|\bdatabase)/,
} as const;
const patterns = {
	host: new RegExp(before.host.source + quotedName, 'i'),
	user: new RegExp(before.user.source + quotedName, 'i'),
	database: new RegExp(before.database.source + quotedName, 'i'),
} as const;
const socket = /["“”„«»'](\/[^"“”„«»']{0,100})\/\.s\.PGSQL\.(\d{1,5})["“”„«»']/;
const port = /\bport\s+"?(\d{1,5})\b/i;

export function namedIn(words: string): NamedInText {
	const bySocket = socket.exec(words);
	const name = (pattern: RegExp): string | null => {
		const found = pattern.exec(words)?.[1];
		// A script of ours left the name out.
		return found === undefined || found === '...' ? null : cleanText(found, { max: 253 });
	};
	const number = Number(bySocket?.[2] ?? port.exec(words)?.[1] ?? Number.NaN);
	return {
		host: bySocket?.[1] ?? name(patterns.host),
		port: number > 0 && number <= 65_535 ? number : null,
		user: name(patterns.user),
		database: name(patterns.database),
	};
}
