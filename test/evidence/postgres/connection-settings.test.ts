import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { resolveSettings } from '../../../src/evidence/postgres/connection-settings.ts';
import { Secret } from '../../../src/evidence/postgres/secret.ts';
import { SettingsError } from '../../../src/evidence/postgres/settings-error.ts';
import { verification } from '../../../src/evidence/postgres/tls-settings.ts';
import { machine, settingsFor } from './surroundings.ts';

const places = (settings: ReturnType<typeof settingsFor>) =>
	settings.hosts.map(({ kind, host, address, port }) => ({ kind, host, address, port }));
const passwords = (settings: ReturnType<typeof settingsFor>) =>
	settings.hosts.map(({ password }) => password?.reveal() ?? null);

describe('where settings come from', () => {
	it('takes a flag before the string, the string before the service, the service before the environment', () => {
		const surroundings = machine({
			env: {
				PGSERVICE: 'site',
				PGHOST: 'env',
				PGPORT: '1',
				PGUSER: 'env',
				PGDATABASE: 'env',
				PGSSLMODE: 'disable',
			},
			files: {
				'/home/ada/.pg_service.conf':
					'# ours\n[other]\nuser=no\n[site]\nuser=service\nport=2\ndbname=service\n[last]\nport=9\n',
			},
		});
		const settings = resolveSettings({ conninfo: 'dbname=string port=3', port: '4' }, surroundings);
		expect(places(settings)).toEqual([{ kind: 'tcp', host: 'env', address: null, port: 4 }]);
		expect(settings).toMatchObject({ user: 'service', database: 'string', tls: { mode: 'disable' } });
	});

	it('falls back to the socket folder, the own name and the database of that name', () => {
		const settings = resolveSettings({}, machine({ folders: ['/var/run/postgresql'] }));
		expect(places(settings)).toEqual([
			{ kind: 'unix', host: '/var/run/postgresql', address: null, port: 5432 },
		]);
		expect(settings).toMatchObject({ user: 'ada', database: 'ada', connectTimeoutMs: 10_000 });
		expect(resolveSettings({}, machine()).hosts[0]?.host).toBe('/tmp');
		expect(resolveSettings({}, machine({ platform: 'win32' })).hosts[0]).toMatchObject({
			kind: 'tcp',
			host: 'localhost',
		});
	});

	it('takes an empty value in the string for written: the environment is not asked', () => {
		const surroundings = machine({ env: { PGHOST: 'env' } });
		expect(resolveSettings({ conninfo: "host=''" }, surroundings).hosts[0]?.host).toBe('/tmp');
		expect(resolveSettings({}, machine({ env: { PGHOST: '' } })).hosts[0]?.host).toBe('/tmp');
	});

	it('takes a connection string as the database, as psql does', () => {
		const settings = resolveSettings({ database: 'postgresql://db/openiz', user: 'u' }, machine());
		expect(settings).toMatchObject({ user: 'u', database: 'openiz' });
		expect(settings.hosts[0]?.host).toBe('db');
	});

	it('pairs hosts, addresses and ports', () => {
		expect(places(settingsFor('host=a,/sock,b port=1,2,3'))).toEqual([
			{ kind: 'tcp', host: 'a', address: null, port: 1 },
			{ kind: 'unix', host: '/sock', address: null, port: 2 },
			{ kind: 'tcp', host: 'b', address: null, port: 3 },
		]);
		expect(places(settingsFor('host=a,b hostaddr=10.0.0.1,10.0.0.2 port=7'))).toEqual([
			{ kind: 'tcp', host: 'a', address: '10.0.0.1', port: 7 },
			{ kind: 'tcp', host: 'b', address: '10.0.0.2', port: 7 },
		]);
		expect(settingsFor('hostaddr=10.0.0.9').hosts[0]).toMatchObject({ kind: 'tcp', host: '10.0.0.9' });
	});

	it.each([
		'host=a,b hostaddr=10.0.0.1',
		'host=a,b,c port=1,2',
		'port=none',
		'port=70000',
		'sslmode=maybe',
		'connect_timeout=soon',
		'target_session_attrs=fast',
		'service=nowhere',
		'gssencmode=require',
		'requirepeer=postgres',
		'require_auth=md5,!password',
		'sslrootcert=system sslmode=require',
		'sslnegotiation=direct sslmode=prefer',
	])('refuses %s and says what to do', (conninfo) => {
		expect(() => settingsFor(conninfo)).toThrow(SettingsError);
		try {
			settingsFor(conninfo);
		} catch (error) {
			expect(error).toMatchObject({ next: [expect.stringMatching(/\w/)] });
		}
	});

	it('takes connect_timeout in seconds, and never waits for ever', () => {
		expect(settingsFor('connect_timeout=3').connectTimeoutMs).toBe(3_000);
		expect(settingsFor('connect_timeout=0').connectTimeoutMs).toBe(10_000);
	});
});

