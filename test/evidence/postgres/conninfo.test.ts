import { describe, expect, it } from 'vitest';
import { isConninfo, parseConninfo } from '../../../src/evidence/postgres/conninfo.ts';
import { SettingsError } from '../../../src/evidence/postgres/settings-error.ts';

function refusal(text: string): SettingsError {
	try {
		parseConninfo(text);
	} catch (error) {
		if (error instanceof SettingsError) return error;
		throw error;
	}
	throw new Error(`accepted: ${text}`);
}

describe('keyword=value strings', () => {
	it.each([
		['host=db port=5433 dbname=openiz', { host: 'db', port: '5433', dbname: 'openiz' }],
		["password='two words' user=ada", { password: 'two words', user: 'ada' }],
		[`password='it\\'s' user=a\\ b`, { password: "it's", user: 'a b' }],
		[' host = db\n port\t=\t5433 ', { host: 'db', port: '5433' }],
		["host='' user=ada", { host: '', user: 'ada' }],
		['', {}],
		['user=a user=b', { user: 'b' }],
	])('%s', (text, expected) => expect(parseConninfo(text)).toEqual(expected));

	it('names the nearest keyword for a misspelt one', () => {
		const error = refusal('host=db sslmod=require');
		expect(error.message).toContain('"sslmod"');
		expect(error.next.join()).toContain('"sslmode"');
	});

	it.each([
		'password=se cret host=db',
		"password='secret",
		'password=my se=cret',
		'host=db password=x secret',
	])('repeats no part of a password: %s', (text) => {
		const error = refusal(text);
		expect(`${error.message} ${error.next.join(' ')}`).not.toMatch(/cret|my/);
	});
});

describe('URIs', () => {
	it.each([
		['postgresql://', {}],
		['postgres://localhost', { host: 'localhost' }],
		['postgresql://localhost:5433/openiz', { host: 'localhost', port: '5433', dbname: 'openiz' }],
		['postgresql://ada@localhost', { user: 'ada', host: 'localhost' }],
		['postgresql://ada:s%40cret%2F@db', { user: 'ada', password: 's@cret/', host: 'db' }],
		['postgresql://:pw@db', { password: 'pw', host: 'db' }],
		[
			'postgresql://a:1,b:2,c/x?target_session_attrs=any',
			{ host: 'a,b,c', port: '1,2,', dbname: 'x', target_session_attrs: 'any' },
		],
		['postgresql://[2001:db8::1]:5433/x', { host: '2001:db8::1', port: '5433', dbname: 'x' }],
		['postgresql://[::1]', { host: '::1' }],
		['postgresql://%2Fvar%2Frun%2Fpostgresql/x', { host: '/var/run/postgresql', dbname: 'x' }],
		['postgresql:///x?host=/tmp&port=6000', { dbname: 'x', host: '/tmp', port: '6000' }],
		['postgresql://db?ssl=true', { host: 'db', sslmode: 'require' }],
		['postgresql://db/x?options=-c%20geqo%3Doff', { host: 'db', dbname: 'x', options: '-c geqo=off' }],
		['postgresql://db/%C3%BC', { host: 'db', dbname: 'ü' }],
	])('%s', (text, expected) => expect(parseConninfo(text)).toEqual(expected));

	it.each([
		'postgresql://db/x?sslmode',
		'postgresql://db/x?a=b=c',
		'postgresql://[::1/x',
		'postgresql://db/%zz',
		'postgresql://db/%00',
		'postgresql://db/%ff',
		'postgresql://ada:hidden%zz@db/x',
	])('refuses %s, with a way out and without a secret', (text) => {
		const error = refusal(text);
		expect(error.next.length).toBeGreaterThan(0);
		expect(`${error.message} ${error.next.join(' ')}`).not.toContain('hidden');
	});

	it('names the nearest parameter for a misspelt one', () => {
		expect(refusal('postgresql://db?conect_timeout=3').next.join()).toContain('"connect_timeout"');
	});
});

it('tells a connection string from a name', () => {
	expect(isConninfo('postgres://db')).toBe(true);
	expect(isConninfo('host=db')).toBe(true);
	expect(isConninfo('openiz')).toBe(false);
});
