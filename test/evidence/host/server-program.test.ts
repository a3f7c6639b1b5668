import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { programOfServer, readServerCommand } from '../../../src/evidence/host/server-program.ts';

test('command lines of Windows and macOS', () => {
	expect(
		readServerCommand(
			'"C:/Program Files/OpenIZ/postgres/bin/postgres.exe" -D "C:/Program Files/OpenIZ/data"',
		),
	).toEqual({
		program: 'C:/Program Files/OpenIZ/postgres/bin/postgres.exe',
		dataDir: 'C:/Program Files/OpenIZ/data',
	});
	expect(readServerCommand(String.raw`C:\pgsql\bin\postgres.exe -D C:\pgsql\data -p 5433`)).toEqual({
		program: String.raw`C:\pgsql\bin\postgres.exe`,
		dataDir: String.raw`C:\pgsql\data`,
	});
	expect(
		readServerCommand('/opt/homebrew/opt/postgresql@18/bin/postgres -D /opt/homebrew/var/postgresql@18'),
	).toEqual({
		program: '/opt/homebrew/opt/postgresql@18/bin/postgres',
		dataDir: '/opt/homebrew/var/postgresql@18',
	});
	expect(
		readServerCommand(
			'/Applications/Postgres.app/bin/postgres -D /Users/a/Library/Application Support/Postgres/var-18 -p 5432',
		),
	).toMatchObject({ dataDir: '/Users/a/Library/Application Support/Postgres/var-18' });
	expect(readServerCommand('postgres: checkpointer')).toBeNull();
	expect(readServerCommand('/usr/bin/postgres -c port=1')).toBeNull();
});

test.skipIf(platform() !== 'linux')('a process that postmaster.pid does not name is no server', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'kbwizard-program-'));
	const child = spawn('sleep', ['60'], { cwd: folder, stdio: 'ignore' });
	try {
		await once(child, 'spawn');
		const process = {
			...{ pid: child.pid ?? 0, parent: 1, started: '1', ageS: 1, uid: 0 },
			...{ name: 'postgres', title: 'postgres -D /elsewhere' },
		};
		expect(await programOfServer(process, 'linux')).toMatchObject({ kind: 'not told' });
		await writeFile(join(folder, 'postmaster.pid'), `1\n${folder}\n1700000000\n5432\n`);
		expect(await programOfServer(process, 'linux')).toEqual({
			kind: 'not told',
			why: `postmaster.pid in ${folder} does not name process ${child.pid}`,
		});
		await writeFile(join(folder, 'postmaster.pid'), `${child.pid}\n${folder}\n1700000000\n5432\n`);
		expect(await programOfServer(process, 'linux')).toMatchObject({
			kind: 'found',
			program: { dataDir: folder },
		});
	} finally {
		child.kill();
		await rm(folder, { recursive: true, force: true });
	}
});