describe('the password file', () => {
	const file = [
		'# comment',
		'db:5432:openiz:ada:first',
		String.raw`d\:b:*:*:ada:co\:lon\\back`,
		'localhost:5432:*:*:by-socket',
		'*:*:*:*:anything:with:colons',
	].join('\n');
	const files = { '/home/ada/.pgpass': file };

	it.each([
		['host=db dbname=openiz', 'first'],
		['host=db dbname=other', 'anything'],
		['host=/tmp dbname=x', 'by-socket'],
		['host=/elsewhere dbname=x', 'anything'],
	])('%s', (conninfo, password) => expect(passwords(settingsFor(conninfo, files))).toEqual([password]));

	it('takes escaped colons and backslashes', () => {
		const settings = resolveSettings({ host: 'd:b' }, machine({ files }));
		expect(passwords(settings)).toEqual([String.raw`co:lon\back`]);
	});

	it('gives each host its own', () => {
		const own = { '/home/ada/.pgpass': 'a:*:*:*:for-a\nb:*:*:*:for-b' };
		expect(passwords(settingsFor('host=a,b,c', own))).toEqual(['for-a', 'for-b', null]);
	});

	it('is not asked when a password was given', () => {
		expect(passwords(settingsFor('host=db password=own', files))).toEqual(['own']);
		const typed = resolveSettings(
			{ conninfo: 'host=db password=own', password: new Secret('typed') },
			machine(),
		);
		expect(passwords(typed)).toEqual(['typed']);
	});

	it('is set aside with a warning when others may read it, but on Windows', () => {
		const open = { text: '*:*:*:*:pw', mode: 0o644 };
		const settings = settingsFor('host=db', { '/home/ada/.pgpass': open });
		expect(passwords(settings)).toEqual([null]);
		expect(settings.warnings.join()).toContain('chmod 600 /home/ada/.pgpass');
		const windows = machine({
			platform: 'win32',
			env: { APPDATA: 'C:\\Users\\ada\\AppData\\Roaming' },
			files: { 'C:\\Users\\ada\\AppData\\Roaming\\postgresql\\pgpass.conf': open },
		});
		expect(passwords(resolveSettings({ host: 'db' }, windows))).toEqual(['pw']);
	});

	it('lies where PGPASSFILE says', () => {
		const surroundings = machine({ env: { PGPASSFILE: '/etc/pw' }, files: { '/etc/pw': '*:*:*:*:there' } });
		expect(passwords(resolveSettings({ host: 'db' }, surroundings))).toEqual(['there']);
	});
});

describe('how much of the certificate is checked', () => {
	const root = { '/home/ada/.postgresql/root.crt': 'PEM' };
	it.each([
		['sslmode=prefer', root, 'none'],
		['sslmode=require', {}, 'none'],
		['sslmode=require', root, 'chain'],
		['sslmode=verify-ca', root, 'chain'],
		['sslmode=verify-full', root, 'full'],
		['sslrootcert=system', {}, 'full'],
	])('%s', (conninfo, files, expected) => {
		expect(verification(settingsFor(conninfo, files).tls)).toBe(expected);
	});

	it('does not use a key that others may read', () => {
		const files = {
			'/home/ada/.postgresql/postgresql.crt': 'PEM',
			'/home/ada/.postgresql/postgresql.key': { text: 'KEY', mode: 0o644 },
		};
		expect(() => settingsFor('host=db', files)).toThrow(/may be read by others/);
	});
});

it('shows no secret, however it is looked at', () => {
	const settings = settingsFor('host=db password=hunter2 sslpassword=hunter2', {
		'/home/ada/.postgresql/postgresql.crt': 'PEM',
		'/home/ada/.postgresql/postgresql.key': 'hunter2',
	});
	const secret = settings.hosts[0]?.password;
	const shown = [
		JSON.stringify(settings),
		inspect(settings, { depth: 9, showHidden: true }),
		String(secret),
		`${secret}`,
	];
	expect(shown.join()).not.toContain('hunter2');
	expect(secret?.reveal()).toBe('hunter2');
});
