import { describe, expect, test } from 'vitest';
import { createQueryGate, gateQuery } from '../../src/article/sql-gate.ts';

async function refusalsOf(sql: string): Promise<string[]> {
	const result = await gateQuery(sql);
	return result.allowed ? [] : result.refusals.map(({ message }) => message);
}

describe('lets diagnosis through', () => {
	test.each([
		"select case when count(*) > 9 then 'full' else 'free' end as verdict, count(*) as used from pg_stat_activity",
		"select count(*) filter (where state = 'idle'), max(now() - state_change) from pg_catalog.pg_stat_activity",
		`with recursive w as (select distinct pid from pg_locks where not granted),
		e as (select w.pid as waiter, b.blocker from w cross join lateral unnest(pg_blocking_pids(w.pid)) as b(blocker)),
		t(root, waiter) as (select blocker, waiter from e union select t.root, e.waiter from t join e on e.blocker = t.waiter)
		select root, count(distinct waiter) from t left join pg_stat_activity a on a.pid = t.root group by 1 order by 2 desc`,
		`select extract(epoch from now() - xact_start), now() at time zone 'utc', query like 'a%' escape '!', query similar to 'b',
		substring(query from 1 for 9), trim(both from query), position('a' in query), (array[1, 2])[1], $1::text is null,
		row_number() over (partition by datname order by pid), state is distinct from 'idle', interval '1 hour'
		from pg_stat_activity where datname = any(string_to_array($1::text, ',')) limit $2`,
		"select pg_has_role(current_user, 'pg_monitor', 'usage'), has_database_privilege(current_database(), 'connect')",
		"select current_setting('max_connections')::int, coalesce(nullif(current_setting('reserved_connections', true), ''), '0')",
		'select relation::regclass::text from pg_locks',
		"select 'pg_catalog.pg_class'::regclass::oid",
		"select to_regproc('pg_catalog.aurora_version') is not null",
		'select table_name from information_schema.tables',
		'select percentile_cont(0.5) within group (order by pid) from pg_stat_activity',
		'select n from generate_series(1, 3) with ordinality as s(n, i) where exists (select 1 from pg_roles)',
		'-- a remark; with a semicolon\nselect 1;',
		'select inet_server_addr(), pg_postmaster_start_time(), pg_stat_get_activity(null)',
	])('%s', async (sql) => {
		expect(await refusalsOf(sql)).toEqual([]);
	});
});

describe('refuses what is not exactly one SELECT', () => {
	test.each([
		'select 1; select 2',
		'select 1; drop table t',
		"select 1 /* ' */; delete from pg_class --'",
		'',
		'   ;;',
		'-- only a remark',
		'delete from pg_class',
		'explain analyze select 1',
		"copy pg_class to program 'sh'",
		'do $$ begin perform 1; end $$',
		'begin',
		'set role postgres',
		'show all',
		'call p()',
		'execute q',
		'declare c cursor for select 1',
		'prepare p as select 1',
		'lock pg_class',
		'vacuum',
		'listen x',
		'not sql',
		'select 1 \0 ; drop table t',
	])('%s', async (sql) => {
		expect(await refusalsOf(sql)).not.toEqual([]);
	});
});

