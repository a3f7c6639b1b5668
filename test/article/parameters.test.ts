import { describe, expect, test } from 'vitest';
import { readParameter } from '../../src/article/parameter-items.ts';
import {
	bindParameters,
	ParameterError,
	parameterNames,
	parametersAsNulls,
	parametersAsSamples,
	quoteParameters,
} from '../../src/article/parameters.ts';
import { splitStatements } from '../../src/article/sql-parser.ts';

describe('what is a parameter', () => {
	test.each([
		['select :a, :\'b\', :"c"', ['a', 'b', 'c']],
		["select x::text, '1'::int, :a::int, ::b", ['a']],
		["select ':a', E'\\':b', 'it''s :c', \":d\"", []],
		['select $$ :a $$, $t$ :b $$ :c $t$, :d', ['d']],
		['select 1 -- :a\n, :b /* :c /* :d */ :e */, :f', ['b', 'f']],
		['select arr[1:n], arr[f(x):n], arr[i:j]', []],
		['select array[:a, :b], x in (:c), arr[:d]', ['a', 'b', 'c', 'd']],
		['select :a + :a', ['a']],
		['f(x := :a)', ['a']],
		["select a$$b, :c, '", ['c']],
		["select U&'\\0061:x', :y", ['y']],
		[':1, :é, : a', []],
	])('%s', (sql, names) => {
		expect(parameterNames(sql)).toEqual(names);
	});
});

describe('binding, for queries', () => {
	test('numbers each name once and leaves the text alone', () => {
		expect(
			bindParameters("select :'age'::interval, :limit, :'age' is null", { age: '5 min', limit: 3 }),
		).toEqual({
			text: 'select $1::text::interval, $2, $1::text is null',
			values: ['5 min', 3],
		});
	});

	test('takes NULL for what has no value, and nothing from prototypes', () => {
		expect(bindParameters('select :nothing, :toString', {})).toEqual({
			text: 'select $1, $2',
			values: [null, null],
		});
	});

	test('never lets a value into the text', () => {
		const evil = "'; drop table t; --";
		expect(bindParameters('select :\'a\', :"a", :a', { a: evil })).toEqual({
			text: 'select $1::text, $1::text, $1',
			values: [evil],
		});
	});
});

describe('quoting, for effects', () => {
	test('writes literals, identifiers and numbers as psql does', () => {
		expect(
			quoteParameters('alter role :"role" in database :"db" set x = :\'v\' connection limit :n', {
				role: 'o"r',
				db: 'ims',
				v: "it's",
				n: -1,
			}),
		).toBe('alter role "o""r" in database "ims" set x = \'it\'\'s\' connection limit -1');
	});

	test('keeps a backslash a backslash, whatever the server thinks of strings', () => {
		expect(quoteParameters("select :'v'", { v: "\\'; drop table t; --" })).toBe(
			"select  E'\\\\''; drop table t; --'",
		);
	});

	test('does not let a value join its neighbours', async () => {
		expect(quoteParameters('select 1 -:n', { n: -5 })).toBe('select 1 - -5');
		expect(quoteParameters("select E:'v'", { v: '\\' })).toBe("select E  E'\\\\'");
		expect(quoteParameters("select :'v''x'", { v: 'a' })).toBe("select 'a' 'x'");
		for (const v of ["'", "''", "\\'", '$$', '--', '/*', '\n', "a'||'b"]) {
			expect(await splitStatements(quoteParameters("select :'v', 2", { v }))).toHaveLength(1);
		}
	});

	test.each([
		['connection limit :n', { n: '5; drop table t' }, 'n must be a number'],
		['connection limit :n', { n: '1e9' }, 'n must be a number'],
		['connection limit :n', { n: 'NaN' }, 'n must be a number'],
		['connection limit :n', {}, '--set n=VALUE'],
		['alter role :"r"', { r: 'x'.repeat(64) }, 'longer than the 63 bytes'],
		['alter role :"r"', { r: 'é'.repeat(32) }, 'longer than the 63 bytes'],
		['alter role :"r"', { r: '' }, 'r is empty'],
		["select :'v'", { v: 'a\0b' }, 'zero byte'],
		["alter role x password :'v'", { v: null }, 'v has no value'],
	])('refuses %s with %j', (sql, values, message) => {
		expect(() => quoteParameters(sql, values)).toThrow(ParameterError);
		expect(() => quoteParameters(sql, values)).toThrow(message);
	});
});

test('an open default may say what it means', () => {
	const read = (text: string) => readParameter(text, 1, () => expect.unreachable());
	expect(read('`n` (integer): how many, default {seen} or any (as many as files)')).toMatchObject({
		default: '{seen} or any',
		open: 'as many as files',
	});
	expect(read('`n` (name): which one, default any')).toMatchObject({ default: 'any', open: null });
	expect(read('`n` (name): which one, default a (b)')).toMatchObject({ default: 'a (b)', open: null });
});

test('the linter sees NULLs in queries, and stand-ins where NULL cannot stand', async () => {
	expect(parametersAsNulls("select :'a'::interval, :b")).toBe('select null::text::interval, null::numeric');
	const ddl = 'alter database :"d" connection limit :n';
	expect(parametersAsSamples(ddl)).toBe('alter database "d" connection limit 0');
	expect(await splitStatements(parametersAsSamples(ddl))).toHaveLength(1);
});

test('statements are split by PostgreSQL, not at semicolons', async () => {
	const sql = "select ';é'; -- ;\ndo $$ begin perform 1; end $$;\n/* ; */ select 2;;";
	expect(await splitStatements(sql)).toEqual(["select ';é'", 'do $$ begin perform 1; end $$', 'select 2']);
	await expect(splitStatements('select from from')).rejects.toThrow('syntax error');
});
