/** The restart solutions of the shipped article: raised, restarted, verified, undone; and what must not happen. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Article } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';
import { startStandby } from '../../src/lab/standby.ts';
import type { Facts, Planned } from '../../src/machine/ports.ts';
import { ask, kb008 } from '../content/kb008.ts';
import {
	connect,
	describeOn,
	holdSlots,
	type LabServer,
	query,
	testMajors,
	until,
} from '../helpers/postgres.ts';
import { fixingOn, planOf } from './fixing.ts';

const quick = { holdMs: 50, patienceMs: 3_000, everyMs: 20, loginEveryMs: 1_000 };
const options = {
	settings: { max_connections: 30, superuser_reserved_connections: 3, max_wal_senders: 3 },
	roles: [{ name: 'plain' }],
};
const quiet = () => undefined;
const raise = 'increase-the-number-of-connections';

/** All that a restart solution may change, and when the server was started. */
async function stateOf({ superuser, dataDir }: LabServer) {
	const [row] = await query(
		superuser,
		`select current_setting('max_connections') as slots, current_setting('superuser_reserved_connections') as reserve,
		        current_setting('shared_preload_libraries') as libraries, pg_postmaster_start_time()::text as started`,
	);
	const of = (name: string) => String(row?.[name]);
	return {
		running: { slots: of('slots'), reserve: of('reserve'), libraries: of('libraries') },
		started: of('started'),
		auto: await readFile(join(dataDir, 'postgresql.auto.conf'), 'utf8'),
	};
}

/** A setting that the server believes until it starts. */
function libraryArticle(): Article {
	const source = `---
id: LIB1
title: A library
applies-to: [PostgreSQL]
keywords: [test]
---

## Issue

For tests.

## Solutions

### Load a library

- **Risk**: severe
- **Confirm**: {host}
- \`library\` (name): which

\`\`\`setting apply name=shared_preload_libraries value=:library system=true
\`\`\`

\`\`\`restart apply by=pg_ctl
\`\`\`
`;
	const { article } = compileArticle(source, { path: 'lib1.md' });
	if (article === null) throw new Error('the article of this test is wrong');
	return article;
}

function asked(planned: Planned) {
	if (planned.kind !== 'parameter') throw new Error(`nothing is asked: ${JSON.stringify(planned)}`);
	return planned;
}

