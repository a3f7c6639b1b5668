import { expect, onTestFinished, test } from 'vitest';
import { connect, describeOn, holdSlots, query, testMajors } from '../helpers/postgres.ts';
import { solutionOf } from './article.ts';
import { fixingOn, planOf } from './fixing.ts';
import { reconnectingPool } from './reconnecting-pool.ts';

const options = {
	settings: { max_connections: 15, superuser_reserved_connections: 3 },
	databases: ['openiz'],
	roles: [{ name: 'ims' }, { name: 'owner' }],
};

describeOn(testMajors, 'planning', options, (server) => {
	const superuser = (database = 'postgres') => server().uri({ database });
	const ims = () => server().uri({ user: 'ims', database: 'openiz' });

	test('a parameter without a value is asked for, with what there is to choose from', async () => {
		const { plan } = await fixingOn(superuser());
		expect(await plan('open')).toMatchObject({
			kind: 'parameter',
			name: 'database',
			choices: ['openiz', 'postgres'],
			problem: null,
		});
	});

	test('a choice comes from the preview', async () => {
		const held = await holdSlots(2, ims());
		onTestFinished(() => held.release());
		const { plan } = await fixingOn(superuser());
		const asked = await plan('pick-one');
		expect(asked).toMatchObject({ kind: 'parameter', name: 'pid' });
		if (asked.kind !== 'parameter') return;
		expect(asked.choices).toHaveLength(2);
		const [pid = ''] = asked.choices;
		expect(planOf(await plan('pick-one', { pid }))).toMatchObject({
			confirm: pid,
			rows: [{ pid: Number(pid) }],
		});
	});

	test.each([
		['limit', { limit: 'many' }, '“many” is not a whole number'],
		['limit', { limit: '101' }, 'it must be at most 100'],
		['limit', { database: 'openi' }, 'there is no database openi on this server'],
		['disconnect-idle', { age: 'a while' }, '“a while” is not a length of time; write 5 minutes, 30s or 1h'],
		['disconnect-idle', { age: '-5min' }, '“-5min” is less than no time at all'],
		['disconnect-idle', { role: 'imz' }, 'there is no role imz on this server'],
	])('%s with %o is asked again: %s', async (solution, parameters, problem) => {
		const { plan } = await fixingOn(superuser());
		expect(await plan(solution, parameters)).toMatchObject({ kind: 'parameter', problem });
	});

	test('a default of “any” leaves the filter open, and a name narrows it', async () => {
		const held = await holdSlots(1, ims());
		const mine = await connect(superuser('openiz'));
		onTestFinished(() =>
			Promise.all([held.release(), mine.end().catch(() => undefined)]).then(() => undefined),
		);
		const { plan } = await fixingOn(superuser());
		expect(planOf(await plan('disconnect-idle', { database: 'openiz' })).rows).toHaveLength(2);
		expect(planOf(await plan('disconnect-idle', { database: 'openiz', role: 'ims' })).rows).toHaveLength(1);
	});

	test('nobody there: nothing to do', async () => {
		const { plan } = await fixingOn(superuser());
		expect((await plan('disconnect-all', { database: 'openiz' })).kind).toBe('nothing to do');
	});

	test('a value of a parameter is never SQL', async () => {
		const held = await holdSlots(1, ims());
		onTestFinished(() => held.release());
		const { fixer, keeper } = await fixingOn(superuser());
		const article = (await import('./article.ts')).fixArticle();
		const solution = solutionOf(article, 'pick-one');
		const planned = await fixer.plan({
			solution,
			step: null,
			parameters: { pid: "1) or true or pg_terminate_backend(a.pid) --'" },
			facts: {},
			server: keeper.session?.server ?? null,
		});
		expect(planned.kind).toBe('unavailable');
		expect((await held.clients[0]?.query('select 1 as one'))?.rows).toEqual([{ one: 1 }]);
	});

	test('more sessions than a plan may list: only the listed ones are touched', async () => {
		const held = await holdSlots(4, ims());
		onTestFinished(() => held.release());
		const { fix } = await fixingOn(superuser(), { maxRows: 3 });
		const { plan, applied } = await fix('disconnect-all', { database: 'openiz' });
		expect(plan.rows).toHaveLength(3);
		expect(plan.consequences.join(' ')).toContain('1 more are not in this plan');
		expect(applied.outcome).toBe('done');
		const [row] = await query(
			superuser(),
			"select count(*)::int as n from pg_stat_activity where datname = 'openiz'",
		);
		expect(row).toEqual({ n: 1 });
	});

	test('without a guardian nothing is fenced, and that is said', async () => {
		const held = await holdSlots(1, ims());
		onTestFinished(() => held.release());
		const { fix } = await fixingOn(superuser(), { launchGuardian: null });
		const { plan, applied } = await fix('disconnect-all', { database: 'openiz' });
		expect(plan.consequences.join(' ')).toContain('Nothing is fenced: there is no guardian process');
		expect(plan.statements.join(' ')).not.toContain('connection limit');
		expect(applied.outcome).toBe('done');
	});

	test('a guardian that does not come up: nothing is done', async () => {
		const held = await holdSlots(1, ims());
		onTestFinished(() => held.release());
		const launchGuardian = () => Promise.reject(new Error('no room for a process'));
		const { fix, journal, keeper } = await fixingOn(superuser('openiz'), { launchGuardian });
		const { applied } = await fix('disconnect-all');
		expect(applied).toMatchObject({ outcome: 'nothing', failure: { code: 'no-guardian' } });
		expect(journal.records.map(({ kind }) => kind)).toEqual(['cluster']);
		expect(keeper.session?.server.database).toBe('openiz');
		expect((await held.clients[0]?.query('select 1 as one'))?.rows).toEqual([{ one: 1 }]);
	});

	test('from the last ordinary slot of a full server, in the very database, against a pool that refills', async () => {
		await query(superuser(), 'alter database openiz owner to owner');
		await query(superuser(), 'grant pg_signal_backend, pg_read_all_stats to owner');
		// 15 slots, 3 reserved: with ours, all 12 ordinary ones are taken.
		const fixing = await fixingOn(server().uri({ user: 'owner', database: 'openiz' }));
		const pool = await reconnectingPool(ims(), 11);
		onTestFinished(() => pool.end());
		const { applied } = await fixing.fix('disconnect-all');
		expect(applied.failure).toBeNull();
		expect(applied.rows.every(({ status }) => status === 'ended')).toBe(true);
		expect(applied.done).toContainEqual({ what: 'fence database openiz', status: 'done', why: null });
		const [row] = await query(superuser(), "select datconnlimit from pg_database where datname = 'openiz'");
		expect(row).toEqual({ datconnlimit: -1 });
	});
});