describe('refuses a SELECT that does more than read the catalogs', () => {
	test.each([
		// Relations: of users, of a session, behind a name that a WITH query has elsewhere.
		['select name from users', 'reads users'],
		['select name from public.pg_class', 'reads public.pg_class'],
		['select name from pg_temp.pg_class', 'reads pg_temp.pg_class'],
		['select name from other.pg_catalog.pg_class', 'reads pg_catalog.pg_class'],
		['select name from "Pg_class"', 'reads Pg_class'],
		['select 1 where exists (select 1 from patients)', 'reads patients'],
		['select (select max(id) from patients)', 'reads patients'],
		['select 1 from pg_class c, lateral (select id from patients where id = c.oid) p', 'reads patients'],
		['select 1 from pg_class order by (select id from patients)', 'reads patients'],
		['select 1 union select id from patients', 'reads patients'],
		['values ((select id from patients))', 'reads patients'],
		['with patients as (select id from patients) select id from patients', 'reads patients'],
		['select id from patients, (with patients as (select 1) select 1 from patients) x', 'reads patients'],
		['table patients', 'reads patients'],
		['select rolpassword from pg_authid', 'secrets'],
		['select passwd from pg_catalog.pg_shadow', 'secrets'],
		['select most_common_vals from pg_stats', 'secrets'],
		['select data from pg_largeobject', 'secrets'],
		// Functions, wherever one can stand.
		['select pg_terminate_backend(pid) from pg_stat_activity', 'calls pg_terminate_backend'],
		['select PG_TERMINATE_BACKEND(1)', 'calls pg_terminate_backend'],
		['select "pg_terminate_backend"(1)', 'calls pg_terminate_backend'],
		['select U&"pg\\005fterminate_backend"(1)', 'calls pg_terminate_backend'],
		['select pg_catalog.pg_terminate_backend(1)', 'calls pg_catalog.pg_terminate_backend'],
		['select/**/pg_cancel_backend/* x */(1)', 'calls pg_cancel_backend'],
		['select public.count(1)', 'calls public.count'],
		['select 1 from pg_sleep(10)', 'calls pg_sleep'],
		['select 1 from rows from (pg_ls_dir($1), generate_series(1, 2)) x', 'calls pg_ls_dir'],
		['select 1 where pg_reload_conf()', 'calls pg_reload_conf'],
		["select 1 order by set_config('a', 'b', false)", 'calls set_config'],
		["select 1 limit length(pg_read_file('/etc/passwd'))", 'calls pg_read_file'],
		['select count(*) filter (where pg_promote()) from pg_class', 'calls pg_promote'],
		["select sum(1) over (partition by nextval('s'))", 'calls nextval'],
		["select sum(1) over w from pg_class window w as (order by lo_import('/x'))", 'calls lo_import'],
		['select case when true then pg_rotate_logfile() end', 'calls pg_rotate_logfile'],
		['select array[pg_switch_wal()]', 'calls pg_switch_wal'],
		['select (array[1])[pg_backend_pid() - pg_advisory_lock(1)]', 'calls pg_advisory_lock'],
		["select * from dblink('', 'select 1') as t(a int)", 'calls dblink'],
		["select query_to_xml('select 1', true, true, '')", 'calls query_to_xml'],
		["select pg_drop_replication_slot('s')", 'calls pg_drop_replication_slot'],
		["select pg_logical_slot_get_changes('s', null, null)", 'calls pg_logical_slot_get_changes'],
		["select pg_create_restore_point('x')", 'calls pg_create_restore_point'],
		['select pg_stat_reset()', 'calls pg_stat_reset'],
		['select txid_current()', 'calls txid_current'],
		["select repeat('x', 1000000000)", 'calls repeat'],
		["select pg_notify('a', 'b')", 'calls pg_notify'],
		['select 1 from pg_class group by rollup (pg_export_snapshot())', 'calls pg_export_snapshot'],
		['with a as (select pg_stat_reset_shared()) select 1', 'calls pg_stat_reset_shared'],
		['select my_function()', 'calls my_function'],
		// Attribute notation calls functions.
		['select (1234).pg_terminate_backend', 'field of an expression'],
		['select (pg_backend_pid()).pg_terminate_backend', 'field of an expression'],
		// Everything that an application could have planted.
		['select 1 operator(public.+) 2', 'operator public.+'],
		['select 1 operator(public.=) any (select 1)', 'operator public.='],
		['select 1 from pg_class order by 1 using operator(public.<)', 'operator public.<'],
		["select 'x'::public.evil", 'type public.evil'],
		["select cast('x' as public.evil[])", 'type public.evil'],
		['select 1 = any($1::public.evil)', 'type public.evil'],
		["select 'a' collate public.evil", 'collation public.evil'],
		["select 'users'::regclass", 'by its name'],
		["select cast('public.users' as regclass)", 'by its name'],
		['select ($1::text)::regclass', 'by its name'],
		["select 'pg_temp.f(int)'::regprocedure", 'by its name'],
		// Clauses.
		['select 1 from pg_class for update', 'locks rows'],
		['select 1 from (select 1 from pg_class for key share) x', 'locks rows'],
		['select 1 into t', 'INTO'],
		['select 1 into temp t from pg_class', 'INTO'],
		['with d as (delete from pg_class returning 1) select 1 from d', 'WITH d is not a SELECT'],
		['with d as (update pg_class set relname = $1 returning 1) select 1', 'WITH d is not a SELECT'],
		[
			'select 1 where exists (with d as (insert into t values (1) returning 1) select 1 from d)',
			'WITH d is not a SELECT',
		],
		['select 1 from pg_class tablesample evil(1)', 'RangeTableSample'],
		['select xmlelement(name a)', 'XmlExpr'],
		["select 1 from xmltable('/a' passing '<a/>' columns b int)", 'RangeTableFunc'],
	])('%s', async (sql, why) => {
		expect((await refusalsOf(sql)).join('\n')).toContain(why);
	});

	test('text that the stack could not hold', async () => {
		for (const sql of [
			`select ${'('.repeat(5_000)}1${')'.repeat(5_000)}`,
			`select 1${'+1'.repeat(40_000)}`,
			`select ${'not '.repeat(20_000)}true`,
			`select '${'x'.repeat(200_000)}'`,
		]) {
			expect(await refusalsOf(sql)).not.toEqual([]);
		}
		expect(await refusalsOf('select 1')).toEqual([]);
	});
});

test('takes a query as it stands in the article too, and looks no less closely', async () => {
	expect(await refusalsOf("select 1 where :'age'::interval > interval '1 s' and :limit > 0")).toEqual([]);
	expect(await refusalsOf("select ':a'; select :'b'")).toEqual(['it is more than one statement']);
	expect((await refusalsOf("select pg_sleep(:n), :'name'::regclass")).join()).toMatch(
		/pg_sleep.*by its name/s,
	);
});

test('says in which line, and what was probably meant', async () => {
	const result = await gateQuery("select 1,\n  'é',\n  pg_blocking_pid(1)\nfrom pg_class");
	expect(result).toMatchObject({ allowed: false, refusals: [{ line: 2, nearest: 'pg_blocking_pids' }] });
});

test('a gate decides about the same text once', async () => {
	const gate = createQueryGate();
	expect(gate('select 1')).toBe(gate('select 1'));
	expect(await gate('select 1')).toMatchObject({ allowed: true });
});
