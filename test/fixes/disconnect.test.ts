import { expect, onTestFinished, test } from 'vitest';
import { connect, describeOn, query, testMajors, until } from '../helpers/postgres.ts';
import { fixingOn, planOf } from './fixing.ts';
import { reconnectingPool } from './reconnecting-pool.ts';

const options = {
	settings: { max_connections: 30 },
	databases: ['openiz', 'openiz_audit', 'other'],
	roles: [{ name: 'ims' }, { name: 'owner' }, { name: 'helper' }, { name: 'admin', attributes: 'SUPERUSER' }],
};

describeOn(testMajors, 'ending sessions', options, (server) => {
	const superuser = (database = 'postgres') => server().uri({ database });
	const limitOf = async (database: string) => {
		const [row] = await query(
			superuser(),
			'select datconnlimit, datallowconn, (select setconfig::text from pg_db_role_setting s where s.setdatabase = d.oid) as config from pg_database d where datname = $1',
			[database],
		);
		return row;
	};
	const count = async (database: string) => {
		const [row] = await query(
			superuser(),
			"select count(*)::int as n from pg_stat_activity where backend_type = 'client backend' and datname = $1",
			[database],
		);
		return row?.n;
	};

	test('a fence keeps a pool of 15 out until it is lifted, and its old limit is back', async () => {
		await query(superuser(), 'alter database openiz connection limit 25');
		const pool = await reconnectingPool(server().uri({ user: 'ims', database: 'openiz' }), 15);
		onTestFinished(() => pool.end());
		const { plan: planFix, fixer, journal, progress } = await fixingOn(superuser('openiz'));
		const plan = planOf(await planFix('disconnect-all'));
		expect(plan.confirm).toBe('openiz');
		expect(plan.rows).toHaveLength(15);
		expect(plan.statements[0]).toBe('alter database "openiz" connection limit 0');
		expect(plan.statements.at(-1)).toBe('alter database "openiz" connection limit 25');
		expect(plan.consequences.join(' ')).toContain('By hand: alter database "openiz" connection limit 25;');
		pool.want(3);
		const applied = await fixer.apply(plan, { yes: false, typed: 'openiz' }, (text) => progress.push(text));
		expect(applied.failure).toBeNull();
		expect(applied.outcome).toBe('done');
		expect(applied.rows.map(({ status }) => status)).toEqual(Array.from({ length: 15 }, () => 'ended'));
		expect(pool.refused.get('53300') ?? 0).toBeGreaterThan(0);
		expect(await limitOf('openiz')).toMatchObject({ datconnlimit: 25, config: null });
		const kinds = journal.records.map((record) => record.kind);
		expect(kinds).toEqual(['cluster', 'intent', 'outcome', 'intent', 'outcome', 'lifted']);
		await until(() => pool.held() === 3, { what: 'the pool to come back' });
	});

	test('a superuser application is kept out by closing the database', async () => {
		const pool = await reconnectingPool(server().uri({ user: 'admin', database: 'openiz' }), 4);
		onTestFinished(() => pool.end());
		const { fix } = await fixingOn(superuser('openiz'));
		const { plan, applied } = await fix('disconnect-all');
		expect(plan.statements[0]).toBe('alter database "openiz" allow_connections false');
		expect(applied.outcome).toBe('done');
		expect(pool.refused.get('55000') ?? 0).toBeGreaterThan(0);
		expect(await limitOf('openiz')).toMatchObject({ datallowconn: true, config: null });
	});

	test('several databases at once, and no other', async () => {
		const uris = ['openiz', 'openiz_audit', 'other'].map((database) =>
			server().uri({ user: 'ims', database }),
		);
		const clients = await Promise.all(uris.map((uri) => connect(uri)));
		onTestFinished(async () => {
			await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
		});
		const { fix, keeper } = await fixingOn(superuser('other'));
		const { plan, applied } = await fix('disconnect-all', { database: 'openiz,openiz_audit' });
		expect(plan.confirm).toBe('openiz,openiz_audit');
		expect(applied.outcome).toBe('done');
		expect(await count('openiz')).toBe(0);
		expect(await count('openiz_audit')).toBe(0);
		expect(await count('other')).toBe(2);
		expect(keeper.session?.server.database).toBe('other');
	});

	test('a plan alone changes nothing', async () => {
		const client = await connect(server().uri({ user: 'ims', database: 'openiz' }));
		onTestFinished(() => client.end());
		const before = await limitOf('openiz');
		const { plan, journal } = await fixingOn(superuser('openiz'));
		expect((await plan('disconnect-all')).kind).toBe('plan');
		expect(await limitOf('openiz')).toEqual(before);
		expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
		expect(journal.records).toEqual([]);
	});

	test('consent to another name ends nobody', async () => {
		const client = await connect(server().uri({ user: 'ims', database: 'openiz' }));
		onTestFinished(() => client.end());
		const { plan: planFix, fixer, journal } = await fixingOn(superuser('openiz'));
		const plan = planOf(await planFix('disconnect-all'));
		for (const typed of ['OpenIZ', 'openiz ', '', null]) {
			const applied = await fixer.apply(plan, { yes: true, typed }, () => undefined);
			expect(applied).toMatchObject({ outcome: 'nothing', failure: { code: 'consent-missing' } });
		}
		expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
		expect(journal.records).toEqual([]);
	});

	test('who began to work between preview and consent is spared, who left is gone', async () => {
		const uri = server().uri({ user: 'ims', database: 'openiz' });
		const [idle, busy, leaving] = await Promise.all([connect(uri), connect(uri), connect(uri)]);
		onTestFinished(async () => {
			await Promise.all([idle, busy].map((client) => client.end().catch(() => undefined)));
		});
		const { plan: planFix, fixer } = await fixingOn(superuser('openiz'));
		const plan = planOf(await planFix('disconnect-idle-unfenced'));
		expect(plan.rows).toHaveLength(3);
		const pids = new Map<string, unknown>();
		for (const [name, client] of Object.entries({ idle, busy, leaving }))
			pids.set(name, (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid);
		const working = busy.query('select pg_sleep(3)');
		await leaving.end();
		await until(async () => (await count('openiz')) === 3, { what: 'one to leave' });
		const applied = await fixer.apply(plan, { yes: true, typed: null }, () => undefined);
		const statusOf = (name: string) => applied.rows.find(({ pid }) => pid === pids.get(name));
		expect(statusOf('idle')).toMatchObject({ status: 'ended' });
		expect(statusOf('busy')).toMatchObject({ status: 'spared', why: 'at work again' });
		expect(statusOf('leaving')).toMatchObject({ status: 'gone' });
		expect(applied.outcome).toBe('done');
		await expect(working).resolves.toBeDefined();
	});

	test('with pg_signal_backend only, a superuser is spared with the reason and the others end', async () => {
		await query(superuser(), 'grant pg_signal_backend to helper');
		await query(superuser(), 'grant pg_read_all_stats to helper');
		const [app, boss] = await Promise.all([
			connect(server().uri({ user: 'ims', database: 'openiz' })),
			connect(server().uri({ user: 'admin', database: 'openiz' })),
		]);
		onTestFinished(async () => {
			await Promise.all([app, boss].map((client) => client.end().catch(() => undefined)));
		});
		const { fix } = await fixingOn(server().uri({ user: 'helper', database: 'postgres' }));
		const { plan, applied } = await fix('disconnect-all', { database: 'openiz' });
		expect(plan.consequences.join(' ')).toContain(
			'is not fenced: only the owner of openiz or a superuser may fence it',
		);
		const of = (rows: typeof plan.rows, role: string) => rows.find(({ columns }) => columns.usename === role);
		expect(of(plan.rows, 'admin')).toMatchObject({
			status: 'refused',
			why: 'it belongs to a superuser, and only a superuser may end it',
		});
		expect(of(applied.rows, 'ims')).toMatchObject({ status: 'ended' });
		expect(applied.outcome).toBe('done');
		expect((await boss.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
	});

	test('the owner of a database, no superuser, fences it too', async () => {
		await query(superuser(), 'alter database openiz_audit owner to owner');
		await query(superuser(), 'grant pg_signal_backend, pg_read_all_stats to owner');
		const pool = await reconnectingPool(server().uri({ user: 'ims', database: 'openiz_audit' }), 3);
		onTestFinished(() => pool.end());
		const { fix } = await fixingOn(server().uri({ user: 'owner', database: 'openiz_audit' }));
		const { applied } = await fix('disconnect-all');
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		expect(pool.refused.get('53300') ?? 0).toBeGreaterThan(0);
		expect(await limitOf('openiz_audit')).toMatchObject({ datconnlimit: -1, config: null });
	});

	test('a limit found at 0 is not fenced, not saved, and said', async () => {
		const client = await connect(server().uri({ user: 'ims', database: 'openiz' }));
		onTestFinished(() => client.end().catch(() => undefined));
		await query(superuser(), 'alter database openiz connection limit 0');
		onTestFinished(async () => {
			await query(superuser(), 'alter database openiz connection limit -1');
		});
		const { fix } = await fixingOn(superuser());
		const { plan, applied } = await fix('disconnect-all', { database: 'openiz' });
		expect(plan.consequences.join(' ')).toContain('is 0 already');
		expect(applied.outcome).toBe('done');
		expect(await limitOf('openiz')).toMatchObject({ datconnlimit: 0, config: null });
	});

	test('a walsender is never ended', async () => {
		const client = await connect(`${server().uri({ database: 'openiz' })}?replication=database`);
		onTestFinished(() => client.end().catch(() => undefined));
		const [row] = await query(
			superuser(),
			"select pid from pg_stat_activity where backend_type = 'walsender'",
		);
		const { plan } = await fixingOn(superuser());
		expect((await plan('disconnect-all', { database: 'openiz' })).kind).toBe('nothing to do');
		// Also where an article's query lists it.
		expect(await plan('pick-one', { pid: String(row?.pid) })).toMatchObject({
			kind: 'unavailable',
			why: "none of the 1 sessions may be ended: it is a walsender, not a client's session",
		});
	});

	test('cancel stops what runs and leaves the session', async () => {
		const client = await connect(server().uri({ user: 'ims', database: 'openiz' }));
		onTestFinished(() => client.end());
		const running = client.query('select pg_sleep(30)').catch((error: unknown) => error);
		const { fix } = await fixingOn(superuser());
		await until(
			async () =>
				(
					await query(
						superuser(),
						"select 1 from pg_stat_activity where state = 'active' and query like '%pg_sleep(30)%' and pid <> pg_backend_pid()",
					)
				).length > 0,
			{ what: 'the query to run' },
		);
		const { applied } = await fix('cancel', { database: 'openiz' });
		expect(applied.rows).toMatchObject([{ status: 'ended' }]);
		expect(await running).toMatchObject({ code: '57014' });
		expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
	});

	test('a plan expires with time and with the connection', async () => {
		const client = await connect(server().uri({ user: 'ims', database: 'openiz' }));
		onTestFinished(() => client.end());
		let now = Date.now();
		const { plan: planFix, fixer, keeper } = await fixingOn(superuser(), { clock: () => new Date(now) });
		const old = planOf(await planFix('disconnect-all', { database: 'openiz' }));
		now += 61_000;
		const consent = { yes: true, typed: 'openiz' };
		expect(await fixer.apply(old, consent, () => undefined)).toMatchObject({
			outcome: 'nothing',
			failure: { code: 'plan-expired' },
		});
		const fresh = planOf(await planFix('disconnect-all', { database: 'openiz' }));
		await query(superuser(), 'select pg_terminate_backend($1)', [keeper.session?.pid]);
		await until(() => keeper.session === null, { what: 'the loss' });
		await keeper.reconnect();
		expect(await fixer.apply(fresh, consent, () => undefined)).toMatchObject({
			outcome: 'nothing',
			failure: { code: 'plan-expired' },
		});
		expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
	});
});
