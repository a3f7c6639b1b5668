/**
 * Connection strings with libpq's meaning (PostgreSQL documentation, "Connection Strings"): `keyword=value` pairs
 * and URIs. No value is ever repeated in an error, since any of them may be a piece of a password.
 */
import { type Conninfo, type ConninfoKeyword, keywordNamed } from './keywords.ts';
import { SettingsError } from './settings-error.ts';

const uriPrefixes = ['postgresql://', 'postgres://'] as const;

const isUri = (text: string) => uriPrefixes.some((prefix) => text.startsWith(prefix));

/** Whether psql would take this for a connection string rather than for a database's name. */
export function isConninfo(text: string): boolean {
	return isUri(text) || text.includes('=');
}

/** @throws SettingsError with what is wrong and where, without the text itself */
export function parseConninfo(text: string): Conninfo {
	return isUri(text) ? parseUri(text) : parsePairs(text);
}

function parsePairs(text: string): Conninfo {
	const found: Partial<Record<ConninfoKeyword, string>> = {};
	let at = 0;
	const skipBlanks = () => {
		while (/\s/.test(text.charAt(at))) at += 1;
	};
	for (skipBlanks(); at < text.length; skipBlanks()) {
		const start = at;
		while (at < text.length && !/[\s=]/.test(text.charAt(at))) at += 1;
		const name = text.slice(start, at);
		skipBlanks();
		if (text.charAt(at) !== '=') {
			throw new SettingsError(`The connection string has no "=" where one is due (character ${at + 1}).`, [
				"Write it as keyword=value pairs, with single quotes around a value that has blanks: password='two words'.",
			]);
		}
		at += 1;
		const keyword = keywordNamed(name, 'The connection string', found.password === undefined);
		skipBlanks();
		const value = readValue(text, at);
		found[keyword] = value.text;
		at = value.end;
	}
	return found;
}

function readValue(text: string, start: number): { readonly text: string; readonly end: number } {
	const quoted = text.charAt(start) === "'";
	let at = quoted ? start + 1 : start;
	let value = '';
	for (; at < text.length; at += 1) {
		const character = text.charAt(at);
		if (character === '\\') {
			at += 1;
			value += text.charAt(at);
		} else if (quoted ? character === "'" : /\s/.test(character)) {
			return { text: value, end: at + 1 };
		} else value += character;
	}
	if (quoted) {
		throw new SettingsError('The connection string has a quote that is not closed.', [
			"End the value with a single quote; write \\' for a quote inside it.",
		]);
	}
	return { text: value, end: at };
}

function parseUri(text: string): Conninfo {
	const afterScheme = text.slice(text.indexOf('://') + 3);
	const [beforeQuery, query] = cutAt(afterScheme, '?');
	const [authority, path] = cutAt(beforeQuery, '/');
	const found: Partial<Record<ConninfoKeyword, string>> = {};

	const userEnd = authority.indexOf('@');
	if (userEnd >= 0) {
		const [user, password] = cutAt(authority.slice(0, userEnd), ':');
		if (user !== '') found.user = decode(user, 'user name');
		if (password !== null && password !== '') found.password = decode(password, 'password');
	}
	const hosts = authority.slice(userEnd + 1);
	if (hosts !== '') {
		const parsed = hosts.split(',').map(parseHost);
		found.host = parsed.map(({ host }) => host).join(',');
		if (parsed.some(({ port }) => port !== '')) found.port = parsed.map(({ port }) => port).join(',');
	}
	if (path !== null && path !== '') found.dbname = decode(path, 'database name');
	for (const pair of query === null || query === '' ? [] : query.split('&')) {
		const [keyword, value] = parseParameter(pair);
		found[keyword] = value;
	}
	return found;
}

function parseHost(text: string): { readonly host: string; readonly port: string } {
	const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text);
	if (text.startsWith('[') && !bracketed) {
		throw new SettingsError('The connection URI has an IPv6 address whose bracket is not closed.', [
			'Write it as postgresql://user@[2001:db8::1]:5432/database.',
		]);
	}
	const colon = text.indexOf(':');
	const host = bracketed ? (bracketed[1] ?? '') : colon < 0 ? text : text.slice(0, colon);
	const port = bracketed ? (bracketed[2] ?? '') : colon < 0 ? '' : text.slice(colon + 1);
	return { host: decode(host, 'host'), port: decode(port, 'port') };
}

function parseParameter(pair: string): readonly [ConninfoKeyword, string] {
	const [name, value] = cutAt(pair, '=');
	if (value === null || value.includes('=')) {
		throw new SettingsError('The connection URI has a parameter that is not one name=value pair.', [
			'Parameters follow "?" and are separated by "&": ?sslmode=require&connect_timeout=5. Write %3D for "=" in a value.',
		]);
	}
	const decodedName = decode(name, 'parameter');
	const decodedValue = decode(value, decodedName);
	// JDBC's spelling, which libpq understands too.
	if (decodedName === 'ssl' && decodedValue === 'true') return ['sslmode', 'require'];
	return [keywordNamed(decodedName, 'The connection URI'), decodedValue];
}

function decode(text: string, what: string): string {
	const shown = /^[\w -]{1,40}$/.test(what) ? what : 'parameter';
	if (/%(?![0-9a-fA-F]{2})/.test(text) || /%00/.test(text)) {
		throw new SettingsError(`The ${shown} in the connection URI has a "%" that begins no character.`, [
			'Write special characters as % and two hexadecimal digits: %25 for "%", %40 for "@", %2F for "/".',
		]);
	}
	try {
		return decodeURIComponent(text);
	} catch {
		throw new SettingsError(`The ${shown} in the connection URI is not UTF-8 once decoded.`, [
			'Percent-encode it as UTF-8.',
		]);
	}
}

function cutAt(text: string, separator: string): readonly [string, string | null] {
	const at = text.indexOf(separator);
	return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + separator.length)];
}
