/** A restart in the wizard: who makes it is asked, it is waited for, and the wizard is connected again afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bin } from '../cli/run-cli.ts';
import { choose } from '../helpers/choose.ts';
import { describeOn, query } from '../helpers/postgres.ts';
import { openTerminal } from '../helpers/terminal.ts';

const slow = 60_000;

describeOn([18], 'a restart in the wizard', { settings: { max_connections: 30 } }, (server) => {
	const slots = async () =>
		(await query(server().superuser, "select current_setting('max_connections') as slots"))[0]?.slots;

	test('asked for, left to somebody else, waited for, and seen to hold', { timeout: 120_000 }, async () => {
		await query(server().superuser, 'alter system set max_connections = 50');
		await query(server().superuser, 'select pg_reload_conf()');
		const state = await mkdtemp(join(tmpdir(), 'kbwizard-e2e-'));
		const terminal = openTerminal({
			command: process.execPath,
			args: [bin, 'KB008', server().superuser],
			env: { XDG_STATE_HOME: state, NO_COLOR: '1', CI: undefined },
		});
		onTestFinished(async () => {
			terminal.kill('SIGKILL');
			await terminal.exit;
			await rm(state, { recursive: true, force: true });
		});
		await terminal.waitFor('Enter begin', slow);
		terminal.type('R');
		await choose(terminal, 'Apply the edited setting');
		await terminal.waitFor('everybody, for the restart', slow);
		terminal.type('\r');
		await terminal.waitFor('who restarts PostgreSQL', slow);
		expect(terminal.screen()).toMatch(/pg_ctl[\s\S]*somebody else/);
		terminal.type('\x1b[B');
		terminal.type('\r');
		await terminal.waitFor('To apply exactly this, type 127.0.0.1', slow);
		terminal.type('127.0.0.1\r');
		await terminal.waitFor('waiting for the restart', slow);
		expect(await slots()).toBe('30');
		await server().restart();
		await terminal.waitFor('✔ it holds', slow);
		expect(await slots()).toBe('50');
	});
});
