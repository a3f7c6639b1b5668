/** A prepared transaction is finished in its own database, as it was decided, and by nobody else. */
import { expect, onTestFinished, test } from 'vitest';
import { kb008 } from '../content/kb008.ts';
import { connect, describeOn, query, testMajors } from '../helpers/postgres.ts';
import { fixingOn, planOf } from './fixing.ts';

const article = kb008();
const options = {
	settings: { max_prepared_transactions: 5 },
	databases: ['openiz', 'Odd "name"'],
	roles: [{ name: 'ims' }, { name: 'other' }],
};
const solution = 'finish-the-prepared-transaction';

describeOn(testMajors, 'a prepared transaction', options, (server) => {
	const superuser = (database = 'postgres') => server().uri({ database });
	const prepared = async () =>
		(await query(superuser(), 'select gid from pg_prepared_xacts order by gid')).map(({ gid }) => gid);
	/** Leaves a row that is there only once it is committed. */
	const prepare = async (gid: string, database: string, user = 'postgres') => {
		const client = await connect(server().uri({ user, database }));
		await client.query('begin');
		await client.query('create table public.kept (n int)');
		await client.query(`prepare transaction '${gid.replaceAll("'", "''")}'`);
		await client.end();
	};
	const odd = `it's a "gid" \\ of; two words`;

	test('committed from another database, gid with quotes and blanks', async () => {
		await prepare(odd, 'Odd "name"');
		await prepare('left alone', 'openiz');
		onTestFinished(() => query(superuser('openiz'), `rollback prepared 'left alone'`).then(() => undefined));
		const { fix, keeper, journal } = await fixingOn(superuser(), { article });
		const done = await fix(solution, { gid: odd, decision: 'commit' });
		expect(done.plan.confirm).toBe(odd);
		expect(done.plan.statements).toEqual([`commit prepared  E'it''s a "gid" \\\\ of; two words'`]);
		expect(done.plan.undoable).toEqual([]);
		expect(done.plan.consequences).toEqual([
			'This is done in database "Odd ""name""": the session goes there, and back.',
			'It cannot be taken back.',
		]);
		expect(done.applied).toMatchObject({ outcome: 'done', failure: null });
		expect(await prepared()).toEqual(['left alone']);
		expect(keeper.session?.server.database).toBe('postgres');
		expect(await query(superuser('Odd "name"'), 'select n from public.kept')).toEqual([]);
		const intents = journal.records.filter(({ kind }) => kind === 'intent');
		expect(intents).toMatchObject([{ effect: 'sql', object: 'a statement in database "Odd ""name"""' }]);
	});

	test('rolled back; without a decision, or with a gid that is none, it asks', async () => {
		await prepare('tx-1', 'openiz');
		const { fix, plan } = await fixingOn(superuser('openiz'), { article });
		expect(await plan(solution, { gid: 'tx-1' })).toMatchObject({
			kind: 'parameter',
			name: 'decision',
			choices: ['commit', 'rollback'],
			suggestion: null,
		});
		expect(await plan(solution, { decision: 'rollback' })).toMatchObject({
			kind: 'parameter',
			name: 'gid',
			choices: ['tx-1'],
		});
		expect(await plan(solution, { gid: 'tx-2', decision: 'rollback' })).toMatchObject({
			kind: 'parameter',
			name: 'gid',
			problem: 'there is no gid tx-2',
			suggestion: 'tx-1',
		});
		const { plan: made, applied } = await fix(solution, { gid: 'tx-1', decision: 'rollback' });
		expect(made.statements).toEqual([`rollback prepared 'tx-1'`]);
		expect(applied.outcome).toBe('done');
		expect(await prepared()).toEqual([]);
		expect(await query(superuser('openiz'), `select to_regclass('public.kept')`)).toEqual([
			{ to_regclass: null },
		]);
	});

	test('who prepared it may finish it, and nobody else but a superuser', async () => {
		await query(superuser('openiz'), 'grant create on schema public to ims');
		await prepare('of-ims', 'openiz', 'ims');
		const other = await fixingOn(server().uri({ user: 'other', database: 'openiz' }), { article });
		expect(await other.plan(solution, { gid: 'of-ims', decision: 'commit' })).toMatchObject({
			kind: 'unavailable',
			why: 'only ims or a superuser may finish it',
		});
		const own = await fixingOn(server().uri({ user: 'ims', database: 'postgres' }), { article });
		expect((await own.fix(solution, { gid: 'of-ims', decision: 'commit' })).applied.outcome).toBe('done');
		expect(await prepared()).toEqual([]);
		await query(superuser('openiz'), 'drop table public.kept');
	});

	test('a database that cannot be entered: nothing is done, and it says why', async () => {
		await prepare('shut', 'openiz');
		const { fix, plan } = await fixingOn(superuser(), { article });
		expect(planOf(await plan(solution, { gid: 'shut', decision: 'commit' })).rows).toEqual([]);
		await query(superuser(), 'alter database openiz allow_connections false');
		const { applied } = await fix(solution, { gid: 'shut', decision: 'commit' });
		await query(superuser(), 'alter database openiz allow_connections true');
		expect(applied).toMatchObject({
			outcome: 'nothing',
			done: [{ status: 'failed', why: expect.stringContaining('it is done in database openiz') }],
		});
		expect(await prepared()).toEqual(['shut']);
		await query(superuser('openiz'), `rollback prepared 'shut'`);
	});
});
