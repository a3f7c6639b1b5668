import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeOnAtOnce, holdSlots, testMajors } from '../helpers/postgres.ts';
import { openTerminal, type Terminal } from '../helpers/terminal.ts';
import { misfits } from '../report/json-schema.ts';
import { bin, run } from './run-cli.ts';

const schema: unknown = JSON.parse(
	await readFile(new URL('../../src/report/schema/diagnosis-1.json', import.meta.url), 'utf8'),
);

describeOnAtOnce(
	testMajors,
	'check',
	{
		settings: { max_connections: '20', superuser_reserved_connections: '3' },
		auth: 'scram',
		databases: ['openiz'],
		roles: [{ name: 'ims', password: 'w0rd', attributes: '' }],
	},
	(server, major) => {
		const app = (): string => server().uri({ user: 'ims', database: 'openiz' });

		test('a healthy server is ok, in one line and one document', async () => {
			const text = await run(['check', 'KB008', app()]);
			expect(text, text.stderr).toMatchObject({ status: 0, stderr: '' });
			expect(text.stdout).toMatch(/^OK - .* \| used=\d+;13;16;0;17\n/);
			const json = await run(['check', 'KB008', app(), '--json']);
			const diagnosis = JSON.parse(json.stdout);
			expect(misfits(diagnosis, schema)).toEqual([]);
			expect(diagnosis).toMatchObject({
				severity: 'ok',
				server: { user: 'ims', database: 'openiz', slot: 'ordinary' },
				causes: [],
			});
			expect(diagnosis.server.versionNum).toBeGreaterThan(major * 10_000);
		});

		test('in a terminal what is known is said while the rest is looked at, and taken away', async () => {
			const held = await holdSlots(17, app());
			const terminal = openTerminal({
				command: process.execPath,
				args: [bin, 'check', 'KB008', server().superuser],
				env: { NO_COLOR: undefined },
			});
			try {
				await terminal.waitFor(/CRITICAL so far: 17 of 17 slots are taken.*…/);
				expect(await terminal.exit).toMatchObject({ status: 2 });
				expect(terminal.scrollback()).toMatch(/^CRITICAL - 17 of 17 slots/);
				expect(terminal.scrollback()).not.toContain('so far');
			} finally {
				await held.release();
			}
		});

		test('with every ordinary slot taken it is critical, whoever asks', { timeout: 120_000 }, async () => {
			const held = await holdSlots(17, app());
			try {
				const refused = JSON.parse((await run(['check', 'KB008', app(), '--json'])).stdout);
				expect(misfits(refused, schema)).toEqual([]);
				expect(refused).toMatchObject({ severity: 'critical', server: { slot: null, user: 'ims' } });
				expect(refused.findings[0]).toMatchObject({
					check: 'can-we-connect',
					verdict: 'ordinary slots gone',
					error: { code: '53300', routine: 'InitPostgres', layer: 'startup' },
				});
				const inside = await run(['check', 'KB008', server().superuser]);
				expect(inside.status).toBe(2);
				expect(inside.stdout.split('\n')[0]).toMatch(
					/^CRITICAL - 17 of 17 slots are taken.* \| used=17;13;16;0;17$/,
				);
				const rescued = JSON.parse(
					(await run(['check', 'KB008', app(), '--rescue', server().superuser, '--json'])).stdout,
				);
				expect(rescued.server).toMatchObject({ slot: 'reserved' });
				expect(rescued.findings.map(({ verdict }: { verdict: string }) => verdict)).toEqual(
					expect.arrayContaining(['ordinary slots gone', 'full']),
				);
			} finally {
				await held.release();
			}
		});

		test('what keeps many checks from an answer is said once', async () => {
			const text = (await run(['check', 'KB008', app()])).stdout;
			expect(text.split('no log was given')).toHaveLength(2);
			const elsewhere = app().replace('/openiz', '/opniz');
			const { status, stdout } = await run(['check', 'KB008', elsewhere]);
			expect(status).toBe(3);
			expect(stdout).toMatch(/^UNKNOWN - .*has no database opniz/);
			expect(stdout.split('\n').length).toBeLessThan(50);
		});

		test('the password file and the service file are those of libpq', { timeout: 120_000 }, async () => {
			const home = await mkdtemp(join(tmpdir(), 'kbwizard-home-'));
			try {
				const port = String(server().port);
				await writeFile(join(home, '.pgpass'), `127.0.0.1:${port}:openiz:ims:w0rd\n`, { mode: 0o600 });
				const service = `[clinic]\nhost=127.0.0.1\nport=${port}\ndbname=openiz\nuser=ims\n`;
				await writeFile(join(home, '.pg_service.conf'), service);
				const env = { HOME: home };
				const flags = ['-h', '127.0.0.1', '-p', port, '-U', 'ims', '-d', 'openiz'];
				expect(await run(['check', 'KB008', ...flags], { env })).toMatchObject({ status: 0, stderr: '' });
				const served = await run(['check', '--json'], { env: { ...env, PGSERVICE: 'clinic' } });
				expect(JSON.parse(served.stdout).server).toMatchObject({ user: 'ims', database: 'openiz' });
				await chmod(join(home, '.pgpass'), 0o644);
				const open = await run(['check', 'KB008', 'service=clinic'], { env });
				expect(open).toMatchObject({ status: 2, stderr: expect.stringContaining('chmod 600') });
			} finally {
				await rm(home, { recursive: true, force: true });
			}
		});

		test('in a terminal the wizard asks for a password that the server wants; check never does', async () => {
			const uri = app().replace(':w0rd', '');
			expect((await run(['check', 'KB008', uri])).stdout).toContain('no-password');
			const state = await mkdtemp(join(tmpdir(), 'kbwizard-state-'));
			const open = (...args: readonly string[]): Terminal =>
				openTerminal({
					command: process.execPath,
					args: [bin, ...args],
					env: { XDG_STATE_HOME: state, NO_COLOR: '1', CI: undefined },
				});
			try {
				const asked = open('KB008', uri);
				await asked.waitFor('Password for user ims:');
				asked.type('w0rd\r');
				await asked.waitFor('Enter begin', 20_000);
				asked.type('\r');
				await asked.waitFor('ims gets in to openiz', 20_000);
				expect(asked.raw()).not.toContain('w0rd');
				asked.kill();
				const never = open('KB008', uri, '-w');
				await never.waitFor('Enter begin', 20_000);
				expect(never.scrollback()).not.toContain('Password');
				never.kill();
				await Promise.all([asked.exit, never.exit]);
			} finally {
				await rm(state, { recursive: true, force: true });
			}
		});

		test('a wrong password is a finding, and stays out of sight', async () => {
			const uri = app().replace('w0rd', 'wr0ng-w0rd');
			const { status, stdout, stderr } = await run(['check', 'KB008', uri, '--json']);
			expect(status).toBe(2);
			expect(JSON.parse(stdout).findings[0]).toMatchObject({
				verdict: 'credentials refused',
				error: { code: '28P01', layer: 'authentication' },
			});
			expect(stdout + stderr).not.toContain('wr0ng-w0rd');
		});
	},
);

test('where nothing listens, there is no server in the document', async () => {
	const { status, stdout } = await run(['check', 'KB008', '-h', '127.0.0.1', '-p', '1', '-U', 'x', '--json']);
	const diagnosis = JSON.parse(stdout);
	expect(misfits(diagnosis, schema)).toEqual([]);
	expect(status).toBe(2);
	expect(diagnosis).toMatchObject({
		server: null,
		severity: 'critical',
		causes: [{ id: 'nothing-listens-there' }],
	});
	expect(diagnosis.findings[0].error).toMatchObject({ code: 'ECONNREFUSED', layer: 'tcp' });
});
