/** What holds for every solution of KB008, whichever they are: a dry run changes nothing. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Solution } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';
import type { Ended } from '../cli/run-cli.ts';
import { runHere } from '../cli/run-here.ts';
import { configuration } from '../evidence/openiz/configurations.ts';
import {
	connect,
	describeOn,
	type HeldSlots,
	holdSlots,
	type LabServer,
	query,
	testMajors,
	until,
} from '../helpers/postgres.ts';

const shipped = new URL(
	'../../content/kb008-postgresql-connections-fail-with-block-message.md',
	import.meta.url,
);
const { article } = compileArticle(readFileSync(shipped, 'utf8'), { path: shipped.pathname });

/** A solution, or one step of one that is done step by step. */
type Applied = { readonly solution: Solution; readonly step: string | null };

const byPerson: ReadonlySet<string> = new Set(['step', 'wait']);

/** All that the tool would do itself: found in the article, so that none is forgotten. */
const applied: readonly Applied[] = (article?.solutions ?? []).flatMap((solution): Applied[] => {
	const steps = solution.steps.filter(({ applies }) =>
		applies.some(({ language }) => !byPerson.has(language)),
	);
	if (steps.length === 0) return [];
	return solution.how === 'applied'
		? [{ solution, step: null }]
		: steps.map(({ id }) => ({ solution, step: id }));
});

/** Those whose trouble is on the server below: their plans must really be made, or nothing would be shown here. */
const mustPlan: ReadonlySet<string> = new Set([
	'disconnect-all-clients',
	'disconnect-idle-clients',
	'end-the-blocking-session',
	'lift-the-connection-limit',
	'allow-connections',
	'disable-multi-threaded-fetches',
	'shrink-the-pools',
	'cancel-abandoned-queries',
	'set-timeouts',
	'finish-the-prepared-transaction',
	'release-waiting-commits',
	'limit-the-other-application',
	'increase-the-number-of-connections',
	'correct-the-reserved-slots',
	'apply-the-edited-setting',
	'correct-the-configuration-file',
]);

/** Given from the start: their defaults are of no use here, or are files of this machine. */
const upFront: readonly string[] = ['age', 'pid', 'path', 'userlist'];

const options = {
	settings: { max_connections: 40, max_prepared_transactions: 5 },
	databases: ['openiz', 'audit'],
	roles: [{ name: 'ims' }, { name: 'report' }, { name: 'limited', attributes: 'CONNECTION LIMIT 2' }],
};

/** What a fix could change on the server, in full; statistics and positions in the log move by themselves. */
const catalogs: Readonly<Record<string, string>> = {
	pg_authid: 'select * from pg_authid order by oid',
	pg_auth_members: 'select * from pg_auth_members order by 1, 2, 3',
	pg_database:
		"select oid, to_jsonb(d) - 'datfrozenxid' - 'datminmxid' as database from pg_database d order by oid",
	pg_db_role_setting: 'select * from pg_db_role_setting order by 1, 2',
	pg_file_settings: 'select * from pg_file_settings order by seqno',
	pg_settings:
		'select name, setting, boot_val, reset_val, source, sourcefile, sourceline, pending_restart from pg_settings order by name',
	pg_prepared_xacts: 'select transaction, gid, prepared, owner, database from pg_prepared_xacts order by gid',
	pg_replication_slots: 'select slot_name, plugin, slot_type, active from pg_replication_slots order by 1',
	sessions:
		"select pid, backend_start, datname, usename, state, query, query_start from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() order by pid",
};

