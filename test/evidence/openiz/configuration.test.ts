import { expect, test } from 'vitest';
import { readConfiguration } from '../../../src/evidence/openiz/configuration.ts';
import { parseConnectionString } from '../../../src/evidence/openiz/connection-string.ts';
import { managerSettings, managerStrings } from '../../../src/evidence/openiz/manager.ts';
import { fittingSize, poolsOf } from '../../../src/evidence/openiz/pools.ts';
import { configuration, password, pool, sample } from './configurations.ts';

const read = (text: string, encoding: BufferEncoding = 'utf8') =>
	readConfiguration(Buffer.from(text, encoding), 'openiz.exe.config');
const minimal = (body: string) => `<configuration>${body}</configuration>`;

test.each([
	{},
	{ bom: true, newline: '\r\n' as const },
	{ quote: "'" as const, spread: true },
	{ newline: '\r\n' as const, spread: true },
])('the first manager of the section counts, and every pool of Npgsql: %j', (shape) => {
	const found = read(configuration({ ...shape, manager: `stm=' True ' maxRequests="4"` }));
	expect(managerSettings(found)).toEqual({ label: 'openiz.exe.config', stm: true, maxRequests: 4 });
	const { readWrite, readonly } = managerStrings(found);
	expect([readWrite.name, readonly.name]).toEqual(['PSQL_RW', 'PSQL_RO']);
	const { pools, ...sums } = poolsOf([found]);
	expect(sums).toEqual({ strings: 3, connections: 60, floor: 20, unlimited: 0, elsewhere: 0 });
	expect(pools.map(({ names, max, usedBy }) => ({ names, max, usedBy }))).toEqual([
		{ names: ['Reporting'], max: 30, usedBy: ['openiz.warehouse.ado', 'openiz.persistence.data.ado'] },
		{ names: ['PSQL_RW', 'PSQL_RO'], max: 30, usedBy: ['openiz.persistence.data.ado'] },
	]);
});

test('what a string leaves out is what Npgsql takes: 100 at most, none kept', () => {
	const found = read(configuration({ strings: [['PSQL_RW', 'Host=db; Database=openiz']] }));
	expect(poolsOf([found])).toMatchObject({ connections: 100, floor: 0 });
});

test('keys go by any name of theirs, in any case, in quotes, and the last one counts', () => {
	const text = `SERVER=db;Database="a;b";maximum pool size=7;MAXPOOLSIZE = '9' ;minpoolsize=2;Password='it''s;=x'`;
	const found = read(configuration({ strings: [['PSQL_RW', text]] }));
	expect(poolsOf([found]).pools).toMatchObject([{ host: 'db', database: 'a;b', max: 9, min: 2 }]);
	expect(parseConnectionString('a==b=c;;d=')).toMatchObject([
		{ key: 'a=b', value: 'c' },
		{ key: 'd', value: '' },
	]);
	for (const bad of ['a', 'a=1;b', '=1', `a='1`, `a="1"2`]) expect(parseConnectionString(bad)).toBeNull();
});

test('pools for another server take none of its slots', () => {
	const strings = [
		['PSQL_RW', pool('openiz', 'MaxPoolSize=20')],
		['PSQL_RO', pool('openiz', 'MaxPoolSize=50').replace('db.example', 'standby.example')],
	] as const;
	expect(poolsOf([read(configuration({ strings }))])).toMatchObject({ connections: 20, elsewhere: 1 });
});

test('a pool that does not pool is counted as without limit', () => {
	const found = read(configuration({ strings: [['PSQL_RW', 'Host=db;Database=o;Pooling=False']] }));
	expect(poolsOf([found])).toMatchObject({ unlimited: 1 });
});

test('several instances are several sets of pools', () => {
	expect(poolsOf([read(configuration()), read(configuration())])).toMatchObject({
		strings: 6,
		connections: 120,
		floor: 40,
	});
});

