import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, withoutSecrets } from '../../src/evidence/untrusted.ts';

describe('cleanText', () => {
	it.each([
		['colours and cursor movements', '\x1b[31mred\x1b[0m\x1b[2J\x1b[10;10H', 'red'],
		['a window title with BEL', 'a\x1b]0;owned\x07b', 'ab'],
		['a hyperlink with ST', '\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\', 'click'],
		['an OSC that is never closed', 'a\x1b]52;c;aGk=\nb', 'a b'],
		['one-character C1 forms', 'a\x9b31mb\x9d0;title\x9cc\x90q\x9cd', 'abcd'],
		['a lone escape', 'a\x1b', 'a'],
		['backspaces and carriage returns that overwrite', 'OK\x08\x08NO\rYES', 'OKNO YES'],
		['bidirectional overrides', 'user\u202etxt.exe\u2066x\u2069', 'usertxt.exex'],
		['zero-width and tag characters', 'pa\u200bss\u{e0041}wo\ufeffrd\u00ad', 'password'],
		['blank fillers', 'a\u3164\u115f\u034fb', 'ab'],
		['lone surrogates', 'a\ud800b\udc00c', 'a\ufffdb\ufffdc'],
		['line separators', 'a\u2028b\u2029c\u0085d', 'a b c d'],
		['NUL', 'a\0b', 'ab'],
	])('%s', (_, hostile, shown) => {
		expect(cleanText(hostile)).toBe(shown);
	});

	it('keeps what people write', () => {
		expect(cleanText('Zoë Ñandú 日本語 😀 é')).toBe('Zoë Ñandú 日本語 😀 é');
	});

	it('keeps lines and tabs only where they are wanted', () => {
		expect(cleanText('a\r\n\tb\rc')).toBe('a b c');
		expect(cleanText('a\r\n\tb\rc', { multiline: true })).toBe('a\n\tb\nc');
	});

	it('bounds the length without cutting a character in two', () => {
		expect(cleanText('x'.repeat(5000))).toHaveLength(2000);
		expect(cleanText('😀😀😀', { max: 4 })).toBe('😀…');
	});

	it('leaves nothing that a terminal obeys, whatever comes in', () => {
		const nasty = fc.string({
			unit: fc.constantFrom('\x1b', '[', ']', '\x9b', '\x07', '\\', 'm', '\u202e', '\ud83d', 'a', '\n'),
		});
		fc.assert(
			fc.property(nasty, (text) => {
				expect(cleanText(text, { multiline: true })).not.toMatch(
					/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/,
				);
				expect(cleanText(text).isWellFormed()).toBe(true);
			}),
		);
	});
});

describe('withoutSecrets', () => {
	const secret = 'hunter2';
	it.each([
		`<add key="ApiSecret" value="${secret}"/>`,
		`<add value='${secret}' key="Ims.AccessToken" />`,
		`<property name="db.password" xx="1" value="${secret} &amp; more`,
		`<machineKey validationKey="${secret}" decryptionKey="${secret}" validation="SHA1"/>`,
		`<clientSecret>${secret} still</clientSecret>`,
		`host=db password=${secret} user=openiz`,
		`host=db password = '${secret} it''s' user=openiz`,
		`password='${secret} \\' still' user=x`,
		`password='${secret} never closed`,
		`Server=db;User Id=postgres;Password=${secret};Pooling=true`,
		`Server=db;PWD=a b ${secret};Database=x`,
		`Server=db;Psw="a;${secret}";Database=x`,
		`<add connectionString="server=db;password=a&amp;${secret};database=x" />`,
		`<add connectionString="server=db;password=a&quot;${secret};database=x" />`,
		`password=a,${secret} user=x`,
		`password=a"${secret}) user=x`,
		`postgres://openiz:${secret}@db:5432/openiz`,
		`postgresql://openiz:p@${secret}/x'y@db/openiz?sslmode=require`,
		`jdbc:postgresql://db/openiz?user=x&password=${secret}`,
		`ALTER ROLE openiz PASSWORD '${secret}' VALID UNTIL 'x'`,
		`CREATE USER x WITH ENCRYPTED PASSWORD E'a\\'${secret}'`,
		`alter role x password $q$a$b ${secret}$q$`,
		`ALTER ROLE x\n  PASSWORD\n  '${secret}'`,
		`PGPASSWORD=${secret} psql -h db`,
		`PGPASSWORD="${secret}" psql`,
		`psql --password ${secret} -h db`,
		`Authorization: Bearer ${secret}.abc.def`,
		`authorization = Custom ${secret}`,
		`{"user":"x","password":"a\\"${secret}","port":5432}`,
		`{"client_secret": "${secret}"}`,
		`'password' => '${secret}'`,
		`secret=${secret};auth=${secret}`,
		`api_key: ${secret}`,
		`AccountKey=${secret}==;EndpointSuffix=x`,
		`db.example:5432:openiz:postgres:${secret}:x`,
		`-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`,
		`-----BEGIN PRIVATE KEY-----\n${secret}`,
		`SCRAM-SHA-256$4096:${secret}$x:y`,
		`sslpassword=${secret}`,
		`passphrase: ${secret}`,
	])('%s', (text) => {
		const result = withoutSecrets(text);
		expect(result).not.toContain(secret);
		expect(result).toContain('***');
	});

	it('leaves the advice where a secret is to be read from', () => {
		expect(withoutSecrets('give --set replication_password=@FILE instead')).toContain('=@FILE instead');
		expect(withoutSecrets('password=@FILE1')).toBe('password=***');
	});

	it('says nothing of how long a secret was', () => {
		expect(withoutSecrets('password=a')).toBe(withoutSecrets(`password=${'a'.repeat(40)}`));
	});

	it.each([
		'FATAL: password authentication failed for user "openiz"',
		'postgres://openiz@db:5432/openiz',
		'https://db.example:8080/imsi',
		'2001:4860:4860:8888:1:2:3:4',
		'remaining connection slots are reserved for roles with the SUPERUSER attribute',
		'host=db port=5432 user=openiz dbname=openiz',
		'ALTER DATABASE "openiz" CONNECTION LIMIT 0',
		'<add key="PageSize" value="25"/> <add key="x" value="y"/>',
		'<authorization> <allow users="*"/> </authorization>',
		'give <password> where it asks',
	])('leaves alone: %s', (text) => {
		expect(withoutSecrets(text)).toBe(text);
	});

	it('keeps what stands around a secret', () => {
		expect(withoutSecrets('host=db password=x user=openiz')).toBe('host=db password=*** user=openiz');
		expect(withoutSecrets('postgres://u:p@db/x')).toBe('postgres://u:***@db/x');
	});

	it('finds a name that invisible characters split, after cleanText', () => {
		expect(withoutSecrets(cleanText('pass\u200bword\u202e=hunter2'))).not.toContain('hunter2');
	});

	it.each([
		"password='",
		'a://b:',
		"password '",
		'password = = ',
		'pass-',
		'password $$',
		'key="pass',
		'value="a" ',
		'<password>',
		'<add name="token" ',
		'-----BEGIN PRIVATE KEY-----',
	])(
		'is not slowed down by %s repeated',
		(piece) => {
			const begun = performance.now();
			withoutSecrets(piece.repeat(Math.ceil(200_000 / piece.length)));
			expect(performance.now() - begun).toBeLessThan(30_000);
		},
		60_000,
	);
});
