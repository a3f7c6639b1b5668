import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type TestContext, test } from 'vitest';
import { choose } from '../helpers/choose.ts';
import { describeMajorsAtOnce, testMajors, until } from '../helpers/postgres.ts';
import { openTerminal, type Terminal } from '../helpers/terminal.ts';

/** The program as it is installed, in a real terminal of 80×24, on a real server with no slot left. */

const bin = fileURLToPath(new URL('../../bin/kbwizard.js', import.meta.url));
const slow = 90_000;

async function stateFolder({ onTestFinished }: TestContext): Promise<string> {
	const state = await mkdtemp(join(tmpdir(), 'kbwizard-e2e-'));
	onTestFinished(() => rm(state, { recursive: true, force: true }));
	return state;
}

function openLab(state: string, args: readonly string[]): Terminal {
	return openTerminal({
		command: process.execPath,
		args: [bin, 'lab', ...args],
		env: { XDG_STATE_HOME: state, NO_COLOR: '1', CI: undefined },
	});
}

async function journal(state: string): Promise<string> {
	const folder = join(state, 'kbwizard', 'sessions');
	const [name] = (await readdir(folder)).filter((file) => file.endsWith('.jsonl'));
	return readFile(join(folder, name ?? ''), 'utf8');
}

describeMajorsAtOnce(testMajors, 'the wizard in the lab', (major) => {
	test('walks from the symptom to a relief that holds, and leaves a transcript and a journal', {
		timeout: 180_000,
	}, async (context) => {
		const state = await stateFolder(context);
		const terminal = openLab(state, ['two-pools', '--major', String(major)]);
		await terminal.waitFor('Enter begin', slow);
		expect(terminal.screen()).toContain('PostgreSQL connections fail with block message');

		terminal.type('\r');
		await terminal.waitFor('the server refuses ordinary roles', slow);
		expect(terminal.screen()).toContain('w wait for a slot');

		terminal.type('R');
		await terminal.waitFor('Causes and solutions', slow);
		expect(terminal.screen()).toMatch(/proved\s+Pools larger than the server/);
		expect(terminal.screen()).toContain('97 of 97 taken');

		await choose(terminal, 'Disconnect all clients');
		await terminal.waitFor('every client of the database', slow);
		terminal.type('\r');
		await terminal.waitFor('To apply exactly this, type openiz', slow);
		// Enter alone does nothing, and neither does another name.
		terminal.type('\r');
		await terminal.waitFor('Nothing was done', slow);
		terminal.type('openzi');
		await terminal.waitFor('Name: openzi', slow);
		terminal.type('\r');
		await terminal.waitFor('That is not the name', slow);
		terminal.type('\x7f'.repeat(6));
		await terminal.waitFor(/Name: (?!o)/, slow);
		terminal.type('openiz');
		await terminal.waitFor('Name: openiz', slow);
		terminal.type('\r');
		await terminal.waitFor('Proved by a login of an ordinary role', slow);
		expect(terminal.screen()).toContain('✔ it holds');
		expect(terminal.screen()).toMatch(/used 9\d → \d\d/);

		terminal.type('q');
		await until(() => (terminal.screen().includes('y') ? true : null), {
			what: 'the question whether to leave',
			timeoutMs: slow,
		});
		terminal.type('y');
		const { status } = await terminal.exit;
		// What was found last is still that the server was full: a relief is no cure.
		expect(status).toBe(2);
		expect(terminal.scrollback()).toContain('Are the connection slots used up?');
		const records = (await journal(state))
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line).kind);
		expect(records).toEqual(
			expect.arrayContaining(['opened', 'finding', 'plan', 'consent', 'intent', 'outcome', 'closed']),
		);
		expect(records.indexOf('intent')).toBeLessThan(records.indexOf('outcome'));
	});
});

test.concurrent('Ctrl-C gives the terminal back, and nothing of the lab stays', {
	timeout: 120_000,
}, async (context) => {
	const terminal = openLab(await stateFolder(context), ['two-pools']);
	await terminal.waitFor('Enter begin', slow);
	const folder = /(\/[^\s,]*?kbwizard-lab-\w+)\//.exec(terminal.scrollback().replaceAll('\n', ''))?.[1];
	terminal.type('\x03');
	expect((await terminal.exit).status).toBe(130);
	// Cursor shown, bracketed paste off, no alternate screen left on.
	const raw = terminal.raw();
	expect(raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(raw.lastIndexOf('\x1b[?25l'));
	expect(raw.lastIndexOf('\x1b[?2004h')).toBeLessThanOrEqual(raw.lastIndexOf('\x1b[?2004l'));
	expect(raw).not.toContain('\x1b[?1049h');
	expect(folder).toBeDefined();
	await until(
		async () => !(await readdir(join(folder ?? '', '..'))).includes((folder ?? '').split('/').at(-1) ?? ''),
		{
			what: 'the folder of the lab to be gone',
			timeoutMs: 20_000,
		},
	);
});

test.concurrent('pools that refill to the brim: the disconnect is said not to hold, and the next solution is offered', {
	timeout: 180_000,
}, async (context) => {
	const terminal = openLab(await stateFolder(context), ['two-pools-to-the-brim']);
	await terminal.waitFor('Enter begin', slow);
	terminal.type('R');
	await terminal.waitFor('Causes and solutions', slow);
	await choose(terminal, 'Disconnect all clients');
	await terminal.waitFor('every client of the database', slow);
	terminal.type('\r');
	await terminal.waitFor('To apply exactly this, type openiz', slow);
	terminal.type('openiz\r');
	await terminal.waitFor('it did not hold', slow);
	terminal.type('\r');
	await terminal.waitFor('Causes and solutions', slow);
	terminal.type('\x03');
	expect((await terminal.exit).status).toBe(130);
});
