import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../../bin/kbwizard.js', import.meta.url));

type End = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** What `npm start` does where there is no terminal. */
async function labWithoutTerminal(...args: readonly string[]): Promise<End> {
	const state = await mkdtemp(join(tmpdir(), 'kbwizard-e2e-'));
	try {
		return await new Promise<End>((resolve) => {
			const child = execFile(
				process.execPath,
				[bin, 'lab', ...args],
				{ env: { ...process.env, XDG_STATE_HOME: state } },
				(_, stdout, stderr) => resolve({ status: child.exitCode ?? -1, stdout, stderr }),
			);
			child.stdin?.end();
		});
	} finally {
		await rm(state, { recursive: true, force: true });
	}
}

test.concurrent('without a terminal the lab is diagnosed, relieved, verified and reported', {
	timeout: 120_000,
}, async () => {
	const { status, stdout, stderr } = await labWithoutTerminal();
	expect([status, stderr]).toEqual([0, expect.stringContaining('Two IMS instances')]);
	expect(stdout).toContain('Pools larger than the server');
	expect(stdout).toMatch(/held.*proved by a login/i);
	// No Ink, no colour, no cursor movement.
	expect(stdout).not.toContain('\x1b');
});

test.concurrent('a relief that does not hold is said not to, in words and status', {
	timeout: 120_000,
}, async () => {
	const { status, stdout } = await labWithoutTerminal('two-pools-to-the-brim');
	expect(status).toBe(1);
	expect(stdout).toMatch(/did not hold/i);
});
