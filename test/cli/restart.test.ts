/** A restart from the command line: carried to its end whatever becomes of the program, and told afterwards. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeOn, query, until } from '../helpers/postgres.ts';
import { killed, recordsIn, runUntil, stateFolder, stubbornSession } from './broken-off.ts';
import { run } from './run-cli.ts';

const options = { settings: { max_connections: 30 }, databases: ['clinic'], roles: [{ name: 'ims' }] };

describeOn([18], 'kbwizard fix, with a restart', options, (server) => {
	const slots = async () =>
		(await query(server().superuser, "select current_setting('max_connections') as slots"))[0]?.slots;
	const raise = (...more: readonly string[]) => [
		'fix',
		'KB008',
		'increase-the-number-of-connections',
		server().superuser,
		'--confirm',
		'127.0.0.1',
		'--set',
		'max_connections=40',
		...more,
	];

	test('killed while the server is down: the server comes back, and resume says what became of it', async () => {
		const auto = () => readFile(join(server().dataDir, 'postgresql.auto.conf'), 'utf8');
		const before = await auto();
		const state = stateFolder({ onTestFinished });
		const env = { XDG_STATE_HOME: state };
		// A session that does not end keeps the shutdown from being over in no time.
		const letGo = await stubbornSession(
			{ onTestFinished },
			server().uri({ user: 'ims', database: 'clinic' }),
		);
		const child = await runUntil({ onTestFinished }, raise('--set', 'restart=pg_ctl'), state, (records) =>
			records.some((record) => record.kind === 'intent' && record.effect === 'restart'),
		);
		await until(
			() =>
				slots().then(
					() => false,
					() => true,
				),
			{ what: 'the server to shut down' },
		);
		await killed(child);
		letGo();
		await until(async () => (await slots()) === '40', { what: 'the server to be back' });
		const resumed = await run(['resume', '--yes', '--json'], { env });
		expect(resumed.status).toBe(0);
		expect(JSON.parse(resumed.stdout)).toMatchObject({ undone: [], skipped: [] });
		expect(recordsIn(state)).toContainEqual(
			expect.objectContaining({ kind: 'verified', solution: 'increase-the-number-of-connections' }),
		);
		const undone = await run(['undo', '--yes'], { env });
		expect(undone.stdout).toContain('restart');
		expect(await auto()).toBe(before);
		await server().restart();
		expect(await slots()).toBe('30');
	});

	test.each([
		['not waited for', []],
		['waited for in vain', ['--wait', '1500ms']],
	])('left to somebody else and %s: done, not verified, and what to type is said', async (_, wait) => {
		const env = { XDG_STATE_HOME: stateFolder({ onTestFinished }) };
		const { status, stdout } = await run(raise(...wait), { env });
		expect(status).toBe(1);
		expect(stdout).toMatch(/the server has not been restarted .*pg_ctl restart -D/);
		expect(await slots()).toBe('30');
		expect((await run(['undo', '--yes'], { env })).status).toBe(0);
	});
});
