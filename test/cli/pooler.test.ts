/** The program itself, through a real PgBouncer and beside it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeBehindPgbouncer, pgbouncerBefore } from '../helpers/pgbouncer.ts';
import { holdSlots } from '../helpers/postgres.ts';
import { run } from './run-cli.ts';

const options = {
	auth: 'scram' as const,
	databases: ['openiz'],
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
		const { plan, applied } = JSON.parse(proved.stdout);
		expect(plan.statements).toEqual([]);
		expect(applied).toMatchObject({
			outcome: 'done',
			done: [{ status: 'done', what: expect.stringContaining('ims gets into openiz through PgBouncer') }],
		});
		expect(proved.stdout + proved.stderr).not.toContain('w0rd');
	});
});
