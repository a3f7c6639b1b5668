/** A connection string as Npgsql 3.2.5 reads it: what it says, and where in the text it says so. */

export type Setting = {
	/** Lower case, as it is compared. */
	readonly key: string;
	readonly value: string;
	/** The value as written, its quotes included. */
	readonly start: number;
	readonly end: number;
};

/** Npgsql's own defaults; the sizes of a pool are counted in connections. */
export const defaultMaxPoolSize = 100;
export const defaultMinPoolSize = 0;
export const defaultPort = 5432;
/** In seconds. */
export const defaultCommandTimeout = 30;

/** What .NET calls a key, and the other names that Npgsql 3.2.5 has for it. `Max Pool Size` is none of them. */
const names = {
	host: ['host', 'server'],
	port: ['port'],
	database: ['database', 'db'],
	user: ['username', 'user name', 'userid', 'user id', 'uid'],
	password: ['password', 'psw', 'pwd'],
	pooling: ['pooling'],
	maxPoolSize: ['maximum pool size', 'maxpoolsize'],
	minPoolSize: ['minimum pool size', 'minpoolsize'],
	commandTimeout: ['command timeout', 'commandtimeout'],
} as const;

export type SettingName = keyof typeof names;

/** One name for a key that has several: `user id` and `uid` are `user`. */
export function nameOfKey(key: string): string {
	return Object.entries(names).find(([, keys]) => keys.some((known) => known === key))?.[0] ?? key;
}

/** Keys of later versions and of other drivers: this one ends with “Keyword not supported”. */
export const unknownPoolKeys: readonly string[] = ['max pool size', 'min pool size'];

/** The last one counts where a key stands twice. Null: it is not there. */
export function settingOf(settings: readonly Setting[], name: SettingName): Setting | null {
	const keys: readonly string[] = names[name];
	return settings.findLast(({ key }) => keys.includes(key)) ?? null;
}

/** Null: it is not written as key=value;… */
export function parseConnectionString(text: string): readonly Setting[] | null {
	const settings: Setting[] = [];
	let at = 0;
	for (;;) {
		while (at < text.length && /[\s;]/.test(text.charAt(at))) at += 1;
		if (at >= text.length) return settings;
		const equals = keyEnd(text, at);
		if (equals === null) return null;
		const key = text.slice(at, equals).replaceAll('==', '=').trim().toLowerCase();
		if (key === '') return null;
		const value = readValue(text, equals + 1);
		if (value === null) return null;
		settings.push({ key, value: value.text, start: value.start, end: value.end });
		at = value.next;
	}
}

/** Where the `=` stands that ends the key; two of them are one character of it. */
function keyEnd(text: string, from: number): number | null {
	for (let at = from; at < text.length; at += 1) {
		if (text[at] === ';') return null;
		if (text[at] !== '=') continue;
		if (text[at + 1] !== '=') return at;
		at += 1;
	}
	return null;
}

function readValue(text: string, from: number) {
	let start = from;
	while (start < text.length && /\s/.test(text.charAt(start))) start += 1;
	const quote = text[start];
	if (quote !== '"' && quote !== "'") {
		const semicolon = text.indexOf(';', start);
		const stop = semicolon < 0 ? text.length : semicolon;
		const written = text.slice(start, stop).trimEnd();
		return { text: written, start, end: start + written.length, next: stop };
	}
	let end = start + 1;
	let value = '';
	for (;;) {
		const close = text.indexOf(quote, end);
		if (close < 0) return null;
		value += text.slice(end, close);
		end = close + 1;
		if (text[end] !== quote) break;
		value += quote;
		end += 1;
	}
	const rest = /^\s*(?:;|$)/.exec(text.slice(end));
	return rest === null ? null : { text: value, start, end, next: end + rest[0].length };
}
