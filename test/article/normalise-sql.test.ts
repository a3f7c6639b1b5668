import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normaliseSql } from '../../src/article/normalise-sql.ts';
import { holdsQuery, looksLikeQuery } from '../../src/article/query-column.ts';
import { keywordsOf } from '../../src/article/sql-keywords.ts';

describe('a query by the parser', () => {
	test.each([
		[
			"select * from patient where id = 42 and name = 'Asha'",
			'select * from patient where id = $1 and name = $2',
		],
		["/* route='/Asha' */ select 1 -- Asha", 'select $1'],
		["select E'Asha\\n', U&'\\0041sha', $$Asha$$, $q$Asha$q$, 1.5e3, B'01'", 'select $1, $2, $3, $4, $5, $6'],
		["select 'As'\n'ha'", 'select $1'],
		["insert into t values ('Asha', -5) returning 'Asha'", 'insert into t values ($1, $2) returning $3'],
		[
			'select "Patient"."Name" from "Patient" where "Id" = $1',
			'select "Patient"."Name" from "Patient" where "Id" = $1',
		],
		['select 1 as "Asha, born 1988"', 'select $1 as "?"'],
		['select * from t order by 1', 'select * from t order by $1'],
		[
			"copy (select * from p where n = 'Asha') to '/tmp/Asha.csv'",
			'copy (select * from p where n = $1) to $2',
		],
		[
			"select * from json_table('{}', '$' columns (a text path '$.Asha'))",
			'select * from json_table($1, $2 columns (a text path $3))',
		],
		["select 1; delete from x where y = 'Asha'", 'select $1; delete from x where y = $2'],
		["begin; update x set y = 'Asha'; commit", 'begin; update x set y = $1; commit'],
	])('%s', async (sql, expected) => {
		expect(await normaliseSql(sql)).toBe(expected);
	});

	test.each([
		"do $$ begin perform 'Asha'; end $$",
		"execute find('Asha', 1990)",
		"prepare p as select 'Asha'",
		"notify channel, 'Asha'",
		'listen asha',
		"set app.patient = 'Asha'",
		'set app.patient to asha',
		"alter role bob password 'Asha'",
		"comment on table t is 'Asha'",
		"create view v as select 'Asha'",
		'savepoint asha',
		"commit prepared 'Asha'; select 1; rollback to asha",
		// Cut off, as track_activity_query_size does it.
		"select * from patient where name = 'Ash",
		'select * from patient /* patient Asha',
		'select * from "Asha',
		// Where a backslash escapes, the string goes on.
		"select 'x\\' , Asha, '",
		"select 'a\\'' , asha, 'b'",
		'Asha Mrema, 1988',
		'',
	])('is left to its keywords: %s', async (sql) => {
		const normalised = await normaliseSql(sql);
		expect([null, '']).toContain(normalised);
		expect(keywordsOf(sql)).not.toMatch(/asha/i);
	});
});

describe('keywords', () => {
	test.each([
		["SELECT * FROM patient WHERE name = 'Ash", 'SELECT … FROM … WHERE …'],
		['commit', 'COMMIT'],
		['autovacuum: VACUUM public.patient', 'AUTOVACUUM … VACUUM …'],
		["ALTER ROLE bob PASSWORD 'x'", 'ALTER ROLE … PASSWORD …'],
		['', ''],
		['Asha Mrema', '…'],
	])('%s', (sql, expected) => {
		expect(keywordsOf(sql)).toBe(expected);
	});

	test('are all that is left, whatever the text', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				expect(keywordsOf(text)).toMatch(/^(?:(?:[A-Z_]+|…)(?: |$))*$/);
			}),
			{ numRuns: 50 },
		);
	});
});

test('whatever stands in a literal or a comment is gone, wherever the text is cut', async () => {
	const literal = fc
		.string({ unit: fc.constantFrom('a', ' ', '-', '/', '*', '"', '$', ';', '(', '\n', 'é') })
		.map((text) => `Q7Z${text}Q7Z`);
	const quoted = fc.oneof(
		literal.map((text) => `'${text}'`),
		literal.map((text) => `E'${text}'`),
		literal.map((text) => `$t$${text}$t$`),
		literal.map((text) => `/* ${text.replaceAll('*', '').replaceAll('/', '')} */ 1`),
		literal.map((text) => `1 -- ${text.replaceAll('\n', '')}\n`),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(quoted, { minLength: 1, maxLength: 4 }), fc.nat(200), async (values, cut) => {
			const whole = `select ${values.join(', ')} from patient where name in (${values.join(', ')})`;
			expect(await normaliseSql(whole)).toMatch(/^select \$1/);
			for (const sql of [whole, whole.slice(0, cut)]) {
				expect(`${await normaliseSql(sql)}`).not.toContain('Q7Z');
				expect(keywordsOf(sql)).not.toContain('Q7Z');
			}
		}),
		{ numRuns: 60 },
	);
});

test('a column holds a query by its name, a value by how it begins', () => {
	expect(['query', 'last_query', 'statement', 'blocked_statement', 'sql'].every(holdsQuery)).toBe(true);
	expect(['query_start', 'queries_total', 'statement_timeout', 'state'].some(holdsQuery)).toBe(false);
	expect(
		[
			'select name from patient where id = 1',
			" /* x */ INSERT INTO t VALUES ('a')",
			'update only_t set a = 1',
			'with x as (select 1) select 2',
			"notify c, 'x'",
		].filter((text) => !looksLikeQuery(text)),
	).toEqual([]);
	expect(
		[
			'Select the database first',
			'update the address',
			'with the application',
			'idle in transaction',
			'Call the administrator',
			'alter system set max_connections = 200',
		].filter(looksLikeQuery),
	).toEqual([]);
});
