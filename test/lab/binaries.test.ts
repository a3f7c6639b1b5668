import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canEnter } from '../../src/lab/account.ts';
import { enterable } from '../../src/lab/binaries.ts';

/** Nobody of this machine: what it may, everybody may. */
const stranger = { uid: 54_321, gid: 54_321 };

describe('programs in a folder that the server account cannot enter', () => {
	let root = '';
	let programs = '';
	let temporary = '';

	beforeEach(async () => {
		root = await mkdtemp(join(tmpdir(), 'binaries-'));
		programs = join(root, 'native');
		temporary = join(root, 'tmp');
		await mkdir(join(programs, 'bin'), { recursive: true });
		await mkdir(temporary);
		await writeFile(join(programs, 'bin', 'postgres'), 'the server', { mode: 0o755 });
		await symlink('postgres', join(programs, 'bin', 'postmaster'));
	});
	afterEach(() => rm(root, { recursive: true }));

	test('are copied once, whole, to where it can', async () => {
		const [one, other] = await Promise.all([
			enterable(programs, 'pg-1.0', stranger, temporary),
			enterable(programs, 'pg-1.0', stranger, temporary),
		]);
		expect(one).toBe(join(temporary, `kbwizard-postgres-${userInfo().uid}`, 'pg-1.0'));
		expect(other).toBe(one);
		expect(await readFile(join(one, 'bin', 'postmaster'), 'utf8')).toBe('the server');
		// Nothing half-made stays behind.
		expect(await readdir(join(one, '..'))).toEqual(['pg-1.0']);
	});

	test('stay where they are if it can', async () => {
		await chmod(root, 0o755);
		expect(await canEnter(stranger, programs)).toBe(true);
		expect(await enterable(programs, 'pg-1.0', stranger, temporary)).toBe(programs);
	});

	test('are not run from a place that others can write', async () => {
		const cache = join(temporary, `kbwizard-postgres-${userInfo().uid}`);
		await mkdir(cache);
		await chmod(cache, 0o777);
		await expect(enterable(programs, 'pg-1.0', stranger, temporary)).rejects.toThrow(
			/can be written by others/,
		);
	});
});
