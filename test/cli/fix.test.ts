import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { describeOnAtOnce, holdSlots, query, testMajors } from '../helpers/postgres.ts';
import { misfits } from '../report/json-schema.ts';
import { run as runProgram } from './run-cli.ts';

async function schema(name: string): Promise<unknown> {
	return JSON.parse(await readFile(new URL(`../../src/report/schema/${name}.json`, import.meta.url), 'utf8'));
}

describeOnAtOnce(testMajors, 'fix, undo and report', { databases: ['clinic'] }, (server) => {
	/** With sessions of this server's own: which one is the latest must not depend on the other major. */
	const run = (args: readonly string[]) => runProgram(args, { env: { XDG_STATE_HOME: server().folder } });
	const admin = (): string => server().uri({ database: 'clinic' });
	const limit = async (): Promise<unknown> => {
		const [row] = await query(admin(), "select datconnlimit as n from pg_database where datname = 'clinic'");
		return row?.n;
	};

	test('a severe fix wants the name typed out, and says so', async () => {
		const held = await holdSlots(2, admin());
		try {
			const plan = await run(['fix', 'KB008', 'disconnect-all-clients', admin(), '--dry-run', '--json']);
			expect(plan.status).toBe(0);
			const document = JSON.parse(plan.stdout);
			expect(misfits(document, await schema('fix-1'))).toEqual([]);
			expect(document).toMatchObject({
				session: null,
				applied: null,
				verified: null,
				plan: { confirm: 'clinic' },
			});
			expect(document.plan.rows).toHaveLength(2);
			for (const consent of [[], ['--yes'], ['--confirm', 'openi']]) {
				const { status, stdout, stderr } = await run([
					'fix',
					'KB008',
					'disconnect-all-clients',
					admin(),
					...consent,
				]);
				expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
				expect(stderr).toContain('--confirm clinic');
			}
			expect(
				await query(admin(), "select 1 from pg_stat_activity where application_name = 'holder'"),
			).toHaveLength(2);
		} finally {
			await held.release();
		}
	});

	test('the fix is applied and verified, with the name typed out', async () => {
		const held = await holdSlots(3, admin());
		try {
			const args = ['fix', 'KB008', 'disconnect-all-clients', admin(), '--confirm', 'clinic', '--json'];
			const { status, stdout, stderr } = await run(args);
			expect(status, stderr).toBe(0);
			const document = JSON.parse(stdout);
			expect(misfits(document, await schema('fix-1'))).toEqual([]);
			expect(document).toMatchObject({ applied: { outcome: 'done' }, verified: { held: true } });
			expect(document.plan.rows.map((row: { status: string }) => row.status)).toEqual([
				'ended',
				'ended',
				'ended',
			]);
			expect(await limit()).toBe(-1);
		} finally {
			await held.release();
		}
	});

	test('a limit is lifted, reported, and put back by undo', async () => {
		await query(admin(), 'alter database clinic connection limit 7');
		const nobody = await run([
			'fix',
			'KB008',
			'lift-the-connection-limit',
			admin(),
			'--set',
			'database=clinic',
		]);
		expect(nobody.status).toBe(64);
		expect(nobody.stderr).toContain('--yes');
		const fixed = await run([
			'fix',
			'KB008',
			'lift-the-connection-limit',
			admin(),
			'--set',
			'database=clinic',
			'--yes',
			'--json',
		]);
		expect(fixed.status, fixed.stderr + fixed.stdout).toBe(0);
		const { session } = JSON.parse(fixed.stdout);
		expect(await limit()).toBe(-1);

		const listed = JSON.parse((await run(['sessions', '--json'])).stdout);
		expect(misfits(listed, await schema('sessions-1'))).toEqual([]);
		expect(listed.sessions[0]).toMatchObject({
			session,
			server: { database: 'clinic', port: server().port },
			inForce: [{ status: 'done' }],
		});
		const report = await run(['report', session]);
		expect(report.stdout).toMatch(/^# KB008 /);
		expect(report.stdout).toContain(`kbwizard undo ${session}`);
		expect(report.stdout).not.toContain('clinic');
		const html = (await run(['report', session, '--format', 'html'])).stdout;
		expect(html).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
		expect(html).toContain(`kbwizard undo ${session}`);
		expect(html).not.toContain('clinic');

		const unasked = await run(['undo', session]);
		expect(unasked.status).toBe(64);
		expect(unasked.stderr).toContain('--yes');
		const undone = await run(['undo', '--yes', '--json', admin()]);
		expect(undone.status, undone.stderr).toBe(0);
		const document = JSON.parse(undone.stdout);
		expect(misfits(document, await schema('undo-1'))).toEqual([]);
		expect(document).toMatchObject({ session, skipped: [] });
		expect(document.undone).toHaveLength(1);
		expect(await limit()).toBe(7);
		await query(admin(), 'alter database clinic connection limit -1');

		const again = await run(['undo', session, '--yes']);
		expect(again).toMatchObject({ status: 0, stdout: 'nothing to take back\n' });
	});

	test('the role’s limit is lifted while the database is full: who gets in anyway proves nothing', async () => {
		await query(admin(), 'create role app login connection limit 1');
		await query(admin(), 'alter database clinic connection limit 1');
		const held = await holdSlots(1, server().uri({ user: 'app', database: 'clinic' }));
		const args = ['fix', 'KB008', 'lift-the-connection-limit', server().superuser, '--set', 'role=app'];
		try {
			const { status, stdout, stderr } = await run([...args, '--yes', '--json']);
			expect(status, stderr).toBe(1);
			expect(JSON.parse(stdout).verified).toMatchObject({ held: false });
		} finally {
			await held.release();
			await query(admin(), 'alter database clinic connection limit -1');
		}
	});

	test('a person’s solution is told step by step, and changes nothing', async () => {
		const { status, stdout } = await run(['fix', 'KB008', 'relieve-the-server', admin(), '--yes']);
		expect(status).toBe(2);
		expect(stdout).toContain('Pause what can wait');
	});

	test('an article of one’s own shows its fixes, and runs them only when it is trusted', async () => {
		const own = server().folder;
		const { writeFile } = await import('node:fs/promises');
		const path = `${own}/own.md`;
		const shipped = await readFile(
			new URL('../../content/kb008-postgresql-connections-fail-with-block-message.md', import.meta.url),
			'utf8',
		);
		await writeFile(path, shipped.replace('## Issue', 'Changed.\n\n## Issue'));
		const args = ['fix', path, 'disconnect-all-clients', admin(), '--dry-run'];
		const refused = await run(args);
		expect(refused.status).toBe(2);
		expect(refused.stdout).toContain('--trust');
		const trusted = await run([...args, '--trust', path]);
		expect(trusted.stdout).not.toContain('--trust');
		expect(trusted.status).toBe(0);
	});
});
