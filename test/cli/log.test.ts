/** `--log`, as a person gives it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runHere } from './run-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'kbwizard-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unreachable = 'postgres://nobody@127.0.0.1:1/none';
const check = (...args: readonly string[]) => runHere(['check', 'KB008', unreachable, ...args], folder);

describe('--log', () => {
	it.each([
		['none.log', 'there is no such file or folder'],
		['**/none*.log', 'no file matches'],
	])('%s, which is not there, is wrong usage and says so', async (name, why) => {
		const path = join(folder, name);
		const { status, stderr, stdout } = await check('--log', path);
		expect(status).toBe(64);
		expect(stderr).toContain(`--log ${path}: ${why}`);
		expect(stdout).toBe('');
	});

	it('that cannot be read is a finding that names it, and no reason to stop', async () => {
		const path = join(folder, 'empty.log');
		writeFileSync(path, '');
		const { status, stdout } = await check('--log', path, '--json');
		expect(status).toBe(2);
		const { findings } = JSON.parse(stdout);
		const refusals = findings.find(
			({ check: id }: { check: string }) => id === 'does-the-application-log-refusals',
		);
		expect(refusals).toMatchObject({
			verdict: 'otherwise',
			severity: 'unknown',
			error: { code: 'log-not-read' },
		});
		expect(refusals.error.message).toContain(`${path}: the file is empty`);
	});

	it('shows no line of what it read, by whatever format', async () => {
		const path = join(folder, 'openiz.log');
		const two = (value: number) => String(value).padStart(2, '0');
		const at = new Date();
		const stamp = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
		const line = `${stamp} [@4] : OpenIZ.Persistence.Data.ADO Error: 0 : Error : Npgsql.PostgresException (0x80004005): 53300: sorry, Neema Mushi of Arusha`;
		writeFileSync(path, `${line}\r\n${line.replace('@4', '@5')}\r\n`);
		for (const format of [['--json'], []]) {
			const { stdout, stderr } = await check('--log', path, ...format);
			expect(stdout).toMatch(/the application is being refused, 2 times since /);
			expect(stdout + stderr).not.toMatch(/Neema|Arusha/);
		}
	});
});
