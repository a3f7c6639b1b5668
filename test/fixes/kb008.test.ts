/** The effects of the shipped article, against the trouble they are meant for. */
import { expect, onTestFinished, test } from 'vitest';
import { kb008 } from '../content/kb008.ts';
import { connect, describeOn, holdSlots, query, testMajors, until } from '../helpers/postgres.ts';
import { fixingOn } from './fixing.ts';

const options = {
	settings: { max_connections: 30 },
	databases: ['openiz', 'audit'],
	roles: [{ name: 'ims' }, { name: 'limited', attributes: 'CONNECTION LIMIT 2' }],
};

describeOn(testMajors, 'KB008', options, (server) => {
	const superuser = (database = 'postgres') => server().uri({ database });
	const ims = () => server().uri({ user: 'ims', database: 'openiz' });

	test('disconnects all clients behind a fence', async () => {
		const held = await holdSlots(3, ims());
		onTestFinished(() => held.release());
		const { fix } = await fixingOn(superuser('openiz'), { article: kb008() });
		const { plan, applied } = await fix('disconnect-all-clients');
		expect(plan).toMatchObject({ confirm: 'openiz', rows: [{}, {}, {}] });
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		expect(applied.done).toContainEqual({ what: 'fence database openiz', status: 'done', why: null });
	});

	test('disconnects idle clients of the age that is asked for', async () => {
		const held = await holdSlots(2, ims());
		onTestFinished(() => held.release());
		const { fix, plan } = await fixingOn(superuser(), { article: kb008() });
		expect((await plan('disconnect-idle-clients', { database: 'openiz' })).kind).toBe('nothing to do');
		const { applied } = await fix('disconnect-idle-clients', { database: 'openiz', age: '0 s', role: 'ims' });
		expect(applied.rows.map(({ status }) => status)).toEqual(['ended', 'ended']);
	});

	test('ends the blocking session: cancelled while it works, ended while it sits', async () => {
		const client = await connect(ims());
		onTestFinished(() => client.end().catch(() => undefined));
		const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
		const pid = String(rows[0]?.pid);
		const { fix } = await fixingOn(superuser(), { article: kb008() });
		const working = client.query('select pg_sleep(30)').catch((error: unknown) => error);
		const isActive = async () =>
			(await query(superuser(), "select 1 from pg_stat_activity where pid = $1 and state = 'active'", [pid]))
				.length > 0;
		await until(isActive, { what: 'the query to run' });
		const cancelled = await fix('end-the-blocking-session', { pid });
		expect(cancelled.plan.confirm).toBe(pid);
		expect(cancelled.applied.done).toMatchObject([{ what: 'cancel 1 session', status: 'done' }]);
		expect(await working).toMatchObject({ code: '57014' });
		const ended = await fix('end-the-blocking-session', { pid });
		expect(ended.applied.done).toMatchObject([{ what: 'end 1 session', status: 'done' }]);
		await expect(client.query('select 1')).rejects.toThrow();
	});

	test('lifts the limit of the role that has reached it, and puts it back', async () => {
		const held = await holdSlots(2, server().uri({ user: 'limited', database: 'openiz' }));
		onTestFinished(() => held.release());
		const { fix, fixer, journal } = await fixingOn(superuser(), { article: kb008() });
		const { plan, applied } = await fix('lift-the-connection-limit');
		expect(plan.statements).toEqual(['alter role "limited" connection limit -1']);
		expect(applied.outcome).toBe('done');
		const { undone } = await fixer.undo(journal.records, () => undefined);
		expect(undone).toEqual(['the connection limit of role limited: unlimited (-1) → 2']);
	});

	test('opens a database that was closed', async () => {
		await query(superuser(), 'alter database audit allow_connections false');
		const { fix } = await fixingOn(superuser(), { article: kb008() });
		const { applied } = await fix('allow-connections', { database: 'audit' });
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		await (await connect(server().uri({ user: 'ims', database: 'audit' }))).end();
	});
});
