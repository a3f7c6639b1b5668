import { expect, onTestFinished, test } from 'vitest';
import type { JournalEntry } from '../../src/session/record.ts';
import { describeOn, query, testMajors } from '../helpers/postgres.ts';
import { fixingOn } from './fixing.ts';

const options = {
	databases: ['openiz', 'Odd "name"'],
	roles: [
		{ name: 'ims', attributes: 'CONNECTION LIMIT 7' },
		{ name: 'report', attributes: 'CONNECTION LIMIT 3' },
		{ name: 'owner' },
	],
};
const quiet = () => undefined;

describeOn(testMajors, 'limits, and taking them back', options, (server) => {
	const superuser = (database = 'postgres') => server().uri({ database });
	const limit = async (database: string) =>
		(await query(superuser(), 'select datconnlimit from pg_database where datname = $1', [database]))[0]
			?.datconnlimit;
	const roleLimits = async () =>
		Object.fromEntries(
			(
				await query(
					superuser(),
					"select rolname, rolconnlimit from pg_roles where rolname in ('ims', 'report')",
				)
			).map(({ rolname, rolconnlimit }) => [rolname, rolconnlimit]),
		);

	test('a database limit is set, and put back exactly', async () => {
		await query(superuser(), 'alter database "Odd ""name""" connection limit 12');
		const { fix, fixer, journal } = await fixingOn(superuser());
		const { plan, applied } = await fix('limit', { database: 'Odd "name"', limit: '40' });
		expect(plan.statements).toEqual(['alter database "Odd ""name""" connection limit 40']);
		expect(plan.undoable).toEqual(['the connection limit of database "Odd ""name""", back to 12']);
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		expect(await limit('Odd "name"')).toBe(40);
		const undone = await fixer.undo(journal.records, quiet);
		expect(undone.undone).toEqual(['the connection limit of database "Odd ""name""": 40 → 12']);
		expect(undone.skipped).toEqual([]);
		expect(await limit('Odd "name"')).toBe(12);
		expect(await fixer.undo(journal.records, quiet)).toMatchObject({ undone: [], skipped: [] });
	});

	test('every role that the preview lists is changed, and the latest is taken back first', async () => {
		const { fix, fixer, journal } = await fixingOn(superuser());
		const { applied } = await fix('limit-a-role');
		expect(applied.done.map(({ status }) => status)).toEqual(['done', 'done']);
		expect(await roleLimits()).toEqual({ ims: -1, report: -1 });
		const { undone } = await fixer.undo(journal.records, quiet);
		expect(undone).toEqual([
			'the connection limit of role report: unlimited (-1) → 3',
			'the connection limit of role ims: unlimited (-1) → 7',
		]);
		expect(await roleLimits()).toEqual({ ims: 7, report: 3 });
	});

	test('what somebody else has changed since is left, and said', async () => {
		const { fix, fixer, journal } = await fixingOn(superuser());
		await fix('limit', { database: 'openiz', limit: '40' });
		await query(superuser(), 'alter database openiz connection limit 50');
		const { undone, skipped } = await fixer.undo(journal.records, quiet);
		expect(undone).toEqual([]);
		expect(skipped).toMatchObject([{ why: expect.stringContaining('somebody else has set it to 50 since') }]);
		expect(await limit('openiz')).toBe(50);
	});

	test('a closed database is opened, and closed again from another database', async () => {
		await query(superuser(), 'alter database openiz allow_connections false');
		onTestFinished(async () => {
			await query(superuser(), 'alter database openiz allow_connections true');
		});
		const { fix, fixer, journal, keeper } = await fixingOn(superuser());
		const { applied } = await fix('open', { database: 'openiz' });
		expect(applied.outcome).toBe('done');
		await keeper.move('openiz');
		const { undone } = await fixer.undo(journal.records, quiet);
		expect(undone).toEqual(['connections to database openiz: allowed → disallowed']);
		const [row] = await query(superuser(), "select datallowconn from pg_database where datname = 'openiz'");
		expect(row).toEqual({ datallowconn: false });
	});

	test('a role without the right is told before anything is asked of it', async () => {
		const { plan } = await fixingOn(server().uri({ user: 'owner', database: 'postgres' }));
		expect(await plan('limit', { database: 'openiz', limit: '40' })).toMatchObject({
			kind: 'by hand',
			why: 'owner may not alter database openiz',
		});
		expect(await plan('limit-a-role')).toMatchObject({
			kind: 'by hand',
			why: 'owner may not alter role ims',
		});
	});

	test('a fence that a superuser left behind is found by a later session, and lifted', async () => {
		await query(superuser(), 'alter database openiz connection limit 0');
		const note = {
			v: 1,
			kind: 'limit',
			limit: 33,
			session: '20261122-140502-qkzm',
			at: '2026-11-22T14:05:02.000Z',
		};
		await query(superuser(), `alter database openiz set kbwizard.fence = '${JSON.stringify(note)}'`);
		const { fixer } = await fixingOn(superuser());
		const [fence, ...others] = await fixer.fences();
		expect(others).toEqual([]);
		expect(fence).toMatchObject({
			database: 'openiz',
			kind: 'limit',
			limitBefore: 33,
			session: note.session,
		});
		if (fence === undefined) return;
		expect(await fixer.liftFence(fence)).toMatchObject({ skipped: [] });
		expect(await limit('openiz')).toBe(33);
		expect(await fixer.fences()).toEqual([]);
	});

	test('undo lifts a fence that nobody was left to lift, and its note with it', async () => {
		const { fixer, journal } = await fixingOn(superuser());
		await journal.append({
			kind: 'intent',
			plan: 'p',
			solution: 'disconnect-all',
			effect: 'fence',
			object: 'database openiz',
			old: 21,
			set: 0,
			inverse: { effect: 'connection-limit', kind: 'database', name: 'openiz', before: 21 },
			statement: 'alter database "openiz" connection limit 0',
		});
		await query(superuser(), 'alter database openiz connection limit 0');
		await query(superuser(), `alter database openiz set kbwizard.fence = '{}'`);
		expect(await fixer.recover(journal.records)).toMatchObject({ choices: ['undo', 'verify', 'leave'] });
		const { undone } = await fixer.undo(journal.records, quiet);
		expect(undone).toEqual(['the connection limit of database openiz: 0 → 21']);
		expect(await limit('openiz')).toBe(21);
		expect(
			await query(superuser(), "select 1 from pg_db_role_setting where setconfig::text like '%fence%'"),
		).toEqual([]);
	});

	test('a note that makes no sense is no fence', async () => {
		for (const note of ['{"v":1,"kind":"limit","limit":0,"session":"x","at":"y"}', 'rubbish', '{}', '[]']) {
			await query(superuser(), 'alter database openiz connection limit 0');
			await query(superuser(), `alter database openiz set kbwizard.fence = '${note}'`);
			const { fixer } = await fixingOn(superuser());
			expect(await fixer.fences()).toEqual([]);
		}
		await query(superuser(), 'alter database openiz reset kbwizard.fence');
		await query(superuser(), 'alter database openiz connection limit -1');
	});

	test('an interrupted step is looked at: done, not done, or somebody else', async () => {
		const intent: JournalEntry = {
			kind: 'intent',
			plan: 'p',
			solution: 'limit',
			effect: 'connection-limit',
			object: 'database openiz',
			old: 5,
			set: 9,
			inverse: { effect: 'connection-limit', kind: 'database', name: 'openiz', before: 5 },
			statement: 'alter database "openiz" connection limit 9',
		};
		for (const [now, state, choices] of [
			[9, 'done', ['verify', 'undo', 'leave']],
			[5, 'not done', ['verify', 'leave']],
			[6, 'changed', ['verify', 'leave']],
		] as const) {
			await query(superuser(), `alter database openiz connection limit ${now}`);
			const { fixer, journal } = await fixingOn(superuser());
			await journal.append(intent);
			expect(await fixer.recover(journal.records)).toMatchObject({ parts: [{ state }], choices });
		}
		const { fixer, journal } = await fixingOn(superuser());
		expect(await fixer.recover(journal.records)).toBeNull();
		await query(superuser(), 'alter database openiz connection limit -1');
	});
});
