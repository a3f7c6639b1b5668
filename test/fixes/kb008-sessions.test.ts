/** KB008's solutions that end sessions or what they run: whom they list, whom they leave alone, and who came back. */
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { kb008 } from '../content/kb008.ts';
import { connect, describeOn, holdSlots, query, testMajors, until } from '../helpers/postgres.ts';
import { fixingOn, planOf } from './fixing.ts';

const article = kb008();
const options = {
	settings: { max_connections: 30 },
	databases: ['openiz', 'two words'],
	roles: [
		{ name: 'ims' },
		{ name: 'report' },
		{ name: 'helper', attributes: 'IN ROLE pg_signal_backend, pg_monitor' },
	],
};

describeOn(testMajors, 'KB008’s sessions', options, (server, major) => {
	const superuser = (database = 'postgres') => server().uri({ database });
	const as = (user: string, database = 'openiz') => server().uri({ user, database });
	const busy = async (pids: readonly unknown[]) =>
		until(
			async () =>
				(
					await query(
						superuser(),
						"select 1 from pg_stat_activity where state = 'active' and pid = any ($1)",
						[pids],
					)
				).length === pids.length,
			{ what: 'the queries to run' },
		);
	const pidOf = async (client: pg.Client) =>
		(await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;

	test('idle clients by state, role, application and address: the plan’s count follows', async () => {
		const idle = await holdSlots(2, as('ims'), 'pool');
		const reports = await holdSlots(1, as('report', 'two words'), 'grafana');
		const open = await connect(as('report'), '');
		await open.query('begin');
		const replication = new URL(superuser('openiz'));
		replication.searchParams.set('replication', 'database');
		const walsender = new pg.Client({ connectionString: replication.href });
		walsender.on('error', () => undefined);
		await walsender.connect();
		onTestFinished(async () => {
			await Promise.all([idle.release(), reports.release(), open.end(), walsender.end()]);
		});
		const { plan } = await fixingOn(superuser(), { article });
		const count = async (parameters: Readonly<Record<string, string>>) => {
			const database = 'openiz, two words';
			const planned = await plan('disconnect-idle-clients', { database, age: '0s', ...parameters });
			return planned.kind === 'plan' ? planned.plan.rows.length : planned.kind;
		};
		expect(await count({})).toBe(4);
		expect(await count({ state: 'idle' })).toBe(3);
		expect(await count({ state: 'idle in transaction' })).toBe(1);
		expect(await count({ state: 'any', role: 'report' })).toBe(2);
		expect(await count({ role: 'ims, report', application: 'pool' })).toBe(2);
		expect(await count({ address: '127.0.0.1', application: 'grafana' })).toBe(1);
		expect(await count({ address: '192.0.2.1' })).toBe('nothing to do');
		expect(await count({ age: '1 hour' })).toBe('nothing to do');
		expect(await count({ state: 'asleep' })).toBe('parameter');
	});

	test('from another database than the clients’ it is asked which is meant, and not done for nobody', async () => {
		const [held, few] = await Promise.all([
			holdSlots(3, as('ims'), 'pool'),
			holdSlots(1, as('ims', 'two words'), 'pool'),
		]);
		onTestFinished(async () => {
			await Promise.all([held.release(), few.release()]);
		});
		for (const uri of [superuser(), as('ims', 'postgres')]) {
			const { plan, keeper } = await fixingOn(uri, { article });
			for (const solution of ['disconnect-all-clients', 'disconnect-idle-clients']) {
				expect(await plan(solution, {})).toMatchObject({
					kind: 'parameter',
					name: 'database',
					suggestion: 'openiz',
					choices: ['openiz', 'two words'],
					problem: 'no client is on postgres; there are 3 sessions on openiz, 1 session on two words',
				});
			}
			// Who names it means it.
			expect(await plan('disconnect-all-clients', { database: 'postgres' })).toMatchObject({
				kind: 'nothing to do',
			});
			await keeper.close();
		}
	});

	test('what was ended comes back: from where, and how soon', async () => {
		const held = await holdSlots(2, as('ims'), 'pool');
		onTestFinished(() => held.release());
		const timing = { holdMs: 0, patienceMs: 0, everyMs: 50, loginEveryMs: 1000 };
		const { fix, fixer } = await fixingOn(superuser(), { article }, timing);
		const { plan, applied } = await fix('disconnect-idle-clients', { database: 'openiz', age: '0s' });
		expect(applied.outcome).toBe('done');
		const again = await holdSlots(2, as('ims'), 'pool');
		onTestFinished(() => again.release());
		const verified = await fixer.verify(
			{ solution: plan.solution, step: null, plan, applied, before: {} },
			() => undefined,
		);
		expect(verified?.note).toMatch(
			/^2 sessions have connected since, the first after \d+ ms: 2 of ims in openiz from 127\.0\.0\.1 \(pool\)$/,
		);
	});

	test('abandoned queries are cancelled; a superuser’s, maintenance and workers are not among them', async () => {
		await query(
			superuser('openiz'),
			`create function public.slowly(n int) returns int immutable language plpgsql as 'begin perform pg_sleep(60); return n; end';
			create table public.slow as select 1 as n; alter table public.slow owner to ims; grant create on schema public to ims`,
		);
		const [first, second, mighty, maintenance, backup] = await Promise.all([
			connect(as('ims')),
			connect(as('report')),
			connect(superuser('openiz')),
			connect(as('ims')),
			connect(as('ims'), 'pg_dump'),
		]);
		const all = [first, second, mighty, maintenance, backup];
		const pids = await Promise.all(all.map(pidOf));
		onTestFinished(async () => {
			await query(superuser(), 'select pg_terminate_backend(pid) from unnest($1::int[]) pid', [pids]);
			await Promise.all(all.map((client) => client.end().catch(() => undefined)));
		});
		await second.query(major < 16 ? 'set force_parallel_mode = on' : 'set debug_parallel_query = on');
		const ends = all.map((client, index) =>
			client
				.query(index === 3 ? 'create index on public.slow ((public.slowly(n)))' : 'select pg_sleep(60)')
				.then(
					() => 'done',
					(error: unknown) => (error instanceof pg.DatabaseError ? error.code : 'lost'),
				),
		);
		await busy(pids);
		const { fix, plan } = await fixingOn(as('helper', 'postgres'), { article });
		expect((await plan('cancel-abandoned-queries')).kind).toBe('nothing to do');
		const planned = planOf(await plan('cancel-abandoned-queries', { age: '0s' }));
		expect(planned.rows.map(({ pid, status }) => [pid, status]).sort()).toEqual(
			[
				[pids[0], 'planned'],
				[pids[1], 'planned'],
				[pids[2], 'refused'],
			].sort(),
		);
		expect(planned.consequences.join('\n')).toContain(
			'1 of the 3 sessions will not be touched: it belongs to a superuser',
		);
		expect(planOf(await plan('cancel-abandoned-queries', { age: '0s', role: 'report' })).rows).toHaveLength(
			1,
		);
		const { applied } = await fix('cancel-abandoned-queries', { age: '0s' });
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		expect(await Promise.all(ends.slice(0, 2))).toEqual(['57014', '57014']);
		// Both sessions are still there.
		expect((await first.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
	});
});

describeOn([18], 'KB008’s stubborn sessions', options, (server) => {
	test('a query that does not end when it is cancelled: its session is ended, if that was asked for', async () => {
		const stubborn = await connect(server().uri({ user: 'ims', database: 'openiz' }));
		const meek = await connect(server().uri({ user: 'ims', database: 'openiz' }));
		onTestFinished(async () => {
			await Promise.all([stubborn.end().catch(() => undefined), meek.end()]);
		});
		const endings = [
			stubborn.query(
				'do $$ begin loop begin perform pg_sleep(60); exception when query_canceled then null; end; end loop; end $$',
			),
			meek.query('select pg_sleep(60)'),
		].map((running) =>
			running.catch((error: unknown) => (error instanceof pg.DatabaseError ? error.code : 'lost')),
		);
		const running = () =>
			query(
				server().superuser,
				"select pid from pg_stat_activity where usename = 'ims' and state = 'active'",
			);
		await until(async () => (await running()).length === 2, { what: 'both to run' });
		const { fix } = await fixingOn(server().superuser, { article });
		const { plan, applied } = await fix('cancel-abandoned-queries', { age: '0s', stubborn: 'end' });
		expect(plan.rows).toHaveLength(2);
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		expect(applied.rows.map(({ status }) => status)).toEqual(['ended', 'ended']);
		expect(await Promise.all(endings)).toEqual(['57P01', '57014']);
		expect((await meek.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
	});
});