/** A folder's files: their content and when they were last written. */
function filesOf(folder: string): Readonly<Record<string, string>> {
	return Object.fromEntries(
		readdirSync(folder, { withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map(({ name }) => {
				const file = join(folder, name);
				const { mtimeMs, mode, uid } = statSync(file);
				const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
				return [name, `${hash} ${mtimeMs} ${mode} ${uid}`];
			}),
	);
}

/** Trouble that would keep the other solutions from being planned; answers what ends it. */
const troubles: Readonly<Record<string, (server: LabServer) => Promise<() => Promise<void>>>> = {
	async 'correct-the-configuration-file'({ dataDir }) {
		const file = join(dataDir, 'postgresql.conf');
		const text = readFileSync(file);
		await appendFile(file, "\nwork_mem = 'much'\n");
		return () => writeFile(file, text);
	},
};
const noTrouble = async () => async () => undefined;

describeOn(testMajors, 'a dry run', options, (server, major) => {
	const admin = (database = 'openiz') => server().uri({ database });
	const state = mkdtempSync(join(tmpdir(), 'kbwizard-safety-'));
	/** The application's and the pooler's own host. */
	const site = mkdtempSync(join(tmpdir(), 'kbwizard-site-'));
	const held: HeldSlots[] = [];
	let clients: readonly Client[] = [];
	let witness: Client | null = null;
	/** By the names that parameters have in every solution. */
	let values: Readonly<Record<string, string>> = {};

	beforeAll(async () => {
		held.push(await holdSlots(3, server().uri({ user: 'ims', database: 'openiz' })));
		held.push(await holdSlots(2, server().uri({ user: 'limited', database: 'openiz' })));
		const run = (sql: string) => query(admin('postgres'), sql);
		await query(admin(), 'create table patient (id int); create table visit (id int)');
		const other = await connect(admin());
		await other.query("begin; insert into patient values (1); prepare transaction 'forgotten'");
		const blocker = await connect(admin(), 'blocker');
		await blocker.query('begin; lock table patient in row exclusive mode');
		const { rows } = await blocker.query<{ pid: number }>('select pg_backend_pid() as pid');
		const waiting = await connect(admin(), 'waiting');
		waiting.query('begin; lock table patient').catch(() => undefined);
		const working = await connect(server().uri({ user: 'ims', database: 'openiz' }), 'abandoned');
		working.query('select pg_sleep(600)').catch(() => undefined);
		await run('alter database audit allow_connections false');
		await run('alter system set max_wal_senders = 12');
		await run("alter system set synchronous_standby_names = 'lost'");
		await run('select pg_reload_conf()');
		const committing = await connect(admin(), 'committing');
		await committing.query('set synchronous_commit = on');
		clients = [other, blocker, waiting, working, committing];
		const stuck = ['SyncRep', 'PgSleep', 'relation'];
		await until(
			async () => {
				// The checkpointer has to learn first that commits are to wait; the first that does is the last.
				committing.query('insert into visit values (1)').catch(() => undefined);
				const sql = 'select distinct wait_event from pg_stat_activity where wait_event = any ($1)';
				return (await query(admin('postgres'), sql, [stuck])).length === stuck.length;
			},
			{ what: 'everybody to be in trouble' },
		);
		values = {
			database: 'openiz',
			role: 'ims',
			application: 'abandoned',
			address: '127.0.0.1',
			age: '0 s',
			pid: String(rows[0]?.pid),
			gid: 'forgotten',
			decision: 'rollback',
			limit: '5',
			max_connections: '60',
			max_pool_size: '10',
			max_requests: '10',
			restart: 'somebody else',
			config: join(site, 'openiz.exe.config'),
			reading_host: 'standby.example',
			replication_password: 'not one that anybody has',
			standby_address: '10.0.0.9',
			primary: 'db.example',
			standby: 'host=127.0.0.1 port=1 user=postgres dbname=postgres',
			path: join(site, 'pgbouncer.ini'),
			userlist: join(site, 'userlist.txt'),
			password: 'not one that anybody has',
			pooler: `host=127.0.0.1 port=${server().port} user=ims dbname=openiz`,
		};
		await writeFile(join(site, 'openiz.exe.config'), configuration());
	});
	afterAll(async () => {
		for (const folder of [state, site]) rmSync(folder, { recursive: true, force: true });
		await Promise.all(held.map(({ release }) => release()));
		await witness?.end();
		for (const client of clients) void client.end().catch(() => undefined);
	});

	/** All that could have been changed, each part by its name. */
	async function everything(): Promise<Readonly<Record<string, unknown>>> {
		witness ??= await connect(admin('postgres'), 'witness');
		const seen: Record<string, unknown> = {};
		for (const [name, sql] of Object.entries(catalogs)) seen[name] = (await witness.query(sql)).rows;
		return {
			...seen,
			files: filesOf(server().dataDir),
			site: filesOf(site),
			state: readdirSync(state, { recursive: true }),
		};
	}

	/** The plan, with the parameters that it asks for: by the names that they have in every solution. */
	async function dryRun({
		solution,
		step,
	}: Applied): Promise<Ended & { readonly set: ReadonlyMap<string, string>; readonly asked: string | null }> {
		const set = new Map<string, string>([
			...(step === null ? [] : [['step', step] as const]),
			...solution.parameters.flatMap(({ name }) =>
				upFront.includes(name) ? [[name, values[name] ?? ''] as const] : [],
			),
		]);
		for (;;) {
			const given = [...set].flatMap(([name, value]) => ['--set', `${name}=${value}`]);
			const ended = await runHere(
				['fix', 'KB008', solution.id, admin(), '--dry-run', '--json', ...given],
				state,
			);
			const asked = ended.status === 64 ? (/--set (\w+)=/.exec(ended.stderr)?.[1] ?? null) : null;
			const value = asked === null || set.has(asked) ? undefined : values[asked];
			if (asked === null || value === undefined) return { ...ended, set, asked };
			set.set(asked, value);
		}
	}

	const gone = () =>
		until(
			async () =>
				(await query(admin('postgres'), "select 1 from pg_stat_activity where application_name = 'kbwizard'"))
					.length === 0,
			{ what: 'the program’s own session to be gone' },
		);

	test.each(
		applied.map(
			(each) => [each.step === null ? each.solution.id : `${each.solution.id}, ${each.step}`, each] as const,
		),
	)('of %s changes nothing: catalogs, settings, sessions, files', async (name, { solution, step }) => {
		const mend = await (troubles[solution.id] ?? noTrouble)(server());
		onTestFinished(mend);
		const before = await everything();
		const { status, stdout, stderr, set, asked } = await dryRun({ solution, step });
		await gone();
		expect(await everything()).toEqual(before);
		// A parameter that nothing above has a value for would end it too early to show anything.
		if (asked !== null) expect([...set.keys()], stderr).toContain(asked);
		expect(asked === null ? [0, 2] : [64], stderr + stdout).toContain(status);
		const document = asked === null ? JSON.parse(stdout) : { session: null, applied: null, plan: null };
		expect(document).toMatchObject({ session: null, applied: null });
		const { plan } = document;
		// A restart is a plan without a statement: it wants the name of the server typed.
		const isPlanned =
			plan !== null && (plan.statements.length > 0 || plan.diff !== null || plan.confirm !== null);
		if (mustPlan.has(solution.id)) expect([status, isPlanned], stdout).toEqual([0, true]);
		else if (!isPlanned)
			console.error(
				`On PostgreSQL ${major} nothing was planned for ${name}: ${(stderr + stdout).replaceAll(/\s+/g, ' ').slice(0, 240)}`,
			);
	});
});

test('every solution that the tool applies is looked at', () => {
	expect(applied.length).toBeGreaterThan(4);
	expect(applied.map(({ solution }) => solution.id)).toEqual(expect.arrayContaining([...mustPlan]));
});
