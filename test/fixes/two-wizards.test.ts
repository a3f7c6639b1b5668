/** Two people at the same server, each with a wizard: neither undoes what the other did. */
import { expect, onTestFinished, test } from 'vitest';
import { lift, raise } from '../../src/fixes/fence.ts';
import { describeOn, holdSlots, query, testMajors } from '../helpers/postgres.ts';
import { fixingOn, planOf } from './fixing.ts';

const options = {
	databases: ['openiz', 'clinic'],
	roles: [{ name: 'ims' }],
};
const quiet = () => undefined;

describeOn(testMajors, 'two wizards at once', options, (server) => {
	const admin = (database = 'postgres') => server().uri({ database });
	const limit = async (database: string) =>
		(await query(admin(), 'select datconnlimit from pg_database where datname = $1', [database]))[0]
			?.datconnlimit;

	test('the same value: each takes back its own change, and leaves the other’s', async () => {
		await query(admin(), 'alter database openiz connection limit 7');
		const [first, second] = [await fixingOn(admin()), await fixingOn(admin())];
		await first.fix('limit', { database: 'openiz', limit: '40' });
		await second.fix('limit', { database: 'openiz', limit: '50' });

		const tooEarly = await first.fixer.undo(first.journal.records, quiet);
		expect(tooEarly.undone).toEqual([]);
		expect(tooEarly.skipped).toMatchObject([
			{ why: expect.stringContaining('somebody else has set it to 50 since') },
		]);
		expect(await limit('openiz')).toBe(50);

		const { undone } = await second.fixer.undo(second.journal.records, quiet);
		expect(undone).toEqual(['the connection limit of database openiz: 50 → 40']);
		// What is as the first has left it is the first's to take back again.
		const inTurn = await first.fixer.undo(first.journal.records, quiet);
		expect(inTurn.undone).toEqual(['the connection limit of database openiz: 40 → 7']);
		expect(await limit('openiz')).toBe(7);
	});

	test('fences raised at the same moment: only one stands, and the other wizard does nothing without its own', async () => {
		await query(admin(), 'alter database openiz connection limit 7');
		onTestFinished(async () => void (await query(admin(), 'alter database openiz connection limit -1')));
		const sessionOf = async () => {
			const { session } = (await fixingOn(admin())).keeper;
			if (session === null) throw new Error('no session');
			return session;
		};
		const [first, second] = [await sessionOf(), await sessionOf()];
		// Both have read 7 by now.
		const fence = { database: 'openiz', kind: 'limit', limitBefore: 7 } as const;
		const outcomes = await Promise.allSettled([raise(first, fence, null), raise(second, fence, null)]);
		expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
		expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
			reason: { message: 'somebody else has fenced or limited openiz at this very moment' },
		});
		expect(await limit('openiz')).toBe(0);
		// Neither is left in a transaction, and the fence is lifted to what it was.
		expect(await lift(second, fence)).toMatchObject({ how: 'lifted' });
		expect(await lift(first, fence)).toMatchObject({ how: 'changed' });
		expect(await limit('openiz')).toBe(7);
	});

	test('planned at the same moment: the later one goes back to what it found, not to what it was shown', async () => {
		await query(admin(), 'alter database openiz connection limit 7');
		const [first, second] = [await fixingOn(admin()), await fixingOn(admin())];
		const plans = [
			planOf(await first.plan('limit', { database: 'openiz', limit: '40' })),
			planOf(await second.plan('limit', { database: 'openiz', limit: '50' })),
		] as const;
		await first.fixer.apply(plans[0], { yes: true, typed: null }, quiet);
		await second.fixer.apply(plans[1], { yes: true, typed: null }, quiet);
		const { undone } = await second.fixer.undo(second.journal.records, quiet);
		expect(undone).toEqual(['the connection limit of database openiz: 50 → 40']);
		expect(await limit('openiz')).toBe(40);
	});

	test('several changes: the latest first, and one that somebody else has changed is left and told', async () => {
		const { fix, fixer, journal } = await fixingOn(admin());
		await query(admin(), 'alter database openiz connection limit 7');
		await query(admin(), 'alter database clinic connection limit 9');
		await fix('limit', { database: 'openiz', limit: '40' });
		await fix('limit', { database: 'clinic', limit: '41' });
		await fix('limit', { database: 'openiz', limit: '42' });
		const other = await fixingOn(admin());
		await other.fix('limit', { database: 'clinic', limit: '90' });
		const { undone, skipped } = await fixer.undo(journal.records, quiet);
		expect(undone).toEqual([
			'the connection limit of database openiz: 42 → 40',
			'the connection limit of database openiz: 40 → 7',
		]);
		expect(skipped).toMatchObject([
			{ what: 'the connection limit of database clinic', why: expect.stringContaining('set it to 90 since') },
		]);
		expect([await limit('openiz'), await limit('clinic')]).toEqual([7, 90]);
	});

	test('the same fence: it is raised once, and the database is open afterwards', async () => {
		await query(admin(), 'alter database openiz connection limit 33');
		const held = await holdSlots(6, server().uri({ user: 'ims', database: 'openiz' }));
		onTestFinished(() => held.release());
		const [first, second] = [await fixingOn(admin()), await fixingOn(admin())];
		const plans = [
			planOf(await first.plan('disconnect-all', { database: 'openiz' })),
			planOf(await second.plan('disconnect-all', { database: 'openiz' })),
		] as const;
		const results = await Promise.all([
			first.fixer.apply(plans[0], { yes: true, typed: plans[0].confirm }, quiet),
			second.fixer.apply(plans[1], { yes: true, typed: plans[1].confirm }, quiet),
		]);
		// Each session was ended by one of them; to the other it is gone.
		const statuses = results.map(({ rows }) => rows.map(({ status }) => status));
		for (const status of statuses.flat())
			expect(['ended', 'gone', 'spared', 'refused', 'planned']).toContain(status);
		expect(
			await query(admin(), "select 1 from pg_stat_activity where application_name = 'holder'"),
		).toHaveLength(0);
		for (const { fixer, journal } of [first, second]) {
			await fixer.undo(journal.records, quiet);
			expect(await fixer.fences()).toEqual([]);
		}
		expect(await limit('openiz')).toBe(33);
		const [row] = await query(
			admin(),
			"select d.datallowconn, s.setconfig from pg_database d left join pg_db_role_setting s on s.setdatabase = d.oid where d.datname = 'openiz'",
		);
		expect(row).toEqual({ datallowconn: true, setconfig: null });
	});
});