test('three slots stay for administrators and five for monitoring', () => {
	expect(fittingSize(97, 8)).toBe(11);
	expect(fittingSize(97, 89)).toBe(1);
	expect(fittingSize(97, 90)).toBe(0);
});

const twice = (text: string, element: string) =>
	text.replace(new RegExp(`(\n *<${element}>[^]*</${element}>)`), '$1$1');

test.each([
	['UTF-16 with a mark', Buffer.from(`\ufeff${configuration()}`, 'utf16le'), 'encoding', 'UTF-16'],
	['UTF-16 without one', Buffer.from(configuration(), 'utf16le'), 'encoding', 'UTF-16'],
	['bytes that are no UTF-8', Buffer.from(configuration(), 'latin1'), 'encoding', 'not valid UTF-8'],
	[
		'a declared encoding that the bytes may not be in',
		Buffer.from(configuration().replace('utf-8', 'windows-1252')),
		'encoding',
		'windows-1252',
	],
	['another root', Buffer.from('<a/>'), 'not-a-configuration', '<a>'],
	['an empty file', Buffer.from(''), 'not-well-formed', 'there is no element, at line 1, column 1'],
	[
		'two sections of connection strings',
		Buffer.from(twice(configuration(), 'connectionStrings')),
		'two-sections',
		'2 times',
	],
	[
		'strings in another file',
		Buffer.from(minimal('<connectionStrings configSource="strings.config"/>')),
		'strings-elsewhere',
		'strings.config',
	],
	[
		'strings that are encrypted',
		Buffer.from(minimal('<connectionStrings configProtectionProvider="Rsa"><x/></connectionStrings>')),
		'strings-encrypted',
		'encrypted',
	],
])('%s is refused, and said', (_, bytes, code, words) => {
	expect(() => readConfiguration(bytes, 'openiz.exe.config')).toThrow(
		expect.objectContaining({
			message: expect.stringContaining(words),
			failure: expect.objectContaining({ code, next: [expect.any(String)] }),
		}),
	);
});

test('another encoding that says the same of plain ASCII is read', () => {
	const text = configuration().replace('utf-8', 'iso-8859-1').replace('ä€😀', '');
	expect(read(text).strings).toHaveLength(3);
});

test.each([
	['the sample', sample, 'only-in-comments', 'only inside a comment'],
	['no section at all', minimal(''), 'no-section', 'has no <openiz.persistence.data.ado>'],
	['two sections', twice(configuration(), 'openiz.persistence.data.ado'), 'two-sections', '2 times'],
	[
		'a section without a manager',
		minimal('<openiz.persistence.data.ado/>'),
		'no-manager',
		'no <connectionManager>',
	],
	['stm="1"', configuration({ manager: 'stm="1"' }), 'bad-setting', 'stm="1", and the IMS does not start'],
	['maxRequests="x"', configuration({ manager: 'maxRequests="x"' }), 'bad-setting', 'maxRequests="x"'],
])('%s has no settings to read, and says why', (_, text, code, words) => {
	expect(() => managerSettings(read(text))).toThrow(
		expect.objectContaining({
			message: expect.stringContaining(words),
			failure: expect.objectContaining({ code }),
		}),
	);
});

test('a name that no connection string has is told', () => {
	const text = configuration().replace('"PSQL_RO"', '"psql_ro"');
	expect(() => managerStrings(read(text))).toThrow(/names the connection string psql_ro and has no such one/);
});

test.each([
	['Max Pool Size=5', /“max pool size”, which Npgsql 3.2.5 does not know/],
	['MaxPoolSize=many', /a pool size that is no number: “many”/],
	['MaxPoolSize', /is not written as key=value;…/],
])('a pool with %s is told, without the password', (setting, words) => {
	const found = read(configuration({ strings: [['PSQL_RW', `Host=db;Password=${password};${setting}`]] }));
	expect(() => poolsOf([found])).toThrow(words);
	expect(() => poolsOf([found])).not.toThrow(new RegExp(password));
});
