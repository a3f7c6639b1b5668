import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readConfiguration } from '../../src/evidence/openiz/configuration.ts';
import { managerStrings } from '../../src/evidence/openiz/manager.ts';
import { scanXml } from '../../src/evidence/openiz/scan-xml.ts';
import { edited, setAttribute } from '../../src/fixes/openiz/edit.ts';
import { fetching } from '../../src/fixes/openiz/fetching.ts';
import { shrinkPools } from '../../src/fixes/openiz/pool-edits.ts';
import { readFrom } from '../../src/fixes/openiz/reading-edits.ts';
import type { ValueOf } from '../../src/fixes/openiz/wanted.ts';
import { configuration, pool, type Shape } from '../evidence/openiz/configurations.ts';
import { anyConfiguration } from './any-configuration.ts';

const read = (text: string) => readConfiguration(Buffer.from(text), 'openiz.exe.config');

function withFetching(text: string, values: Readonly<Record<string, string | number>>): string {
	const value: ValueOf = (name) => values[name] ?? null;
	const wanted = fetching(value);
	if ('kind' in wanted) throw new Error(JSON.stringify(wanted));
	const found = read(text);
	const changing = wanted.change([found]);
	if ('kind' in changing) throw new Error(JSON.stringify(changing));
	return edited(found.text, changing.edits(found));
}

const shrunk = (text: string, size: number): string => {
	const found = read(text);
	return edited(found.text, shrinkPools(found, size).edits);
};

const shapes: readonly Shape[] = [
	{},
	{ bom: true, newline: '\r\n', spread: true },
	{ quote: "'" },
	{ quote: "'", newline: '\r\n', spread: true },
];

test('whatever the file, stm changes the bytes of its attribute and no other', () => {
	fc.assert(
		fc.property(anyConfiguration({ stm: true, size: null }), ({ before, after }) => {
			const bytes = Buffer.from(withFetching(before, { stm: 'true' }));
			expect(bytes.toString('hex')).toBe(Buffer.from(after).toString('hex'));
			expect(withFetching(after, { stm: 'true' })).toBe(after);
		}),
		{ numRuns: 300 },
	);
});

test('whatever the file, shrinking changes the bytes of pool sizes and no other', () => {
	fc.assert(
		fc.property(
			fc
				.integer({ min: 1, max: 120 })
				.chain((size) => anyConfiguration({ stm: false, size }).map((written) => ({ ...written, size }))),
			({ before, after, size }) => {
				const bytes = Buffer.from(shrunk(before, size));
				expect(bytes.toString('hex')).toBe(Buffer.from(after).toString('hex'));
				expect(shrunk(after, size)).toBe(after);
			},
		),
		{ numRuns: 300 },
	);
});

test.each(shapes)('maxRequests goes beside the attributes that are there: %j', (shape) => {
	const text = configuration({ ...shape, manager: 'maxRequests=\'9\' stm="false"' });
	expect(withFetching(text, { stm: 'true', 'max-requests': 4 })).toBe(
		text
			.replace(`maxRequests='9'`, `maxRequests='4'`)
			.replace(/(provider="[\s\S]*?)stm="false"/, '$1stm="true"'),
	);
	const without = configuration(shape);
	const provider = 'provider="Some.Provider, Some.Assembly"';
	expect(withFetching(without, { stm: 'true', 'max-requests': 4 })).toBe(
		without.replace(provider, `${provider} stm="true" maxRequests="4"`),
	);
});

test.each(shapes)('a string to read with is a copy of the one to write with: %j', (shape) => {
	const text = configuration(shape);
	const after = edited(
		text,
		readFrom(read(text), { name: 'PSQL_STANDBY', host: 'standby.example', port: 5433 }),
	);
	const { readWrite, readonly } = managerStrings(read(after));
	expect(readonly.name).toBe('PSQL_STANDBY');
	expect(readonly.attribute.value).toBe(
		`${readWrite.attribute.value.replace('db.example', 'standby.example')};port=5433`,
	);
	// Without the line that was added, and with the old name, it is what it was.
	const line = after
		.split(/(?<=\n)/)
		.find((each) => each.includes('name="PSQL_STANDBY"') || each.includes("name='PSQL_STANDBY'"));
	expect(
		after
			.replace(line ?? '', '')
			.replace('readonlyConnection="PSQL_STANDBY"', 'readonlyConnection="PSQL_RO"'),
	).toBe(text);
	expect(readFrom(read(after), { name: 'PSQL_STANDBY', host: 'standby.example', port: 5433 })).toEqual([]);
	expect(() => readFrom(read(after), { name: 'PSQL_STANDBY', host: 'other', port: 5433 })).toThrow(
		/has a connection string PSQL_STANDBY already, for another server/,
	);
});

test('the port of a string that has one is replaced, and its usual one is not written', () => {
	const strings = (text: string) =>
		configuration({
			strings: [
				['PSQL_RW', text],
				['PSQL_RO', text],
			],
		});
	const there = strings(pool('openiz', 'Port=5432'));
	const after = edited(there, readFrom(read(there), { name: 'R', host: 's', port: 6432 }));
	expect(managerStrings(read(after)).readonly.attribute.value).toContain('server=s; database=openiz;');
	expect(managerStrings(read(after)).readonly.attribute.value).toContain('Port=6432');
	const none = strings(pool('openiz', ''));
	const usual = edited(none, readFrom(read(none), { name: 'R', host: 's', port: 5432 }));
	expect(managerStrings(read(usual)).readonly.attribute.value).not.toContain('5432');
});

test('any value is read again as it was written, in either quotes', () => {
	const value = `a"b'c&d<e>`;
	for (const text of [`<x a="1"/>`, `<x a='1'/>`, '<x/>']) {
		const { root } = scanXml(text);
		const after = scanXml(edited(text, [setAttribute(text, root, 'a', value)]));
		expect(after.root.attributes).toMatchObject([{ name: 'a', value }]);
	}
});
