/** The program itself, through a real PgBouncer and beside it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeBehindPgbouncer, pgbouncerBefore, pgbouncerFolder } from '../helpers/pgbouncer.ts';
import { holdSlots } from '../helpers/postgres.ts';
import { run } from './run-cli.ts';

const options = {
	auth: 'scram' as const,
	databases: ['openiz', 'openiz_audit'],
	roles: [{ name: 'ims', password: 'w0rd' }],
};
const ims = { user: 'ims', password: 'w0rd', database: 'openiz' };

describeBehindPgbouncer([18], 'the program', options, (server) => {
	test('diagnoses a pooler that lets nobody in, and proves one that works', async () => {
		const pooler = await pgbouncerBefore(server(), {
			settings: { default_pool_size: 2, max_client_conn: 3, stats_users: 'ims' },
			passwords: { ims: ims.password },
		});
		onTestFinished(pooler.stop);
		const held = await holdSlots(3, pooler.uri(ims));
		onTestFinished(() => held.release());
		const refused = await run(['check', 'KB008', pooler.uri(ims), '--json']);
		expect(refused.status, refused.stderr).toBe(2);
		const diagnosis = JSON.parse(refused.stdout);
		expect(diagnosis.findings).toMatchObject([
			{ check: 'can-we-connect', verdict: 'pooler refused' },
			{
				check: 'is-a-pooler-in-the-way',
				verdict: 'waiting',
				text: expect.stringContaining('of 3 clients that it lets in 3 are there'),
				rows: [{ database: 'openiz', user: 'ims', pool_size: 2 }],
			},
		]);
		expect(diagnosis.causes[0]).toMatchObject({ id: 'a-pooler-limit', standing: 'proved' });
		expect(diagnosis.solutions[0]).toMatchObject({ id: 'raise-the-pooler-limit', how: 'guided' });
		await held.release();

		const conninfo = join(server().folder, 'pooler.txt');
		await writeFile(conninfo, pooler.uri(ims));
		const steps = ['fix', 'KB008', 'put-a-pooler-in-front', server().uri({ database: 'openiz' })];
		const proved = await run([
			...steps,
			'--set',
			'step=see-that-it-pools',
			'--set',
			`pooler=@${conninfo}`,
			'--yes',
			'--json',
		]);
		expect(proved.status, proved.stderr).toBe(0);
		const { plan, applied } = JSON.parse(proved.stdout);
		expect(plan.statements).toEqual([]);
		expect(applied).toMatchObject({
			outcome: 'done',
			done: [{ status: 'done', what: expect.stringContaining('ims gets into openiz through PgBouncer') }],
		});
		expect(proved.stdout + proved.stderr).not.toContain('w0rd');
	});

	test('takes role and databases from the sessions that are there, and says that each step came to a good end', async () => {
		const pools = await Promise.all(
			['openiz', 'openiz_audit'].map((database) => holdSlots(2, server().uri({ ...ims, database }))),
		);
		onTestFinished(async () => void (await Promise.all(pools.map((held) => held.release()))));
		const folder = await pgbouncerFolder(server());
		const password = join(server().folder, 'password.txt');
		await writeFile(password, ims.password);
		const step = (name: string, ...set: readonly string[]) =>
			run([
				...['fix', 'KB008', 'put-a-pooler-in-front', server().superuser, '--yes'],
				...[`step=${name}`, `path=${folder}/pgbouncer.ini`, `userlist=${folder}/users`, ...set].flatMap(
					(each) => ['--set', each],
				),
			]);
		const written = await step('install-and-size-it');
		expect(written.status, written.stderr).toBe(0);
		expect(written.stdout).toMatch(/^done and verified: Install and size it/);
		expect(written.stdout).toMatch(/\+openiz = .*\n.*\+openiz_audit = /);
		expect(written.stdout).toContain('+stats_users = ims');
		const users = await step('give-it-the-password', `password=@${password}`);
		expect(users.status, users.stderr).toBe(0);
		expect(users.stdout).toContain('+"ims" ***');
	});
});
