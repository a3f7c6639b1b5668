/** The solution that adds a standby, step by step, with a real one. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startStandby } from '../../src/lab/standby.ts';
import type { Applied, ParameterValues, Plan, Planned, Verified } from '../../src/machine/ports.ts';
import { answer, kb008 } from '../content/kb008.ts';
import { connect, describeOn, type LabServer, query, testMajors, until } from '../helpers/postgres.ts';
import { solutionOf } from './article.ts';
import { type Fixing, fixingOn, planOf } from './fixing.ts';

const article = kb008();
const password = 'a pass-word "of 20 signs\'';
const quiet = () => undefined;
/** Verification is not what takes the time here. */
const timing = { holdMs: 0, patienceMs: 10_000, everyMs: 50, loginEveryMs: 1_000 };

type Walk = Fixing & {
	planStep(step: string, parameters?: ParameterValues): Promise<Planned>;
	apply(plan: Plan): Promise<Applied>;
	verify(step: string, plan: Plan | null): Promise<Verified | null>;
};

async function walkOn(uri: string): Promise<Walk> {
	const fixing = await fixingOn(uri, { article }, timing);
	const { fixer, keeper } = fixing;
	const solution = solutionOf(article, 'add-read-only-nodes');
	return {
		...fixing,
		planStep: (step, parameters = {}) =>
			fixer.plan({ solution, step, parameters, facts: {}, server: keeper.session?.server ?? null }),
		apply: (plan) => fixer.apply(plan, { yes: true, typed: plan.confirm }, quiet),
		verify: (step, plan) =>
			fixer.verify({ solution: solution.id, step, plan, applied: null, before: {} }, quiet),
	};
}

/** What an undo must bring back. */
async function catalogs(server: LabServer) {
	return {
		roles: await query(server.superuser, 'select * from pg_roles order by oid'),
		slots: await query(server.superuser, 'select * from pg_replication_slots order by slot_name'),
		limit: await query(server.superuser, "select current_setting('max_slot_wal_keep_size', true)"),
		settings: await query(
			server.superuser,
			"select name, setting, source from pg_settings where pending_restart or source like '%file%' order by name",
		),
	};
}

const options = {
	auth: 'scram' as const,
	// Where a password in a statement would come out.
	settings: { log_statement: 'ddl' },
	hba: ['# ours', 'host replication all 10.9.0.0/16 reject'],
	roles: [{ name: 'ims', password: 'ims' }],
};

