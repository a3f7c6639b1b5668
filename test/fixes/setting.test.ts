/** `setting`: for the server, a role, a database, or a role in a database; set, in effect, taken back. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Article } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';
import { connect, describeOn, query, testMajors } from '../helpers/postgres.ts';
import { fixingOn, planOf } from './fixing.ts';

const scopes = {
	system: 'system=true',
	role: 'role=:role',
	database: 'database=:database',
	both: 'role=:role database=:database',
};

function article(): Article {
	const solutions = Object.entries(scopes).map(
		([id, attributes]) => `### ${id}

Sets it.

- **Risk**: moderate
- \`name\` (name): which
- \`value\` (name): to what, default any
- \`role\` (name): whose, default any
- \`database\` (name): where, default any

\`\`\`setting apply name=:name value=:value ${attributes}
\`\`\`

Verify: [Fine?](#fine) **yes**
`,
	);
	const text = `# SET1: Settings

## Issue

For tests.

## Symptoms

- Wrong

## Checks

### Fine?

\`\`\`sql check
select 'yes' as verdict
\`\`\`

- **yes** (ok): fine → not [It](#it)
- **otherwise** (unknown): not known

## Causes

### It

It.

${Object.keys(scopes)
	.map((id, index) => `${index + 1}. [${id}](#${id})`)
	.join('\n')}

## Solutions

${solutions.join('\n')}`;
	const compiled = compileArticle(text, { path: 'set1.md' }).article;
	if (compiled === null) throw new Error('the article of this test is wrong');
	return compiled;
}

const options = {
	databases: ['openiz', 'Odd "name"'],
	roles: [
		{ name: 'ims' },
		{ name: 'owner' },
		{ name: "o'brien" },
		{ name: 'maker', attributes: 'CREATEROLE' },
	],
};
const quiet = () => undefined;

describeOn(testMajors, 'settings', options, (server, major) => {
	const superuser = (database = 'postgres') => server().uri({ database });
	const on = (uri = superuser()) => fixingOn(uri, { article: article() });
	const autoConf = () => readFile(join(server().dataDir, 'postgresql.auto.conf'), 'utf8');
	const ownSettings = () =>
		query(
			superuser(),
			'select setdatabase, setrole, setconfig from pg_db_role_setting order by setdatabase, setrole',
		);
	const running = async (name: string) =>
		(await query(superuser(), 'select current_setting($1) as value', [name]))[0]?.value;

	test('the server gets it and runs with it; unset before is unset again', async () => {
		const before = await autoConf();
		const { fix, fixer, journal } = await on();
		const { plan, applied } = await fix('system', { name: 'work_mem', value: '5MB' });
		expect(plan.statements).toEqual(["alter system set work_mem = '5MB'", 'select pg_reload_conf()']);
		expect(plan.undoable).toEqual(['work_mem of the server, back to not set']);
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		expect(applied.done).toEqual([
			{ what: 'work_mem of the server: not set → 5MB', status: 'done', why: null },
		]);
		expect(await running('work_mem')).toBe('5MB');
		const { undone, skipped } = await fixer.undo(journal.records, quiet);
		expect({ undone, skipped }).toEqual({
			undone: ['work_mem of the server: 5MB → not set'],
			skipped: [],
		});
		expect(await autoConf()).toBe(before);
		expect(await running('work_mem')).toBe('4MB');
	});

	test('a value that was there is put back as it was written', async () => {
		await query(superuser(), `alter system set log_line_prefix = '%m it''s [%p] \\ '`);
		const before = await autoConf();
		const { fix, fixer, journal } = await on();
		await fix('system', { name: 'log_line_prefix', value: '%t ' });
		expect(await autoConf()).not.toBe(before);
		expect((await fixer.undo(journal.records, quiet)).skipped).toEqual([]);
		expect(await autoConf()).toBe(before);
		await query(superuser(), 'alter system reset log_line_prefix');
	});

	test('one that wants a restart says so, before and after, and when it is taken back', async () => {
		const before = await autoConf();
		const { fix, fixer, journal } = await on();
		const { plan, applied } = await fix('system', { name: 'max_connections', value: '111' });
		expect(plan.consequences.join('\n')).toContain('only after PostgreSQL has been restarted');
		expect(applied.done).toMatchObject([{ status: 'done', why: expect.stringContaining('restarted') }]);
		const running111 = await running('max_connections');
		expect(running111).not.toBe('111');
		const { undone } = await fixer.undo(journal.records, quiet);
		// It never ran with it, so there is nothing to restart for.
		expect(undone).toEqual(['max_connections of the server: 111 → not set']);
		expect(await autoConf()).toBe(before);
	});

	test('a role, a database, and both: set for new sessions, and the catalog as before afterwards', async () => {
		await query(superuser(), "alter role ims set work_mem = '7MB'");
		const before = await ownSettings();
		const held = await connect(server().uri({ user: 'ims', database: 'openiz' }));
		onTestFinished(() => held.end());
		const { fix, fixer, journal } = await on();
		const role = await fix('role', { name: 'statement_timeout', value: '110s', role: "ims, o'brien" });
		expect(role.plan.statements).toEqual([
			`alter role "ims" set statement_timeout = '110s'`,
			`alter role "o'brien" set statement_timeout = '110s'`,
		]);
		expect(role.plan.consequences.join('\n')).toContain('the 1 session that is there now keeps what it has');
		await fix('role', { name: 'work_mem', value: '9MB', role: 'ims' });
		await fix('database', { name: 'statement_timeout', value: '20s', database: 'Odd "name"' });
		const both = await fix('both', { name: 'work_mem', value: '10MB', role: 'ims', database: 'openiz' });
		expect(both.plan.statements).toEqual([`alter role "ims" in database "openiz" set work_mem = '10MB'`]);
		const uri = server().uri({ user: 'ims', database: 'openiz' });
		expect(await query(uri, 'show work_mem')).toEqual([{ work_mem: '10MB' }]);
		expect(await query(uri, 'show statement_timeout')).toEqual([{ statement_timeout: '110s' }]);
		expect((await held.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '0' }]);
		const { undone, skipped } = await fixer.undo(journal.records, quiet);
		expect(skipped).toEqual([]);
		expect(undone).toHaveLength(5);
		expect(undone).toContain('work_mem of role ims: 9MB → 7MB');
		expect(await ownSettings()).toEqual(before);
		await query(superuser(), 'alter role ims reset work_mem');
	});

	test('what somebody else has set since is left, and what went with its role is no error', async () => {
		await query(superuser(), 'create role passing login');
		const { fix, fixer, journal } = await on();
		await fix('role', { name: 'work_mem', value: '9MB', role: 'ims, passing' });
		await query(superuser(), "alter role ims set work_mem = '12MB'");
		await query(superuser(), 'drop role passing');
		const { undone, skipped } = await fixer.undo(journal.records, quiet);
		expect(undone).toEqual([]);
		expect(skipped).toMatchObject([
			{ why: 'it is not there any more' },
			{ why: expect.stringContaining('somebody else has set it to 12MB since') },
		]);
		await query(superuser(), 'alter role ims reset work_mem');
	});

	test('whose own value wins is told before anybody agrees', async () => {
		await query(superuser(), "alter role ims in database openiz set work_mem = '3MB'");
		onTestFinished(async () => {
			await query(superuser(), 'alter role ims in database openiz reset work_mem');
		});
		const { plan } = await on();
		const told = planOf(await plan('system', { name: 'work_mem', value: '5MB' })).consequences.join('\n');
		expect(told).toContain('which wins: role ims in database openiz (3MB)');
		const postgres = planOf(await plan('role', { name: 'work_mem', value: '5MB', role: 'postgres' }));
		expect(postgres.consequences.join('\n')).toContain('Role postgres is a superuser');
		expect(postgres.consequences.join('\n')).not.toContain('which wins');
	});

	test('a program that sets it itself is noticed', async () => {
		const held = await connect(server().uri({ user: 'ims', database: 'openiz' }));
		onTestFinished(() => held.end());
		await held.query("SET statement_timeout to '3 min'");
		const { plan } = await on();
		const planned = planOf(await plan('role', { name: 'statement_timeout', value: '1min', role: 'ims' }));
		expect(planned.consequences.join('\n')).toContain('set statement_timeout themselves');
	});

	test.each([
		['system', 'work_mem', 'lots', 'it is a number, with or without a unit (B, kB, MB, GB, TB)'],
		['system', 'work_mem', '5min', 'knows no unit min'],
		['system', 'work_mem', '1kB', 'must be at least 64 (in units of kB)'],
		['system', 'autovacuum', 'perhaps', 'is on or off'],
		['system', 'wal_level', 'loud', 'must be one of minimal, replica, logical'],
		['role', 'statement_timeout', '3fortnights', 'knows no unit fortnights'],
		['role', 'DateStyle', 'stardate', 'invalid value for parameter'],
	] as const)('%s: %s cannot be %s', async (solution, name, value, text) => {
		const { plan } = await on();
		expect(await plan(solution, { name, value, role: 'ims' })).toMatchObject({
			kind: 'parameter',
			name: 'value',
			problem: expect.stringContaining(text),
		});
	});

	test('a name that is none gets the nearest, and one for the whole server is no role’s', async () => {
		const { plan } = await on();
		expect(await plan('system', { name: 'max_conections', value: '5' })).toMatchObject({
			kind: 'parameter',
			name: 'name',
			choices: ['max_connections'],
		});
		expect(await plan('role', { name: 'max_connections', value: '50', role: 'ims' })).toMatchObject({
			kind: 'unavailable',
			why: expect.stringContaining('one for the whole server'),
		});
		expect(await plan('role', { name: 'work_mem', value: 'any', role: 'ims' })).toMatchObject({
			kind: 'nothing to do',
			why: 'work_mem is left as it is',
		});
		expect(await plan('role', { name: 'work_mem', value: '5MB' })).toMatchObject({
			kind: 'parameter',
			name: 'role',
		});
		expect(await plan('role', { name: 'work_mem', value: 'default', role: 'ims' })).toMatchObject({
			kind: 'nothing to do',
		});
	});

	test('stopped between two changes: the first is done and taken back, the second is not begun', async () => {
		const { plan, fixer, journal } = await on();
		const planned = planOf(await plan('role', { name: 'work_mem', value: '8MB', role: "ims, o'brien" }));
		const stop = new AbortController();
		const atFirst = () => stop.abort();
		expect(await fixer.apply(planned, { yes: true, typed: null }, atFirst, stop.signal)).toMatchObject({
			outcome: 'partly',
			done: [{ what: 'work_mem of role ims: not set → 8MB', status: 'done' }],
			failure: { code: 'stopped' },
		});
		expect(await fixer.undo(journal.records, quiet)).toMatchObject({
			undone: ['work_mem of role ims: 8MB → not set'],
			skipped: [],
		});
	});

	test('without the right it says which one is missing, and with it a plain role may', async () => {
		const owner = await on(server().uri({ user: 'owner', database: 'postgres' }));
		expect(await owner.plan('system', { name: 'work_mem', value: '5MB' })).toMatchObject({
			kind: 'by hand',
			why: 'owner may not set work_mem for the server',
			instructions: [
				"Ask a superuser to run: alter system set work_mem = '5MB';",
				'Ask a superuser to run: select pg_reload_conf();',
				...(major < 15
					? []
					: [
							expect.stringMatching(
								/^Or to allow it, then plan again: grant alter system on parameter work_mem to "owner"; grant execute on function pg_reload_conf\(\) to "owner";/,
							),
						]),
			],
		});
		expect(await owner.plan('role', { name: 'work_mem', value: '5MB', role: 'ims' })).toMatchObject({
			kind: 'by hand',
			why: 'owner may not alter role ims',
			instructions: [
				`Ask role ims itself, a role with CREATEROLE that administers it, or a superuser, to run: alter role "ims" set work_mem = '5MB';`,
			],
		});
		expect(await owner.plan('role', { name: 'deadlock_timeout', value: '2s', role: 'owner' })).toMatchObject({
			why: 'owner may not set deadlock_timeout',
		});
		expect(
			await owner.plan('database', { name: 'work_mem', value: '5MB', database: 'openiz' }),
		).toMatchObject({ why: 'owner may not alter database openiz' });
		// Everybody may change their own.
		expect((await owner.fix('role', { name: 'work_mem', value: '5MB', role: 'owner' })).applied.outcome).toBe(
			'done',
		);
		expect((await owner.fixer.undo(owner.journal.records, quiet)).skipped).toEqual([]);
		const maker = await on(server().uri({ user: 'maker', database: 'postgres' }));
		const others = await maker.plan('role', { name: 'work_mem', value: '5MB', role: 'ims' });
		expect(others.kind).toBe(major < 16 ? 'plan' : 'by hand');
		if (major < 15) return;
		for (const grant of [
			'grant alter system on parameter work_mem to "owner"',
			'grant execute on function pg_reload_conf() to "owner"',
			'grant select on pg_file_settings to "owner"',
			'grant execute on function pg_show_all_file_settings() to "owner"',
			'grant ims to maker with admin option',
		])
			await query(superuser(), grant);
		const again = await on(server().uri({ user: 'owner', database: 'postgres' }));
		expect((await again.fix('system', { name: 'work_mem', value: '6MB' })).applied).toMatchObject({
			outcome: 'done',
			failure: null,
		});
		expect((await again.fixer.undo(again.journal.records, quiet)).skipped).toEqual([]);
		// The right is gone between the two statements: the first stands, and can still be taken back.
		const plan = planOf(await again.plan('system', { name: 'work_mem', value: '7MB' }));
		await query(superuser(), 'revoke execute on function pg_reload_conf() from owner');
		expect(await again.fixer.apply(plan, { yes: true, typed: null }, quiet)).toMatchObject({
			outcome: 'partly',
			done: [{ status: 'unknown', why: expect.stringContaining('permission denied') }],
		});
		await query(superuser(), 'grant execute on function pg_reload_conf() to "owner"');
		expect(await again.fixer.undo(again.journal.records, quiet)).toMatchObject({
			undone: ['work_mem of the server: 7MB → not set'],
			skipped: [],
		});
		const admin = await on(server().uri({ user: 'maker', database: 'postgres' }));
		expect((await admin.fix('role', { name: 'work_mem', value: '5MB', role: 'ims' })).applied.outcome).toBe(
			'done',
		);
		expect((await admin.fixer.undo(admin.journal.records, quiet)).skipped).toEqual([]);
	});

	test('a value with a secret in it is not touched: it would not be kept', async () => {
		await query(superuser(), "alter system set primary_conninfo = 'host=a password=hunter2'");
		onTestFinished(async () => {
			await query(superuser(), 'alter system reset primary_conninfo');
		});
		const { plan } = await on();
		const planned = await plan('system', { name: 'primary_conninfo', value: 'host=b' });
		expect(planned).toMatchObject({ kind: 'unavailable', why: expect.stringContaining('holds a secret') });
		expect(JSON.stringify(planned)).not.toContain('hunter2');
	});

	test('a session that ended in the middle of it: what stands is seen, and taken back', async () => {
		for (const scope of [
			{ role: null, database: null },
			{ role: 'ims', database: 'openiz' },
		]) {
			const before = [await autoConf(), await ownSettings()];
			const { fixer, journal } = await on();
			const whose = scope.role === null ? 'system' : 'role ims in database openiz';
			await journal.append({
				kind: 'intent',
				plan: 'p',
				solution: 'system',
				effect: 'setting',
				object: 'work_mem',
				old: null,
				set: '11MB',
				inverse: { effect: 'setting', ...scope, name: 'work_mem', before: null },
				statement: '',
			});
			expect(await fixer.recover(journal.records)).toMatchObject({ parts: [{ state: 'not done' }] });
			await query(superuser(), `alter ${whose} set work_mem = '11MB'`);
			expect(await fixer.recover(journal.records)).toMatchObject({
				parts: [{ state: 'done' }],
				choices: ['verify', 'undo', 'leave'],
			});
			expect((await fixer.undo(journal.records, quiet)).undone).toHaveLength(1);
			expect([await autoConf(), await ownSettings()]).toEqual(before);
		}
	});

	test('files that the server cannot read: told instead of done', async () => {
		await query(superuser(), "alter system set log_line_prefix = '%m '");
		const path = join(server().dataDir, 'postgresql.auto.conf');
		const good = await autoConf();
		onTestFinished(async () => {
			await writeFile(path, good);
			await query(superuser(), 'alter system reset log_line_prefix');
		});
		await writeFile(path, `${good}max_conections = 5\n`);
		const { plan } = await on();
		expect(await plan('system', { name: 'work_mem', value: '5MB' })).toMatchObject({
			kind: 'unavailable',
			why: expect.stringMatching(/takes nothing from it: .*auto\.conf, line \d+ \(max_conections\)/),
		});
	});
});