describeOn(testMajors, 'restarting', options, (server, major) => {
	const fixing = (overrides: Parameters<typeof fixingOn>[1] = {}) =>
		fixingOn(server().superuser, { article: kb008(), ...overrides }, quick);
	/** By hand, for what a test has left in the files. */
	const resetAll = () =>
		onTestFinished(async () => {
			await query(server().superuser, 'alter system reset all');
			await server().restart();
		});

	test('more slots: set, restarted by pg_ctl, verified; undone and restarted, as before', async () => {
		const before = await stateOf(server());
		const { fix, fixer, journal, progress } = await fixing();
		const { plan, applied } = await fix(raise, { max_connections: '40', restart: 'pg_ctl' });
		expect(plan.confirm).toBe('127.0.0.1');
		expect(plan.statements.join('\n')).toMatch(
			/alter system set max_connections = '40'.*pg_ctl stop .*pg_ctl start/s,
		);
		expect(plan.statements.join('\n').includes('postgres -D')).toBe(major >= 15);
		const consequences = plan.consequences.join('\n');
		expect(consequences).toContain('It brings: max_connections 30 → 40.');
		expect(consequences).toContain('10 more slots take about 0.5 MB more shared memory');
		expect(consequences).toContain('it is started with max_connections=30 on its command line');
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		expect(applied.done.map(({ what }) => what)).toContain('max_connections: 30 → 40');
		expect(progress).toContain('stopping the server');
		expect((await stateOf(server())).running.slots).toBe('40');
		const verified = await fixer.verify(
			{ solution: plan.solution, step: null, plan, applied, before: {} },
			quiet,
		);
		expect(verified).toMatchObject({ held: true, check: 'is-the-limit-high-enough' });
		expect(verified?.after).toMatchObject({ wanted: 40, slots: 40 });
		// The values of the way back are nowhere to be seen.
		expect(await readFile(join(server().dataDir, 'postmaster.opts'), 'utf8')).not.toContain(
			'max_connections',
		);
		const { undone, skipped } = await fixer.undo(journal.records, quiet);
		expect(skipped).toEqual([]);
		expect(undone.join()).toContain('restart');
		await server().restart();
		expect(await stateOf(server())).toMatchObject({ running: before.running, auto: before.auto });
	});

	test('the number that is proposed comes with its arithmetic', async () => {
		/** What the configuration's own check has found. */
		const configured = 'does_the_configuration_ask_for_more_than_there_is__pools';
		const check = kb008().checks.find(({ id }) => id === 'is-the-limit-high-enough');
		const client = await connect(server().superuser);
		onTestFinished(() => client.end());
		const reckoned = async (facts: Facts) => (await ask(client, check?.checks[0]?.body ?? '', facts))[0];
		expect(await reckoned({})).toMatchObject({ verdict: 'enough', needed: 9, proposed: null });
		expect(await reckoned({ [configured]: 180 })).toMatchObject({
			verdict: 'lower than the need',
			arithmetic:
				'180 that the pools of the configuration may open + 3 for administrators + 5 for monitoring = 188',
			proposed: 200,
		});
		expect(await reckoned({ max_connections: 31 })).toMatchObject({ verdict: 'not in force' });
		const held = await holdSlots(26, server().uri({ user: 'plain' }));
		onTestFinished(() => held.release());
		const full = await reckoned({ [configured]: 5 });
		expect(full).toMatchObject({ verdict: 'no slot free', used: 27, needed: 49, proposed: 100 });
		expect(full?.arithmetic).toMatch(
			/^41 \(the 27 sessions that are there, and half as many again; 27 from /,
		);
		const { plan } = await fixing();
		const planned = await plan(raise, { restart: 'pg_ctl' }, { proposed: 100, arithmetic: '49' });
		expect(planOf(planned)).toMatchObject({ parameters: { max_connections: '100' } });
		expect(planOf(planned).consequences).toContain('Needed: 49.');
	});

	test('a value that cannot be started with is refused before anything is done', async () => {
		const before = await stateOf(server());
		const { plan } = await fixing();
		const problem = async (slots: string, more = {}) =>
			asked(await plan(raise, { max_connections: slots, ...more })).problem;
		expect(await problem('25')).toBe('it is 30 now: give more than that');
		expect(await problem('262143')).toMatch(/can be \d+ at most here/);
		expect(await problem('250000')).toMatch(/on this machine|this machine has/);
		expect(await problem('30')).toBe('it is 30 already: give more than that');
		expect(await problem('19')).toBe('it must be at least 20');
		expect(await problem('fourty')).toContain('not a whole number');
		const reserve = asked(await plan('correct-the-reserved-slots', { superuser_reserved_connections: '30' }));
		expect(reserve).toMatchObject({ name: 'superuser_reserved_connections' });
		expect(reserve.problem).toContain('must be less than max_connections, which would be 30');
		expect(await stateOf(server())).toEqual(before);
	});

	test('who restarts it is asked where there is a choice and somebody to ask, never assumed', async () => {
		const { plan } = await fixing({ attended: true });
		expect(await plan(raise, { max_connections: '40' })).toMatchObject({
			kind: 'parameter',
			name: 'restart',
			choices: ['pg_ctl', 'somebody else'],
			problem: null,
		});
		expect(asked(await plan(raise, { max_connections: '40', restart: 'service' })).problem).toContain(
			'“service” is not possible here',
		);
		const alone = await fixing();
		const { statements, consequences } = planOf(await alone.plan(raise, { max_connections: '40' }));
		expect(statements.join()).not.toContain('pg_ctl');
		expect(consequences.join('\n')).toMatch(/Somebody else restarts the server: .*pg_ctl restart -D/);
		expect(consequences.join('\n')).toContain('--set restart=pg_ctl');
		expect(consequences.join('\n')).toContain('--wait');
	});

	test('somebody else is waited for, through the time that nobody gets in', async () => {
		resetAll();
		const { fix, fixer, keeper } = await fixing({ waitMs: null });
		const { plan, applied } = await fix(raise, { max_connections: '41' });
		expect(applied.outcome).toBe('done');
		const said: string[] = [];
		const verifying = fixer.verify({ solution: raise, step: null, plan, applied, before: {} }, (text) =>
			said.push(text),
		);
		await until(() => said.some((text) => text.startsWith('waiting for the restart: ')), {
			what: 'the wait',
		});
		await server().shutDown('fast');
		await until(() => keeper.session === null, { what: 'the loss to be noticed' });
		await server().start();
		expect(await verifying).toMatchObject({ held: true, after: { slots: 41 } });
	});

	test('where nobody is waited for, what is still to be done is said', async () => {
		resetAll();
		const { fix, fixer } = await fixing();
		const { plan, applied } = await fix(raise, { max_connections: '42' });
		const verified = await fixer.verify({ solution: raise, step: null, plan, applied, before: {} }, quiet);
		expect(verified).toMatchObject({ held: false, verdict: 'not in force' });
		expect(verified?.note).toMatch(/the server has not been restarted .*pg_ctl restart/);
		expect(verified?.text).toContain('max_connections is 30; 42 is what it should be');
		// Again, with the value in the file already: only the restart is left to do.
		const again = await fix(raise, { max_connections: '42', restart: 'pg_ctl' });
		expect(again.plan.statements.join()).not.toContain('alter system');
		expect((await stateOf(server())).running.slots).toBe('42');
	});

	test('the reserve is corrected, and an edited setting applied', async () => {
		resetAll();
		await query(server().superuser, 'alter system set superuser_reserved_connections = 0');
		await query(server().superuser, 'select pg_reload_conf()');
		const { fix, fixer, plan } = await fixing();
		const held = await holdSlots(8, server().superuser);
		await query(server().superuser, 'alter system set max_connections = 7');
		await query(server().superuser, 'select pg_reload_conf()');
		const fewer = planOf(await plan('apply-the-edited-setting', { restart: 'pg_ctl' }));
		expect(fewer.consequences.join()).toMatch(/There are (9|1\d) sessions now, and 7 slots afterwards/);
		await held.release();
		await query(server().superuser, 'alter system reset max_connections');
		await query(server().superuser, 'select pg_reload_conf()');
		const edited = await fix('apply-the-edited-setting', { restart: 'pg_ctl' });
		expect(edited.applied).toMatchObject({ outcome: 'done', failure: null });
		const of = ({ plan, applied }: typeof edited) => ({ step: null, plan, applied, before: {} });
		expect(await fixer.verify({ solution: 'apply-the-edited-setting', ...of(edited) }, quiet)).toMatchObject({
			held: true,
		});
		expect((await stateOf(server())).running.reserve).toBe('0');
		const corrected = await fix('correct-the-reserved-slots', { restart: 'pg_ctl' });
		expect(corrected.applied).toMatchObject({ outcome: 'done', failure: null });
		expect(
			await fixer.verify({ solution: 'correct-the-reserved-slots', ...of(corrected) }, quiet),
		).toMatchObject({ held: true, verdict: 'sensible' });
		expect((await stateOf(server())).running.reserve).toBe('3');
		// As installed it is 3 as well: then no file has to say so.
		await query(server().superuser, 'alter system reset all');
		await query(server().superuser, 'select pg_reload_conf()');
		expect(await plan('correct-the-reserved-slots')).toMatchObject({
			kind: 'nothing to do',
			why: expect.stringContaining('superuser_reserved_connections of the server is 3 already'),
		});
		// 3 is sensible, and 4 would be: that the check is content does not say that 4 is in force.
		const left = await fix('correct-the-reserved-slots', { superuser_reserved_connections: '4' });
		expect(await fixer.verify({ solution: 'correct-the-reserved-slots', ...of(left) }, quiet)).toMatchObject({
			held: false,
			verdict: 'sensible',
			note: expect.stringContaining('the server has not been restarted'),
		});
	});

	test('a standby comes first: insisted on, proved where it may be looked at', async () => {
		const slot = 'clinic_standby';
		await query(server().superuser, 'select pg_create_physical_replication_slot($1, true)', [slot]);
		const standby = await startStandby(server(), { slot });
		onTestFinished(async () => {
			await standby.stop();
			const drop = () => query(server().superuser, 'select pg_drop_replication_slot($1)', [slot]);
			await until(() => drop(), { what: 'the slot to be free' });
		});
		const follows = () =>
			until(
				async () => {
					const streaming = "select from pg_stat_replication r where r.state = 'streaming'";
					const sql = `select 1 from pg_replication_slots s where s.active and exists (${streaming})`;
					return (await query(server().superuser, sql)).length > 0;
				},
				{ what: 'the standby to follow' },
			);
		await follows();
		const { plan } = await fixing();
		const want = { max_connections: '40', restart: 'pg_ctl' };
		const insisted = asked(await plan(raise, want));
		expect(insisted).toMatchObject({ name: 'standbys', choices: ['raised'] });
		expect(insisted.problem).toMatch(
			/^clinic_standby at \S+ follows .*on it: alter system set max_connections = 40; restart it/,
		);
		const { consequences } = planOf(await plan(raise, { ...want, standbys: 'raised' }));
		expect(consequences.join('\n')).toContain('That is not proved');
		const looked = { ...want, standby: standby.superuser };
		expect(asked(await plan(raise, looked))).toMatchObject({
			name: 'standby',
			problem: expect.stringContaining('has less. First, there: alter system set max_connections = 40'),
		});
		expect(asked(await plan(raise, { ...want, standby: server().superuser })).problem).toContain(
			'very server',
		);
		await query(standby.superuser, 'alter system set max_connections = 40');
		await standby.restart();
		await follows();
		expect(planOf(await plan(raise, looked)).consequences.join('\n')).toMatch(
			/The standby comes first: .* has max_connections 40 or more/,
		);
	});

	test('a server that would not start is not stopped, or comes back as it was', async () => {
		resetAll();
		const { superuser } = server();
		// Nothing but a start tells that there is no such library.
		await query(superuser, "alter system set shared_preload_libraries = 'no_such_library'");
		await query(superuser, 'select pg_reload_conf()');
		const before = await stateOf(server());
		const { fix } = await fixing();
		const { plan, applied } = await fix('apply-the-edited-setting', { restart: 'pg_ctl' });
		expect(plan.consequences.join('\n')).toContain('runs on like that until its files are corrected');
		expect(applied.outcome).toBe('partly');
		expect(applied.failure?.message).toMatch(/would not start: .*no_such_library/);
		expect(applied.failure?.message).toContain('runs with the values from before');
		const after = await stateOf(server());
		expect(after.running).toEqual(before.running);
		expect(after.started).not.toBe(before.started);
	});

	test('what this plan had set is taken back when the server does not start with it', async () => {
		const before = await stateOf(server());
		const { fix, journal, fixer } = await fixing({ article: libraryArticle() });
		const { plan, applied } = await fix('load-a-library', { library: 'no_such_library' });
		expect(plan.consequences.join('\n')).toContain('what this plan has set is taken back');
		expect(applied).toMatchObject({ outcome: 'nothing', failure: { code: 'restart-failed' } });
		expect(applied.failure?.message).toMatch(/would not start: .*no_such_library/);
		const after = await stateOf(server());
		expect(after).toMatchObject({ running: before.running, auto: before.auto });
		// By its files again, not by a command line.
		expect(await readFile(join(server().dataDir, 'postmaster.opts'), 'utf8')).not.toContain('libraries');
		expect(await fixer.undo(journal.records, quiet)).toMatchObject({ undone: [], skipped: [] });
	});

	test('a plan that is not any more what would happen stops before the server does', async () => {
		resetAll();
		const before = await stateOf(server());
		const { plan, fixer } = await fixing();
		const made = planOf(await plan(raise, { max_connections: '40', restart: 'pg_ctl' }));
		await query(server().superuser, 'alter system set max_prepared_transactions = 7');
		const applied = await fixer.apply(made, { yes: true, typed: made.confirm }, quiet);
		expect(applied.outcome).toBe('nothing');
		expect(applied.failure?.message).toMatch(
			/was not stopped.*now it would bring .*max_prepared_transactions 0 → 7/,
		);
		const after = await stateOf(server());
		expect(after.started).toBe(before.started);
		expect(after.auto).not.toContain('max_connections');
	});

	test('a line that the server cannot take is commented out, and put back byte for byte', async () => {
		const file = join(server().dataDir, 'postgresql.conf');
		const sound = await readFile(file);
		onTestFinished(() => writeFile(file, sound));
		await appendFile(file, 'max_conections = 50\r\nwork_mem = 5MB');
		const broken = await readFile(file);
		const { fix, fixer, plan, journal } = await fixing();
		// As long as it stands there nothing else is done.
		expect(await plan(raise, { max_connections: '40' })).toMatchObject({ kind: 'unavailable' });
		const { plan: made, applied } = await fix('correct-the-configuration-file');
		expect(made.consequences.join('\n')).toMatch(/postgresql\.conf:\d+: max_conections: unrecognized/);
		expect(made.diff).toContain('+#max_conections = 50');
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		expect((await readFile(file, 'latin1')).replace('#max_conections', 'max_conections')).toBe(
			broken.toString('latin1'),
		);
		const workMem = () => query(server().superuser, "select current_setting('work_mem') as it");
		await until(async () => (await workMem())[0]?.it === '5MB', { what: 'the line after it to count' });
		expect(await plan('correct-the-configuration-file')).toMatchObject({ kind: 'nothing to do' });
		const { undone } = await fixer.undo(journal.records, quiet);
		expect(undone.join()).toContain('pg_reload_conf');
		expect(await readFile(file)).toEqual(broken);
	});

	test('without the right to it, whoever runs the server is handed the very SQL, and told of the restart', async () => {
		const plain = await fixingOn(server().uri({ user: 'plain' }), { article: kb008() });
		const why = expect.stringContaining(
			'it is not known who runs this server, and it could be a managed one; plain may not',
		);
		const restarted = expect.stringMatching(/^Have PostgreSQL restarted by whoever runs this server/);
		const again = 'Or connect as a superuser, then plan again: -U postgres';
		expect(await plain.plan(raise, { max_connections: '40' })).toMatchObject({
			kind: 'by hand',
			why,
			instructions: [
				expect.stringMatching(/^Where standbys follow this server/),
				"Ask a superuser to run: alter system set max_connections = '40';",
				'Ask a superuser to run: select pg_reload_conf();',
				restarted,
				again,
			],
		});
		expect(
			await plain.plan('correct-the-reserved-slots', { superuser_reserved_connections: '4' }),
		).toMatchObject({
			kind: 'by hand',
			why,
			instructions: [
				"Ask a superuser to run: alter system set superuser_reserved_connections = '4';",
				'Ask a superuser to run: select pg_reload_conf();',
				restarted,
				again,
			],
		});
		expect(
			await plain.plan('correct-the-reserved-slots', { superuser_reserved_connections: '3' }),
		).toMatchObject({ kind: 'nothing to do' });
		await query(server().superuser, 'alter system set max_connections = 41');
		resetAll();
		await query(server().superuser, 'select pg_reload_conf()');
		await until(
			async () => {
				const sql = "select pending_restart from pg_settings where name = 'max_connections'";
				return (await query(server().superuser, sql))[0]?.pending_restart === true;
			},
			{ what: 'the reload' },
		);
		expect(await plain.plan('apply-the-edited-setting')).toMatchObject({
			kind: 'by hand',
			instructions: expect.arrayContaining([restarted, again]),
		});
	});
});