describeOn(testMajors, 'read-only nodes', options, (server, major) => {
	test('the primary is prepared, and put back exactly', async () => {
		const before = await catalogs(server());
		const { planStep, apply, verify, fixer, journal } = await walkOn(server().superuser);
		expect(await planStep('prepare-the-primary')).toMatchObject({
			kind: 'parameter',
			name: 'replication_password',
			secret: true,
		});
		const plan = planOf(await planStep('prepare-the-primary', { replication_password: password }));
		expect(plan.statements).toEqual(
			expect.arrayContaining([
				`create role "standby" login replication password '(a SCRAM-SHA-256 verifier, made here)'`,
				"select pg_create_physical_replication_slot('standby1')",
				"alter system set max_slot_wal_keep_size = '10GB'",
			]),
		);
		expect(plan.consequences.join('\n')).toMatch(/is asynchronous: [\s\S]*max_connections = 100/);
		expect(await catalogs(server())).toEqual(before);
		expect(await apply(plan)).toMatchObject({ outcome: 'done', failure: null });
		expect(await verify('prepare-the-primary', plan)).toMatchObject({ held: true, verdict: 'waiting' });
		// The password works, and nobody else was told it.
		await query(server().uri({ user: 'standby', password }), 'select 1');
		await expect(
			query(server().uri({ user: 'standby', password: 'another' }), 'select 1'),
		).rejects.toMatchObject({ code: '28P01' });
		const log = await server().readLog();
		expect(log).toContain('create role "standby"');
		expect(log).not.toContain('pass-word');
		const written = `${await readFile(journal.file, 'utf8')}${JSON.stringify(plan)}`;
		expect(written).toContain('standby');
		expect(written).not.toMatch(/pass-word|SCRAM-SHA-256\$\d/);
		expect(await planStep('prepare-the-primary', { replication_password: password })).toMatchObject({
			kind: 'nothing to do',
		});

		expect(await fixer.undo(journal.records, quiet)).toMatchObject({ skipped: [] });
		expect(await catalogs(server())).toEqual(before);
	});

	test('the line that lets a standby in goes above the one that turns it away, and out again', async () => {
		const file = join(server().dataDir, 'pg_hba.conf');
		const before = await readFile(file);
		const { mode, uid } = await stat(file);
		const { planStep, apply, fixer, journal } = await walkOn(server().superuser);
		const step = 'let-the-standby-in';
		expect(await planStep(step)).toMatchObject({ kind: 'parameter', name: 'standby_address' });
		expect(await planStep(step, { standby_address: 'db2' })).toMatchObject({
			kind: 'parameter',
			problem: expect.stringContaining('an IP address'),
		});
		expect(await planStep(step, { standby_address: '127.0.0.1' })).toMatchObject({
			kind: 'nothing to do',
			why: expect.stringContaining('line 4'),
		});
		const smuggled = { standby_address: '10.9.1.2', replication_role: 'a"\nhost all all 0.0.0.0/0 trust' };
		expect(await planStep(step, smuggled)).toMatchObject({ kind: 'parameter', name: 'replication_role' });
		const plan = planOf(await planStep(step, { standby_address: '10.9.1.2' }));
		expect(plan.diff).toContain(
			'\n # ours\n+host replication standby 10.9.1.2/32 scram-sha-256\n host replication all 10.9.0.0/16 reject\n',
		);
		expect(plan.consequences.join('\n')).toMatch(/Line 2 \(reject\)[\s\S]*TLS is off/);
		expect(await readFile(file)).toEqual(before);
		expect(await apply(plan)).toMatchObject({ outcome: 'done', failure: null, done: [{ why: null }] });
		expect(await stat(file)).toMatchObject({ mode, uid });
		expect(await planStep(step, { standby_address: '10.9.1.2' })).toMatchObject({ kind: 'nothing to do' });
		// Another one, which no line knows, goes to the end.
		await apply(planOf(await planStep(step, { standby_address: '2001:db8::7' })));
		expect((await readFile(file, 'utf8')).trimEnd().split('\n').at(-1)).toBe(
			'host replication standby 2001:db8::7/128 scram-sha-256',
		);
		const readBefore = await query(server().superuser, 'select pg_conf_load_time() as at');
		expect(await fixer.undo(journal.records, quiet)).toMatchObject({ undone: [{}, {}], skipped: [] });
		expect(await readFile(file)).toEqual(before);
		expect(await query(server().superuser, 'select pg_conf_load_time() as at')).not.toEqual(readBefore);
	});

	test('who may not see the file is told what to write there', async () => {
		const { planStep } = await walkOn(server().uri({ user: 'ims', database: 'postgres' }));
		const planned = await planStep('let-the-standby-in', { standby_address: '10.9.1.0/24' });
		if (planned.kind !== 'by hand') throw new Error(`not by hand: ${planned.kind}`);
		expect(planned.instructions[0]).toContain('\nhost replication standby 10.9.1.0/24 scram-sha-256');
		const asked = await planStep('prepare-the-primary');
		if (asked.kind !== 'by hand') throw new Error(`not by hand: ${asked.kind}`);
		expect(asked.instructions.join('\n').split('\n')).toEqual(
			expect.arrayContaining([
				"select pg_create_physical_replication_slot('standby1');",
				'create role "standby" login replication;',
				'\\password "standby"',
			]),
		);
		expect(asked.instructions.join('\n')).toContain('max_slot_wal_keep_size');
		const copy = await planStep('copy-it-to-the-standby', { primary: 'db.example.org' });
		if (copy.kind !== 'by hand') throw new Error(`not by hand: ${copy.kind}`);
		expect(copy.instructions.join('\n')).toContain('  -D DATADIRECTORY');
	});

	test('a standby is proved to follow, and nothing is dropped while it does', async () => {
		const before = await catalogs(server());
		const { planStep, apply, verify, fixer, journal } = await walkOn(server().superuser);
		await apply(planOf(await planStep('prepare-the-primary', { replication_password: password })));
		const copy = await planStep('copy-it-to-the-standby', { primary: 'db.example.org' });
		if (copy.kind !== 'by hand') throw new Error(`not by hand: ${copy.kind}`);
		const { port } = server();
		expect(copy.instructions.join('\n')).toContain(`db.example.org:${port}:replication:standby:PASSWORD`);
		expect(copy.instructions.join('\n').split('\n')).toEqual(
			expect.arrayContaining([
				'pg_basebackup -w -R -X stream -c fast -P -S standby1 \\',
				`  -d 'host=db.example.org port=${port} user=standby application_name=standby1' \\`,
				`  -D ${server().dataDir}`,
			]),
		);
		expect(await planStep('copy-it-to-the-standby')).toMatchObject({ kind: 'parameter', name: 'primary' });

		const standby = await startStandby(server(), { slot: 'standby1', role: 'standby', password });
		onTestFinished(() => standby.stop());
		expect(await verify('copy-it-to-the-standby', null)).toMatchObject({ held: true });
		const reached = (other: LabServer) => ({ standby: `${other.uri()}?connect_timeout=5` });
		const plan = planOf(await planStep('see-it-follow', reached(standby)));
		expect(JSON.stringify(plan)).not.toContain('connect_timeout');
		expect(plan.consequences[0]).toMatch(
			/in recovery; receiving by slot standby1; \d+ \w+ behind; none of its settings too low/,
		);
		const applied = await apply(plan);
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		expect(applied.done[1]).toMatchObject({
			status: 'done',
			why: expect.stringContaining('read-only transaction'),
		});
		expect(await verify('see-it-follow', plan)).toMatchObject({ held: true, verdict: 'streaming' });
		// The session on the standby is not kept.
		expect(
			await query(standby.superuser, "select 1 from pg_stat_activity where application_name = 'kbwizard'"),
		).toEqual([]);

		expect(await planStep('see-it-follow', reached(server()))).toMatchObject({
			kind: 'parameter',
			problem: expect.stringContaining('the very server'),
		});

		// What the article's checks say of it, and of a commit that waits for it alone.
		const client = await connect(server().superuser);
		onTestFinished(() => client.end());
		const says = async (id: string, asked = client) => {
			const check = article.checks.find((each) => each.id === id);
			return check === undefined ? null : (await answer(asked, check, major, {}))?.verdict;
		};
		expect(await says('does-a-standby-follow')).toBe('streaming');
		const plain = await connect(server().uri({ user: 'ims', database: 'postgres' }));
		expect(await says('does-a-standby-follow', plain)).toBe('hidden');
		await plain.end();
		await client.query("alter system set synchronous_standby_names = 'standby1'");
		await client.query('select pg_reload_conf()');
		const alone = async () => (await says('do-commits-wait-for-a-standby')) === 'only one';
		await until(alone, { what: 'the standby to be synchronous' });
		const another = planOf(
			await planStep('prepare-the-primary', { slot: 'standby2', replication_password: password }),
		);
		expect(another.consequences.join('\n')).toContain('every commit waits for this standby');
		await client.query('alter system reset synchronous_standby_names');
		await client.query('select pg_reload_conf()');

		const early = await fixer.undo(journal.records, quiet);
		expect(early.undone).toEqual(['max_slot_wal_keep_size of the server: 10GB → not set']);
		expect(early.skipped).toMatchObject([
			{ why: expect.stringContaining('connected as role standby: stop it first'), plan: expect.any(String) },
			{
				why: expect.stringMatching(/at 127.0.0.1 uses slot standby1: stop that standby/),
				plan: expect.any(String),
			},
		]);
		const raise = solutionOf(article, 'raise-the-standby-first');
		const compared = (parameters: ParameterValues) =>
			fixer.plan({ solution: raise, step: 'compare-the-five-settings', parameters, facts: {}, server: null });
		expect(await compared(reached(standby))).toMatchObject({ kind: 'nothing to do' });
		const blind = await compared({});
		if (blind.kind !== 'by hand') throw new Error(`not by hand: ${blind.kind}`);
		expect(blind.instructions[0]).toContain('max_connections = 100');

		await standby.stop();
		const free = () =>
			query(server().superuser, 'select 1 from pg_replication_slots where not active').then(
				(rows) => rows[0],
			);
		await until(free, { what: 'the slot to be free' });
		expect((await fixer.undo(journal.records, quiet)).undone).toEqual([
			'role standby: login, replication → not there',
			'replication slot standby1: physical → not there',
		]);
		expect(await catalogs(server())).toEqual(before);
	});
});
