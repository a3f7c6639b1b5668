/** KB008's solutions that set something: on, in effect, and off again with the catalogs as they were. */
import { expect, onTestFinished, test } from 'vitest';
import { kb008 } from '../content/kb008.ts';
import { connect, describeOn, holdSlots, query, testMajors, until } from '../helpers/postgres.ts';
import { solutionOf } from './article.ts';
import { fixingOn, planOf } from './fixing.ts';

const article = kb008();
const quiet = () => undefined;
/** Nothing is waited for: what is shown is the reason. */
const atOnce = { holdMs: 0, patienceMs: 0, everyMs: 50, loginEveryMs: 50 };
const options = {
	databases: ['openiz'],
	roles: [{ name: 'ims' }, { name: 'report', attributes: 'CONNECTION LIMIT 30' }],
};

describeOn(testMajors, 'KB008’s settings', options, (server, major) => {
	const superuser = (database = 'postgres') => server().uri({ database });
	const ims = () => server().uri({ user: 'ims', database: 'openiz' });
	/** What roles and databases are and have: compared before and after. */
	const catalogs = async () => [
		await query(superuser(), 'select setdatabase, setrole, setconfig from pg_db_role_setting order by 1, 2'),
		await query(superuser(), 'select * from pg_roles order by rolname'),
		await query(superuser(), 'select datname, datconnlimit, datallowconn from pg_database order by datname'),
		await query(superuser(), 'select name, setting, applied, error from pg_file_settings order by seqno'),
	];

	test('set-timeouts: each for the role, those that are left open as they are, and all of it taken back', async () => {
		await query(superuser(), "alter role ims set statement_timeout = '9min'");
		onTestFinished(async () => {
			await query(superuser(), 'alter role ims reset statement_timeout');
		});
		const before = await catalogs();
		const { fix, fixer, journal } = await fixingOn(superuser(), { article });
		const { plan, applied } = await fix('set-timeouts', {
			role: 'ims',
			statement_timeout: '110 seconds',
			...(major >= 14 ? { idle_session_timeout: '45min' } : {}),
		});
		expect(plan.statements).toEqual([
			`alter role "ims" set idle_in_transaction_session_timeout = '5min'`,
			`alter role "ims" set statement_timeout = '110s'`,
			...(major >= 14
				? [
						`alter role "ims" set client_connection_check_interval = '30s'`,
						`alter role "ims" set idle_session_timeout = '45min'`,
					]
				: []),
		]);
		expect(plan.undoable).toContain('statement_timeout of role ims, back to 9min');
		const leftOut = plan.consequences.filter((each) => each.includes('is left out'));
		expect(leftOut).toHaveLength(major >= 14 ? 0 : 2);
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		expect(await query(ims(), 'show statement_timeout')).toEqual([{ statement_timeout: '110s' }]);
		const { skipped } = await fixer.undo(journal.records, quiet);
		expect(skipped).toEqual([]);
		expect(await catalogs()).toEqual(before);
	});

	test('set-timeouts: an open transaction is ended by what was set', async () => {
		const { fix, fixer, journal } = await fixingOn(superuser(), { article });
		await fix('set-timeouts', { role: 'ims', idle_in_transaction_session_timeout: '100ms' });
		const client = await connect(ims());
		await client.query('begin');
		await expect(
			new Promise((_, reject) => {
				client.on('error', reject);
			}),
		).rejects.toMatchObject({ code: '25P03' });
		await fixer.undo(journal.records, quiet);
	});

	test('set-timeouts: where it does not hold, who is from before the change is told', async () => {
		const client = await connect(ims());
		onTestFinished(() => client.end());
		await client.query('begin');
		const { fix, fixer, journal } = await fixingOn(superuser(), { article }, atOnce);
		const tried = await fix('set-timeouts', { role: 'ims' });
		const of = { solution: 'set-timeouts', step: null, ...tried, before: { usable: 2 } };
		expect(await fixer.verify(of, quiet)).toMatchObject({
			held: false,
			note: '1 session of role ims is from before the change and keeps the old value: end it, or restart what it belongs to',
		});
		await fixer.undo(journal.records, quiet);
	});

	test('set-timeouts: what would do harm is asked again', async () => {
		const { plan } = await fixingOn(superuser(), { article });
		const problems: readonly (readonly [Readonly<Record<string, string>>, string, string])[] = [
			[{ statement_timeout: '110' }, 'statement_timeout', '110 would be 110 ms'],
			...(major >= 14
				? [[{ idle_session_timeout: '5min' }, 'idle_session_timeout', 'at least 30min'] as const]
				: []),
		];
		for (const [parameters, name, problem] of problems)
			expect(await plan('set-timeouts', { role: 'ims', ...parameters })).toMatchObject({
				kind: 'parameter',
				name,
				problem: expect.stringContaining(problem),
			});
		// Without evidence nobody is guessed at.
		expect(await plan('set-timeouts')).toMatchObject({ kind: 'parameter', name: 'role' });
	});

	test('set-timeouts: role and timeout come from the evidence', async () => {
		const held = await connect(ims());
		onTestFinished(() => held.end());
		const sql =
			article.checks
				.find(({ id }) => id === 'who-holds-the-slots')
				?.checks[0]?.body.replace(':usable', 'null') ?? '';
		const [seen] = await query(superuser(), sql);
		expect(seen).toMatchObject({ application_role: 'ims' });
		const { fixer, keeper } = await fixingOn(superuser(), { article });
		const facts = { application_role: 'ims', does_the_application_log_read_timeouts__stop_after_s: 108 };
		const planned = await fixer.plan({
			solution: solutionOf(article, 'set-timeouts'),
			step: null,
			parameters: {},
			facts,
			server: keeper.session?.server ?? null,
		});
		expect(planOf(planned).statements).toContain(`alter role "ims" set statement_timeout = '108s'`);
	});

	test('limit-the-other-application: its limit, what that means now, its idle excess ended if asked, and back', async () => {
		const before = await catalogs();
		const held = await holdSlots(5, server().uri({ user: 'report', database: 'openiz' }), 'grafana');
		onTestFinished(() => held.release());
		const { fix, fixer, journal } = await fixingOn(superuser(), { article }, atOnce);
		const kept = await fix('limit-the-other-application', { role: 'report', limit: '2' });
		expect(kept.plan.statements).toEqual(['alter role "report" connection limit 2']);
		expect(kept.plan.consequences).toContain(
			'Role report has 5 sessions now: they stay, and none is let in until fewer than 2 are left. By application: grafana (5).',
		);
		const of = { solution: 'limit-the-other-application', step: null, ...kept, before: { usable: 20 } };
		expect(await fixer.verify(of, quiet)).toMatchObject({
			held: false,
			note: 'role report still has 5 sessions, and may have 2: who was there stays, so end them, or restart what they belong to',
		});
		await expect(connect(server().uri({ user: 'report', database: 'openiz' }))).rejects.toMatchObject({
			code: '53300',
		});
		const ended = await fix('limit-the-other-application', { role: 'report', limit: '1', excess: 'end' });
		expect(ended.applied.rows.map(({ status }) => status)).toEqual(['ended', 'ended', 'ended', 'ended']);
		const { undone, skipped } = await fixer.undo(journal.records, quiet);
		expect(skipped).toEqual([]);
		expect(undone).toEqual([
			'the connection limit of role report: 1 → 2',
			'the connection limit of role report: 2 → 30',
		]);
		expect(await catalogs()).toEqual(before);
	});

	test('limit-the-other-application: a superuser cannot be limited, and a role that is shared is told', async () => {
		const sessions = await Promise.all([
			connect(server().uri({ user: 'report', database: 'openiz' }), 'grafana'),
			connect(server().uri({ user: 'report', database: 'openiz' }), ''),
		]);
		onTestFinished(async () => {
			await Promise.all(sessions.map((each) => each.end()));
		});
		const { plan } = await fixingOn(superuser(), { article });
		expect(await plan('limit-the-other-application', { role: 'postgres', limit: '5' })).toMatchObject({
			kind: 'unavailable',
			why: 'role postgres is a superuser, and no connection limit stops one',
		});
		const planned = planOf(await plan('limit-the-other-application', { role: 'report', limit: '5' }));
		expect(planned.consequences.join('\n')).toContain(
			'3 more are let in. By application: without a name (1), grafana (1); the limit counts for all of them together',
		);
	});

	test('lift-the-connection-limit and allow-connections: several at once, of odd names, and back', async () => {
		await query(superuser(), 'create database "Odd, name"');
		await query(superuser(), 'create database "two words" allow_connections false');
		await query(superuser(), 'alter database openiz connection limit 5');
		await query(superuser(), 'alter database "two words" connection limit 0');
		const before = await catalogs();
		const { fix, fixer, journal } = await fixingOn(superuser(), { article });
		const lifted = await fix('lift-the-connection-limit', { database: 'openiz, two words', limit: '9' });
		expect(lifted.plan.statements).toEqual([
			'alter database "openiz" connection limit 9',
			'alter database "two words" connection limit 9',
		]);
		const opened = await fix('allow-connections', { database: 'two words' });
		expect(opened.applied).toMatchObject({ outcome: 'done', failure: null });
		await fix('lift-the-connection-limit', { role: 'report' });
		const { plan } = await fixingOn(superuser(), { article });
		expect(await plan('lift-the-connection-limit', { role: 'ims', limit: '5' })).toMatchObject({
			kind: 'nothing to do',
			why: expect.stringContaining('role ims has no connection limit'),
		});
		expect(await plan('lift-the-connection-limit', { database: 'template1' })).toMatchObject({
			kind: 'nothing to do',
			why: expect.stringContaining('database template1 has no connection limit'),
		});
		const { skipped } = await fixer.undo(journal.records, quiet);
		expect(skipped).toEqual([]);
		expect(await catalogs()).toEqual(before);
		await query(superuser(), 'alter database openiz connection limit -1');
	});

	test('release-waiting-commits: the commit returns; the old value comes back with a warning', async () => {
		await query(superuser(), 'create table public.kept (n int)');
		await query(superuser(), `alter system set synchronous_standby_names = 'ANY 1 (lost, "gone too")'`);
		await query(superuser(), 'select pg_reload_conf()');
		const release = async () => {
			await query(superuser(), 'alter system reset synchronous_standby_names');
			await query(superuser(), 'select pg_reload_conf()');
		};
		onTestFinished(release);
		const names = async () =>
			(await query(superuser(), 'show synchronous_standby_names'))[0]?.synchronous_standby_names;
		await until(async () => (await names()) !== '', { what: 'the reload' });
		const before = await catalogs();
		const writer = await connect(superuser());
		onTestFinished(() => writer.end());
		await writer.query('set synchronous_commit = on');
		const commit = writer.query('insert into public.kept values (1)');
		const waiting = async () =>
			(await query(superuser(), "select 1 from pg_stat_activity where wait_event = 'SyncRep'")).length > 0;
		await until(waiting, { what: 'the commit to wait' });

		const { fix, fixer, journal } = await fixingOn(superuser(), { article });
		const { plan, applied } = await fix('release-waiting-commits');
		expect(plan.confirm).toBe(server().host);
		expect(plan.statements).toEqual([
			"alter system set synchronous_standby_names = ''",
			'select pg_reload_conf()',
		]);
		expect(plan.consequences.join('\n')).toContain(
			'1 commit waits for a standby now, and no standby streams. A commit that no standby confirms is on this server alone.',
		);
		expect(plan.consequences.join('\n')).toContain(
			'To take it back before such a standby streams (ANY 1 (lost, "gone too")) makes every commit wait again.',
		);
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		await commit;
		expect(await names()).toBe('');
		const { undone, skipped } = await fixer.undo(journal.records, quiet);
		expect(skipped).toEqual([]);
		expect(undone).toEqual([expect.stringContaining('no standby streams now, so every commit waits')]);
		expect(await names()).toBe('ANY 1 (lost, "gone too")');
		expect(await catalogs()).toEqual(before);
		await release();
		await until(async () => (await names()) === '', { what: 'the reload' });
		await query(superuser(), 'drop table public.kept');
	});
});
