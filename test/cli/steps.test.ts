import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from 'xstate';
import { compileArticle } from '../../src/article/compile.ts';
import { chosenBefore } from '../../src/cli/chosen-before.ts';
import { compose } from '../../src/cli/compose.ts';
import { mendSession } from '../../src/cli/mend-session.ts';
import { diagnose } from '../../src/machine/drive.ts';
import { createWizardActor, type WizardActor } from '../../src/machine/run.ts';
import { type Screen, screenOf } from '../../src/machine/screen.ts';
import { unverifiedPlan } from '../../src/session/in-force.ts';
import { openJournal } from '../../src/session/journal.ts';
import { settingsOf } from '../fixes/settings.ts';
import { describeOn, query, testMajors } from '../helpers/postgres.ts';
import { misfits } from '../report/json-schema.ts';
import { run } from './run-cli.ts';
import { stepwiseArticle } from './stepwise-article.ts';

async function fixSchema(): Promise<unknown> {
	return JSON.parse(await readFile(new URL('../../src/report/schema/fix-1.json', import.meta.url), 'utf8'));
}

const soon = { holdMs: 100, patienceMs: 300, everyMs: 50, loginEveryMs: 100 };

describeOn(
	testMajors,
	'a solution step by step',
	{ databases: ['clinic'], roles: [{ name: 'ims' }] },
	(server, major) => {
		const admin = () => server().uri({ database: 'clinic' });
		const limits = async () => {
			const [row] = await query(
				admin(),
				`select (select datconnlimit from pg_database where datname = 'clinic') as database,
			        (select rolconnlimit from pg_roles where rolname = 'ims') as role`,
			);
			return row;
		};

		/** Everything as the wizard has it, on a real server. */
		async function composed() {
			const { article } = compileArticle(stepwiseArticle, { path: 'step1.md' });
			if (article === null) throw new Error('the test’s own article is wrong');
			const stateDir = await mkdtemp(join(tmpdir(), 'kbwizard-steps-'));
			const journal = openJournal({
				stateDir,
				clock: () => new Date(),
				writer: { pid: process.pid, host: hostname(), isAlive: () => true },
			});
			const connection = {
				settings: settingsOf(admin()),
				rescue: null,
				verifyAs: null,
				otherServer: settingsOf,
				waitMs: null,
				timeoutMs: null,
			};
			const composition = compose({
				loaded: { article, checked: false, trusted: true },
				connection,
				logs: [],
				configs: [],
				maxRows: null,
				journal,
				waitMs: 0,
				world: { now: () => new Date(), signal: new AbortController().signal },
				timing: soon,
			});
			onTestFinished(async () => {
				await composition.close();
				journal.close();
				await rm(stateDir, { recursive: true, force: true });
			});
			await composition.keeper.attempt();
			return { article, journal, composition };
		}

		/** The machine, at the causes. */
		async function atCauses() {
			const { article, journal, composition } = await composed();
			const actor = createWizardActor(article, composition.ports, { startedAt: new Date().toISOString() });
			onTestFinished(() => {
				actor.stop();
			});
			actor.start();
			const now = () => new Date().toISOString();
			await diagnose(actor, { answers: new Map(), answeredBy: 'x', waitForSlot: false, now });
			return { actor, journal };
		}

		const rest = async (actor: WizardActor): Promise<Screen> =>
			screenOf(await waitFor(actor, (state) => state.hasTag('waiting')));

		async function consent(actor: WizardActor): Promise<Screen> {
			const { planned } = actor.getSnapshot().context;
			if (planned?.kind !== 'plan') throw new Error(`no plan: ${JSON.stringify(planned)}`);
			actor.send({ type: 'confirm', plan: planned.plan.id, typed: null });
			return rest(actor);
		}

		test('a session that is lost in between is made anew by the next plan, and by an undo', async () => {
			const { actor } = await atCauses();
			const lose = async () => {
				const ours =
					"select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kbwizard'";
				await query(server().superuser, ours);
				await waitFor(actor, (state) => state.matches({ connection: 'lost' }));
			};
			actor.send({ type: 'choose', solution: 'set-limits' });
			actor.send({ type: 'start' });
			await lose();
			actor.send({ type: 'start' });
			expect(await rest(actor)).toMatchObject({ name: 'preview' });
			await lose();
			expect(await rest(actor)).toMatchObject({ name: 'plan expired' });
			actor.send({ type: 'next' });
			expect(await rest(actor)).toMatchObject({ name: 'preview' });
			expect(await consent(actor)).toMatchObject({ name: 'step done' });
			await lose();
			actor.send({ type: 'undo' });
			expect(await rest(actor)).toMatchObject({ name: 'undone' });
			expect(actor.getSnapshot().context.undone).toMatchObject({ skipped: [] });
			expect(await limits()).toEqual({ database: -1, role: -1 });
		});

		test('each of the tool’s is planned, applied and proved by itself, and all of it taken back at the end', async () => {
			const { actor, journal } = await atCauses();
			actor.send({ type: 'choose', solution: 'set-limits' });
			actor.send({ type: 'start' });
			actor.send({ type: 'start' });
			// The role is the third step's affair: nobody is asked for it now.
			expect(await rest(actor)).toMatchObject({ name: 'preview', step: 'limit-the-database' });
			expect(actor.getSnapshot().context.planned).toMatchObject({
				plan: { step: 'limit-the-database', statements: ['alter database "clinic" connection limit 7'] },
			});
			expect(await consent(actor)).toMatchObject({ name: 'step done', step: 'limit-the-database' });
			expect(actor.getSnapshot().context.verified).toMatchObject({
				check: 'is-the-database-limited',
				held: true,
			});
			expect(await limits()).toEqual({ database: 7, role: -1 });

			actor.send({ type: 'undo' });
			expect(await rest(actor)).toMatchObject({ name: 'undone', step: 'limit-the-database' });
			expect(await limits()).toEqual({ database: -1, role: -1 });
			actor.send({ type: 'next' });
			actor.send({ type: 'start' });
			await rest(actor);
			expect(await consent(actor)).toMatchObject({ name: 'step done' });

			// Begun again, it is there already: nothing is planned, and it is proved.
			actor.send({ type: 'back' });
			actor.send({ type: 'start' });
			expect(await rest(actor)).toMatchObject({ name: 'step done', step: 'limit-the-database' });
			expect(actor.getSnapshot().context.planned).toMatchObject({ kind: 'nothing to do' });
			actor.send({ type: 'next' });
			expect(await rest(actor)).toMatchObject({ name: 'step', step: 'tell-its-users' });
			actor.send({ type: 'done' });
			actor.send({ type: 'start' });
			expect(await rest(actor)).toMatchObject({ name: 'parameter', step: 'limit-the-role' });
			actor.send({ type: 'set', name: 'role', value: 'ims' });
			await rest(actor);
			expect(await consent(actor)).toMatchObject({ name: 'step done', step: 'limit-the-role' });
			expect(await limits()).toEqual({ database: 7, role: 7 });
			actor.send({ type: 'undo' });
			expect(await rest(actor)).toMatchObject({ name: 'undone', step: 'limit-the-role' });
			expect(await limits()).toEqual({ database: 7, role: -1 });
			actor.send({ type: 'next' });
			actor.send({ type: 'start' });
			await rest(actor);
			expect(await consent(actor)).toMatchObject({ name: 'step done', step: 'limit-the-role' });
			// What nothing measures by itself is no broken session for that.
			expect(unverifiedPlan(journal.records)).toBeNull();
			// Resumed on another day, it goes on with what was chosen.
			expect(chosenBefore(actor.getSnapshot().context.article, journal.records)).toEqual({
				limit: '7',
				role: 'ims',
			});
			actor.send({ type: 'next' });
			expect(await rest(actor)).toMatchObject({ name: 'held', step: null });
			expect(actor.getSnapshot().context.verified).toMatchObject({ check: 'is-the-role-limited' });

			actor.send({ type: 'undo' });
			expect(await rest(actor)).toMatchObject({ name: 'undone', step: null });
			expect(actor.getSnapshot().context.undone?.undone).toEqual([
				'the connection limit of role ims: 7 → unlimited (-1)',
				'the connection limit of database clinic: 7 → unlimited (-1)',
			]);
			expect(await limits()).toEqual({ database: -1, role: -1 });
			expect(
				journal.records.flatMap((record) => (record.kind === 'verified' ? [record.step ?? null] : [])),
			).toEqual(['limit-the-database', 'limit-the-database', 'limit-the-database', null]);
		});

		test('a step that nobody came to prove is proved by its own check when the session is resumed', async () => {
			const { article, journal, composition } = await composed();
			const { ports, keeper } = composition;
			const [solution] = article.solutions;
			if (solution === undefined) throw new Error('the test’s own article has no solution');
			const server = keeper.session?.server ?? null;
			const planned = await ports.fixes.plan({
				solution,
				step: 'limit-the-database',
				parameters: {},
				facts: {},
				server,
			});
			if (planned.kind !== 'plan') throw new Error(`no plan: ${JSON.stringify(planned)}`);
			ports.journal({ kind: 'plan', plan: planned.plan });
			await ports.fixes.apply({ plan: planned.plan, typed: null });
			// Here it was killed: applied, and never looked at.
			expect(unverifiedPlan(journal.records)?.plan.step).toBe('limit-the-database');
			const mended = await mendSession({
				composition,
				journal,
				attended: false,
				waitMs: 0,
				onProgress: () => undefined,
				world: { signal: new AbortController().signal },
			});
			// The whole is not in place, and is not asked for.
			expect(mended.verified).toMatchObject({ check: 'is-the-database-limited', held: true });
			expect(journal.records.findLast(({ kind }) => kind === 'verified')).toMatchObject({
				step: 'limit-the-database',
			});
			expect(unverifiedPlan(journal.records)).toBeNull();
			await query(admin(), 'alter database clinic connection limit -1');
		});

		// The command line is the same on every server.
		if (major !== testMajors.at(-1)) return;
		test('kbwizard fix lists the steps, and does the one that is named', async () => {
			const path = join(server().folder, 'step1.md');
			await writeFile(path, stepwiseArticle);
			const fix = (...more: readonly string[]) =>
				run(['fix', path, 'set-limits', admin(), '--trust', path, ...more]);
			const [listed, asked, wrong, persons] = await Promise.all([
				fix('--yes'),
				fix('--yes', '--json'),
				fix('--set', 'step=limit-the-rule', '--yes'),
				fix('--set', 'step=tell-its-users', '--yes'),
			]);
			expect(listed.status, listed.stderr).toBe(2);
			expect(listed.stdout).toContain(
				'1. Limit the database (this tool can do it: --set step=limit-the-database; its check is not met yet)',
			);
			expect(listed.stdout).toContain('2. Tell its users (a person does it)');
			const document = JSON.parse(asked.stdout);
			expect(misfits(document, await fixSchema())).toEqual([]);
			expect(document.steps).toEqual([
				{ id: 'limit-the-database', title: 'Limit the database', by: 'tool', met: false },
				{ id: 'tell-its-users', title: 'Tell its users', by: 'person', met: null },
				{ id: 'limit-the-role', title: 'Limit the role', by: 'tool', met: null },
			]);

			expect(wrong.status).toBe(64);
			expect(wrong.stderr).toContain('did you mean: --set step=limit-the-role');
			expect(persons).toMatchObject({ status: 2 });
			expect(persons.stdout).toContain('Write to each of them.');
			expect(await limits()).toEqual({ database: -1, role: -1 });

			const step = ['--set', 'step=limit-the-role', '--set', 'role=ims'];
			const dry = await fix(...step, '--dry-run', '--json');
			expect(dry.status, dry.stderr).toBe(0);
			expect(JSON.parse(dry.stdout)).toMatchObject({
				step: 'limit-the-role',
				plan: { statements: ['alter role "ims" connection limit 7'] },
				applied: null,
			});
			const done = await fix(...step, '--yes');
			// Nothing measures it by itself.
			expect(done.status, done.stderr).toBe(1);
			expect(done.stdout).toContain('done, not verified: Limit the role (Set limits)');
			expect(await limits()).toEqual({ database: -1, role: 7 });
			const again = await fix(...step, '--yes');
			expect(again.status, again.stderr).toBe(0);
			expect(again.stdout).toContain('nothing to do');
			expect((await run(['undo', '--yes', admin()])).status).toBe(0);
			expect(await limits()).toEqual({ database: -1, role: -1 });
		});

		test('kbwizard fix on a provider’s server says its own way, and changes nothing', async () => {
			await query(admin(), 'create role rds_superuser');
			try {
				const args = [
					'fix',
					'KB008',
					'increase-the-number-of-connections',
					admin(),
					'--confirm',
					'127.0.0.1',
				];
				const [told, text] = await Promise.all([
					run([...args, '--set', 'max_connections=200', '--json']),
					run([...args, '--set', 'max_connections=200']),
				]);
				expect(told.status, told.stderr).toBe(2);
				const document = JSON.parse(told.stdout);
				expect(misfits(document, await fixSchema())).toEqual([]);
				expect(document).toMatchObject({ plan: null, applied: null });
				expect(document.byHand.instructions[0]).toContain(
					'set `max_connections` to 200 in a DB parameter group',
				);
				expect(text.stdout).toMatch(/is done by hand, nothing was changed: it cannot be applied on rds/);
				expect(text.stdout).toMatch(/By hand\n {2}1\. In the console/);
				const [row] = await query(
					admin(),
					"select setting from pg_file_settings where name = 'max_connections' and setting = '200'",
				);
				expect(row).toBeUndefined();
			} finally {
				await query(admin(), 'drop role rds_superuser');
			}
		});
	},
);
