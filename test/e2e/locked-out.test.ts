/**
 * The locked-out route on a real server: all 100 slots are gone, the reserve with them, and not even the superuser gets in.
 * The refusal and the processes name the cause, one idle session is ended on the host, and an administrator is in.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { listLinux } from '../../src/evidence/host/linux-listing.ts';
import { run } from '../cli/run-cli.ts';
import {
	describeMajorsAtOnce,
	holdSlots,
	type LabServer,
	query,
	testMajors,
	withServer,
} from '../helpers/postgres.ts';
import { openTerminal } from '../helpers/terminal.ts';

const bin = fileURLToPath(new URL('../../bin/kbwizard.js', import.meta.url));
const id = 'make-room-on-the-servers-own-host';
const slow = 90_000;
/** Against a crowd that comes back at once a slot is won nearly always, not always. */
const contested = { timeout: slow * 3, retry: 2 } as const;

const options = {
	settings: { max_connections: 100, superuser_reserved_connections: 3 },
	databases: ['openiz'],
} as const;

if (platform() !== 'linux') console.error('SKIPPED: sessions are ended by their processes on Linux only.');

/** Those that are there to stay: a worker of autovacuum and a login that is refused end by themselves. */
const passing = /autovacuum worker|(?:startup|authentication)$/;

/** The server's processes, each named for ever by its number and start, and their titles. */
async function processesOf(server: LabServer): Promise<ReadonlyMap<string, string>> {
	const { processes } = await listLinux();
	const postmaster = processes.find(({ title }) => title.includes(server.dataDir));
	return new Map(
		processes
			.filter(
				({ pid, parent, title }) =>
					pid === postmaster?.pid ||
					(parent === postmaster?.pid && title.startsWith('postgres: ') && !passing.test(title)),
			)
			.map(({ pid, started, title }) => [`${pid} ${started}`, title]),
	);
}

const sessionsOf = (processes: ReadonlyMap<string, string>) =>
	[...processes].filter(([, title]) => title.startsWith('postgres: postgres openiz ')).map(([name]) => name);

describeMajorsAtOnce(platform() === 'linux' ? testMajors : [], 'locked out', (major) => {
	test.concurrent(
		'by the refusal and the processes to a login, and nobody else is touched',
		contested,
		async () => {
			await withServer(major, options, async (server) => {
				const app = server.uri({ database: 'openiz' });
				const held = await holdSlots(100, app, '');
				try {
					await expect(query(server.superuser, 'select 1')).rejects.toMatchObject({
						code: '53300',
						routine: 'InitProcess',
					});
					const checked = await run(['check', 'KB008', server.superuser, '--json']);
					expect(checked).toMatchObject({ status: 2, stderr: '' });
					const found = JSON.parse(checked.stdout);
					expect(found.causes[0].id).toBe('pools-larger-than-the-server');
					expect(found.solutions[0]).toMatchObject({ id, available: true, relief: true, risk: 'severe' });
					expect(found.findings).toMatchObject([
						{ check: 'can-we-connect', verdict: 'no slot at all', error: { routine: 'InitProcess' } },
						{ check: 'what-do-the-processes-show', verdict: 'slots held', facts: { slots_held: 100 } },
					]);
					expect(found.findings[0].error.next[0]).toMatch(/^Run this on the server's own host/);

					const before = await processesOf(server);
					expect(sessionsOf(before)).toHaveLength(100);
					const dry = await run(['fix', 'KB008', id, server.superuser, '--dry-run', '--json']);
					expect(dry.status, dry.stderr).toBe(0);
					const { plan } = JSON.parse(dry.stdout);
					expect(plan.confirm).toBe('127.0.0.1');
					for (const { pid, status, usename, datname, state } of plan.rows) {
						expect({ status, usename, datname, state }).toEqual({
							status: 'planned',
							usename: 'postgres',
							datname: 'openiz',
							state: 'idle',
						});
						expect([...before.keys()].some((name) => name.startsWith(`${pid} `))).toBe(true);
					}
					for (const consent of [['--yes'], ['--confirm', 'localhost']]) {
						const refused = await run(['fix', 'KB008', id, server.superuser, ...consent]);
						expect(refused).toMatchObject({ status: 64, stdout: '' });
					}
					expect([...(await processesOf(server)).keys()]).toEqual([...before.keys()]);

					const fixed = await run(['fix', 'KB008', id, server.superuser, '--confirm', '127.0.0.1', '--json']);
					expect(fixed.status, fixed.stderr + fixed.stdout).toBe(0);
					const document = JSON.parse(fixed.stdout);
					expect(document).toMatchObject({
						applied: { outcome: 'done' },
						verified: { held: true, proof: 'login' },
						undo: null,
					});
					const ended: readonly number[] = document.plan.rows
						.filter(({ status }: { status: string }) => status === 'ended')
						.map(({ pid }: { pid: number }) => pid);
					expect(ended).toHaveLength(1);
					// The other 99, the postmaster and its own processes are what they were.
					const after = await processesOf(server);
					const gone = [...before.keys()].filter((name) => !after.has(name));
					expect(gone.map((name) => Number(name.split(' ')[0]))).toEqual(ended);
					expect(await query(server.superuser, 'select 1 as one')).toEqual([{ one: 1 }]);
				} finally {
					await held.release();
				}
			});
		},
	);

	test.concurrent(
		'in the wizard, at 80×24, which keeps the session that it has won and goes on with it',
		contested,
		async ({ onTestFinished }) => {
			const state = await mkdtemp(join(tmpdir(), 'kbwizard-e2e-'));
			onTestFinished(() => rm(state, { recursive: true, force: true }));
			const terminal = openTerminal({
				command: process.execPath,
				args: [bin, 'lab', 'superuser-application', '--major', String(major)],
				env: { XDG_STATE_HOME: state, NO_COLOR: '1', CI: undefined },
			});
			await terminal.waitFor('Enter begin', slow);
			terminal.type('\r');
			await terminal.waitFor('the server refuses everybody', slow);
			expect(terminal.screen()).toContain("Run this on the server's own host");
			terminal.type('R');
			await terminal.waitFor("❯ 1. Make room on the server's own host", slow);
			terminal.type('\r');
			await terminal.waitFor('For when nobody gets in', slow);
			terminal.type('\r');
			await terminal.waitFor('To apply exactly this, type 127.0.0.1', slow);
			terminal.type('\r');
			await terminal.waitFor('Nothing was done', slow);
			terminal.type('127.0.0.1');
			await terminal.waitFor('Name: 127.0.0.1', slow);
			terminal.type('\r');
			await terminal.waitFor(/a session as postgres is held|it did not hold/, slow);
			expect(terminal.screen()).toContain('a session as postgres is held');
			expect(terminal.screen()).toContain('✔ it holds');
			expect(terminal.screen()).toMatch(/✔ connected in a slot waited for .* as postgres/);
			// Back at the causes, everything can be looked at now, with that very session.
			terminal.type('\r');
			await terminal.waitFor('Causes and solutions', slow);
			terminal.type('g');
			await terminal.waitFor('Can we connect?', slow);
			terminal.type('R');
			await terminal.waitFor(/proved\s+Pools larger than the server/, slow);
			terminal.type('q');
			await terminal.exit;
		},
	);
});
