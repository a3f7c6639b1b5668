import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attemptSession } from '../../../src/evidence/postgres/attempt.ts';
import { resolveSettings } from '../../../src/evidence/postgres/connection-settings.ts';
import { type PostgresSession, QueryError } from '../../../src/evidence/postgres/postgres.ts';
import { connect, describeOn, query, testMajors, until } from '../../helpers/postgres.ts';
import { machine } from './surroundings.ts';

async function open(uri: string): Promise<PostgresSession> {
	const settings = resolveSettings({ conninfo: uri }, machine());
	const { session, attempt } = await attemptSession(settings, { clock: () => new Date() });
	if (session === null) throw new Error(attempt.failure?.message);
	return session;
}

async function failureOf(work: Promise<unknown>): Promise<QueryError> {
	const error = await work.then(
		() => null,
		(thrown: unknown) => thrown,
	);
	if (error instanceof QueryError) return error;
	throw new Error(`no QueryError: ${error}`);
}

const options = { auth: 'scram', roles: [{ name: 'app', password: 'app-pw' }], databases: ['odd'] } as const;

describeOn(testMajors, 'the session', options, (server, major) => {
	let session: PostgresSession;
	beforeAll(async () => {
		// What a site may have set: none of it may show.
		await query(server().superuser, "alter role app set datestyle = 'German'");
		await query(server().superuser, "alter role app set timezone = 'Asia/Tokyo'");
		await query(server().superuser, "alter role app set intervalstyle = 'sql_standard'");
		session = await open(server().uri({ user: 'app', database: 'odd' }));
	});
	afterAll(() => session.close());

	it('makes values plain and stable', async () => {
		const { rows, at } = await session.read(
			`select '2026-01-02 03:04:05.678901+09'::timestamptz as moment,
			'2026-01-02 03:04:05'::timestamp as local, 'infinity'::timestamptz as never, '1 mon 2 days 03:04:05.5'::interval as age,
			'-00:00:01.5'::interval as ago, 42::int8 as small, 9007199254740993::int8 as large, 1.50::numeric as exact,
			0.1234567890123456789::numeric as fine, 100::numeric as hundred, 1.5::float8 as float, 'NaN'::float8 as nan,
			true as yes, null::text as nothing, array[1,2] as list, inet '10.0.0.1/32' as address, $1::text || '!' as bound`,
			['Ünï'],
		);
		expect(rows).toEqual([
			{
				moment: '2026-01-01T18:04:05.678901Z',
				local: '2026-01-02T03:04:05',
				never: 'infinity',
				age: 30 * 86_400 + 2 * 86_400 + 3 * 3_600 + 4 * 60 + 5.5,
				ago: -1.5,
				small: 42,
				large: '9007199254740993',
				exact: 1.5,
				fine: '0.1234567890123456789',
				hundred: 100,
				float: 1.5,
				nan: 'NaN',
				yes: true,
				nothing: null,
				list: '{1,2}',
				address: '10.0.0.1',
				bound: 'Ünï!',
			},
		]);
		expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
		expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
	});

	it('runs under its own settings, whatever the role has', async () => {
		const { rows } =
			await session.read(`select current_setting('search_path') as path, current_setting('application_name') as name,
			current_setting('transaction_read_only') as read_only, current_setting('jit') as jit, current_setting('statement_timeout') as patience,
			current_setting('lock_timeout') as lock`);
		expect(rows).toEqual([
			{
				path: 'pg_catalog, pg_temp',
				name: 'kbwizard',
				read_only: 'on',
				jit: 'off',
				patience: '5s',
				lock: '2s',
			},
		]);
	});

	it('calls no function that somebody planted', async () => {
		const admin = server().uri({ database: 'odd' });
		await query(admin, `create schema if not exists app authorization app`);
		await query(
			admin,
			`create or replace function app.version() returns text language sql as $$ select 'planted'::text $$`,
		);
		const fresh = await open(server().uri({ user: 'app', database: 'odd' }));
		const { rows } = await fresh.read('select version() as version');
		await fresh.close();
		expect(String(rows[0]?.version)).toContain('PostgreSQL');
	});

	it('reads only', async () => {
		expect((await failureOf(session.read('create temp table x ()'))).failure.code).toBe('25006');
		expect((await failureOf(session.read('select 1; select 2'))).failure.code).toBe('42601');
	});

	it('keeps as many rows as asked and counts the rest; what is kept is clean', async () => {
		const result = await session.read(
			`select g as n, E'a\\x1b[31mb password=topsecret' as text from generate_series(1, 500) g`,
			[],
			{ maxRows: 3 },
		);
		expect(result.rowCount).toBe(500);
		expect(result.rows.map(({ n }) => n)).toEqual([1, 2, 3]);
		expect(String(result.rows[0]?.text)).not.toMatch(/\x1b|topsecret/);
	});

	it('ends what takes too long, and goes on', async () => {
		const error = await failureOf(session.read('select pg_sleep(30)', [], { timeoutMs: 100 }));
		expect(error).toMatchObject({ lost: false, failure: { code: '57014' } });
		expect(error.failure.message).toContain('0.1 s');
		expect((await session.read('select 1 as one')).rows).toEqual([{ one: 1 }]);
	});

	it('names the grant where it may not see', async () => {
		const error = await failureOf(session.read(`select pg_read_file('x')`));
		expect(error.failure).toMatchObject({ code: '42501', next: [expect.stringContaining('pg_monitor')] });
	});

	it('serves calls one after the other', async () => {
		const order = await Promise.all(
			[3, 1, 2].map((n) => session.read(`select ${n} as n, clock_timestamp() as at from pg_sleep(0.0${n})`)),
		);
		const times = order.map(({ rows }) => String(rows[0]?.at));
		expect(times).toEqual([...times].sort());
		expect(order.map(({ rows }) => rows[0]?.n)).toEqual([3, 1, 2]);
	});

	it('cancels the query under way, and not the next one', async () => {
		const sleeping = failureOf(session.read('select pg_sleep(30)'));
		await until(
			async () =>
				(
					await query(
						server().superuser,
						`select 1 from pg_stat_activity where pid = ${session.pid} and wait_event = 'PgSleep'`,
					)
				).length > 0,
			{ what: 'the query to run' },
		);
		const cancelled = session.cancel();
		const next = session.read('select pg_sleep(0.1), 2 as two');
		await cancelled;
		expect((await sleeping).failure.message).toContain('cancelled');
		expect((await next).rows[0]?.two).toBe(2);
		await session.cancel();
		expect((await session.read('select 3 as three')).rows).toEqual([{ three: 3 }]);
	});

	it('writes outside a transaction, and looks from inside one that was begun', async () => {
		const admin = await open(server().superuser);
		await admin.write('alter database odd connection limit 7');
		await admin.write('begin');
		await admin.write('alter database odd connection limit 8');
		const inside = await admin.read(`select datconnlimit as limit from pg_database where datname = 'odd'`);
		await admin.write('rollback');
		const after = await admin.read(`select datconnlimit as limit from pg_database where datname = 'odd'`);
		const { notices } = await admin.write('drop role if exists nobody_at_all', [], { timeoutMs: 1_000 });
		await admin.close();
		expect(inside.rows[0]?.limit).toBe(8);
		expect(after.rows[0]?.limit).toBe(7);
		expect(notices.join()).toContain('nobody_at_all');
	});

	it('tells who ended it, and fails plainly from then on', async () => {
		const doomed = await open(server().uri({ user: 'app', database: 'odd' }));
		const asleep = failureOf(doomed.read('select pg_sleep(30)'));
		await until(
			async () =>
				(
					await query(
						server().superuser,
						`select 1 from pg_stat_activity where pid = ${doomed.pid} and wait_event = 'PgSleep'`,
					)
				).length > 0,
			{ what: 'the query to run' },
		);
		await query(server().superuser, `select pg_terminate_backend(${doomed.pid})`);
		expect(await asleep).toMatchObject({ lost: true, failure: { code: '57P01' } });
		expect(await doomed.ended).toMatchObject({ code: '57P01' });
		expect(await failureOf(doomed.read('select 1'))).toMatchObject({ lost: true });
		await doomed.close();
	});

	it('says goodbye: nothing is left at the server', async () => {
		const brief = await open(server().uri({ user: 'app', database: 'odd' }));
		await brief.close();
		expect(await brief.ended).toBeNull();
		await until(
			async () =>
				(await query(server().superuser, `select 1 from pg_stat_activity where pid = ${brief.pid}`))
					.length === 0,
			{ what: 'the session to end' },
		);
	});

	it('shows no password, however it is looked at', () => {
		const shown = `${JSON.stringify(session)} ${inspect(session, { depth: 20, showHidden: true })}`;
		expect(shown).not.toContain('app-pw');
	});

	it('knows who it talks to', async () => {
		expect(session.server).toMatchObject({
			host: '127.0.0.1',
			port: server().port,
			database: 'odd',
			user: 'app',
			version: server().version,
			provider: 'unknown',
			superuser: false,
			slot: 'ordinary',
		});
		expect(Math.floor((session.server.versionNum ?? 0) / 10_000)).toBe(major);
	});

	it.each([
		['rds_superuser', 'rds'],
		['cloudsqlsuperuser', 'cloud-sql'],
		['azure_pg_admin', 'azure'],
		['supabase_admin', 'supabase'],
		['neon_superuser', 'neon'],
	])('recognises a provider by its role %s', async (role, provider) => {
		const admin = await connect(server().superuser);
		try {
			await admin.query(`create role ${role}`);
			const marked = await open(server().superuser);
			await marked.close();
			expect(marked.server.provider).toBe(provider);
		} finally {
			await admin.query(`drop role if exists ${role}`);
			await admin.end();
		}
	});
});
