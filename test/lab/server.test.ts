import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, type TestContext, test } from 'vitest';
import { startServer } from '../../src/lab/server.ts';
import { commandLines } from '../cli/run-cli.ts';
import { describeOnAtOnce, holdSlots, query, testMajors, until, withServer } from '../helpers/postgres.ts';

describeOnAtOnce(
	testMajors,
	'a lab server',
	{
		databases: ['openiz'],
		roles: [{ name: 'ims', password: 'it\'s "odd"' }],
		auth: 'scram',
		settings: { max_connections: 10 },
	},
	(server, major) => {
		test('is the asked version, with the asked settings, database and role', async () => {
			expect(Number.parseInt(server().version, 10)).toBe(major);
			const [row] = await query(
				server().uri({ user: 'ims', database: 'openiz' }),
				"SELECT current_user AS who, current_database() AS database, current_setting('max_connections') AS max",
			);
			expect(row).toEqual({ who: 'ims', database: 'openiz', max: '10' });
		});

		test('asks for the password over TCP, and not on its private socket', async () => {
			const wrong = server().uri({ user: 'ims', password: 'wrong', database: 'openiz' });
			await expect(query(wrong, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
			expect(await query(server().uri({ socket: true }), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
		});

		test('refuses an ordinary role when its slots are gone', async () => {
			const uri = server().uri({ user: 'ims', database: 'openiz' });
			const held = await holdSlots(7, uri);
			await expect(query(uri, 'SELECT 1')).rejects.toMatchObject({ code: '53300', routine: 'InitPostgres' });
			await held.release();
		});

		test('shuts down, starts again, restarts', async () => {
			await server().shutDown('fast');
			await expect(query(server().superuser, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
			await server().start();
			await server().restart();
			expect(await query(server().superuser, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
			expect(await server().readLog()).toContain('ready to accept connections');
		});
	},
);

describe.concurrent('the end of a lab server', () => {
	test('leaves no folder and nothing that listens', async () => {
		const { folder, uri } = await withServer(18, {}, async (server) => ({
			folder: server.folder,
			uri: server.superuser,
		}));
		await expect(access(folder)).rejects.toMatchObject({ code: 'ENOENT' });
		await expect(query(uri, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
	});

	test('comes when it could not start, too, in words that say why', async () => {
		const start = startServer({ settings: { max_connections: 5, superuser_reserved_connections: 9 } });
		await expect(start).rejects.toThrow(/"superuser_reserved_connections".* must be less than/);
	});

	test('may be asked for twice, and while sessions are open', async () => {
		const server = await startServer();
		const held = await holdSlots(3, server.superuser);
		await Promise.all([server.stop(), server.stop()]);
		await until(
			() =>
				access(server.folder).then(
					() => false,
					() => true,
				),
			{ what: 'the folder to go' },
		);
		await held.release();
	});

	/** Runs owner.ts, and answers what it says once its server is up. */
	async function startOwner(
		{ onTestFinished }: TestContext,
		...args: readonly string[]
	): Promise<{ owner: ChildProcess; folder: string; uri: string }> {
		const file = fileURLToPath(new URL('owner.ts', import.meta.url));
		const owner = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
		onTestFinished(() => {
			owner.kill('SIGKILL');
		});
		const [line] = await once(createInterface({ input: owner.stdout }), 'line');
		return { owner, ...JSON.parse(String(line)) };
	}

	/** The process among the owner's children that keeps the server. */
	function keeperOf(owner: ChildProcess): number {
		const found = processes().find(({ parent, command }) => parent === owner.pid && /keeper/.test(command));
		if (found === undefined) throw new Error('The owner has no keeper.');
		return found.pid;
	}

	type Listed = { readonly pid: number; readonly parent: number; readonly command: string };

	/** Of this machine: by /proc where there is one, else by ps, which a small Linux need not have. */
	function processes(): readonly Listed[] {
		if (!existsSync('/proc/self/stat')) {
			const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
			return lines.flatMap((line) => {
				const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
				return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
			});
		}
		return [...(commandLines() ?? [])].flatMap(([pid, command]) => {
			const [, parent] = /^\d+ \(.*\) \S (\d+)/s.exec(statOf(pid)) ?? [];
			return parent === undefined ? [] : [{ pid, parent: Number(parent), command }];
		});
	}

	/** Empty for a process that has ended since it was listed. */
	function statOf(pid: number): string {
		try {
			return readFileSync(`/proc/${pid}/stat`, 'utf8');
		} catch {
			return '';
		}
	}

	async function expectGone(folder: string, uri: string): Promise<void> {
		await until(() => !existsSync(folder), { what: 'its folder to go' });
		await expect(query(uri, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
	}

	test('comes when the process that started it is killed, with a hundred sessions open', async (context) => {
		const { owner, folder, uri } = await startOwner(context);
		await expect(query(uri, 'SELECT 1')).rejects.toMatchObject({ code: '53300' });
		owner.kill('SIGKILL');
		await expectGone(folder, uri);
	});

	test('comes when its keeper is killed, and even when both are', async (context) => {
		for (const both of [false, true]) {
			const { owner, folder, uri } = await startOwner(context);
			const keeper = keeperOf(owner);
			if (both) owner.kill('SIGSTOP');
			process.kill(keeper, 'SIGKILL');
			if (both) owner.kill('SIGKILL');
			await expectGone(folder, uri);
		}
	});

	test('is waited for where nothing else keeps the process alive', async (context) => {
		const { owner, folder, uri } = await startOwner(context, 'stop');
		if (owner.exitCode === null) await once(owner, 'exit');
		// 13 is Node's own: it had nothing left to do, and something was still awaited.
		expect(owner.exitCode).toBe(0);
		expect(existsSync(folder)).toBe(false);
		await expect(query(uri, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
	});

	test('comes when that process ends and forgets to stop it, which it may: nothing holds it', async (context) => {
		const { owner, folder, uri } = await startOwner(context, 'leave');
		if (owner.exitCode === null) await once(owner, 'exit');
		expect(owner.exitCode).toBe(0);
		await expectGone(folder, uri);
	});
});
