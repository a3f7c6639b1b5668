/** KB008's solutions that set something: on, in effect, and off again with the catalogs as they were. */
import { expect, onTestFinished, test } from 'vitest';
import { kb008 } from '../content/kb008.ts';
import { connect, describeOn, query, testMajors } from '../helpers/postgres.ts';
import { solutionOf } from './article.ts';
import { fixingOn, planOf } from './fixing.ts';

const article = kb008();
const quiet = () => undefined;
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
});
