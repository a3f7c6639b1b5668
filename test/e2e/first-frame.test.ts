import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeServer, fakeServer } from '../evidence/postgres/fake-server.ts';
import { testMajors, until, withServer } from '../helpers/postgres.ts';
import { openTerminal, type Terminal } from '../helpers/terminal.ts';

/** The program as it is installed, between its first frame and the moment when the machine is there. */

const bin = fileURLToPath(new URL('../../bin/kbwizard.js', import.meta.url));
const slow = 60_000;

let state = '';
beforeEach(async () => {
	state = await mkdtemp(join(tmpdir(), 'kbwizard-frame-'));
});
afterEach(async () => {
	await rm(state, { recursive: true, force: true });
});

function open(server: string, stateHome = state): Terminal {
	return openTerminal({
		command: process.execPath,
		args: [bin, 'KB008', server],
		env: { XDG_STATE_HOME: stateHome, NO_COLOR: '1', CI: undefined, PGPASSWORD: undefined },
	});
}

async function journal(): Promise<readonly { readonly kind: string; readonly outcome?: string }[]> {
	const folder = join(state, 'kbwizard', 'sessions');
	const names = (await readdir(folder)).filter((file) => file.endsWith('.jsonl'));
	expect(names).toHaveLength(1);
	const text = await readFile(join(folder, names[0] ?? ''), 'utf8');
	return text
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line));
}

/** The cursor is shown, pasted text comes as it is, and what is typed is echoed as before. */
function expectGivenBack(terminal: Terminal): void {
	const raw = terminal.raw();
	expect(raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(raw.lastIndexOf('\x1b[?25l'));
	expect(raw.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(raw.lastIndexOf('\x1b[?2004h'));
}

describe('a server that accepts and then says nothing', () => {
	let server: FakeServer;
	let left = 0;
	beforeEach(async () => {
		left = 0;
		server = await fakeServer((socket) => {
			socket.resume();
			socket.on('close', () => {
				left += 1;
			});
		});
	});
	afterEach(() => server.close());
	const silent = () => `host=127.0.0.1 port=${server.port} user=x dbname=y sslmode=disable connect_timeout=3`;

	test('does not delay the frame, and a key pressed meanwhile is heard when the machine is there', {
		timeout: 2 * slow,
	}, async () => {
		const terminal = open(silent());
		await terminal.waitFor('Enter begin', slow);
		// The look whether it wants a password has not been given up yet.
		expect(left).toBe(0);
		terminal.type('\r');
		await terminal.waitFor('Can we connect?', slow);
		await terminal.waitFor('Enter go on', slow);
		expect(terminal.screen()).toContain('Can we connect?');
		// The look, and then the check.
		expect(left).toBeGreaterThanOrEqual(2);
		terminal.type('q');
		await terminal.exit;
		expect((await journal()).map(({ kind }) => kind)).toEqual(['opened', 'finding', 'closed']);
	});

	test.each([
		['q', 3, 'diagnosed'],
		['\x03', 130, 'interrupted'],
	])(
		'is not waited for by somebody who leaves with %j',
		{ timeout: 2 * slow },
		async (key, status, outcome) => {
			const terminal = open(silent());
			await terminal.waitFor('Enter begin', slow);
			terminal.type(key);
			expect((await terminal.exit).status).toBe(status);
			expect(terminal.scrollback()).toContain('KB008 ended:');
			expectGivenBack(terminal);
			expect((await journal()).map(({ kind, outcome: how }) => how ?? kind)).toEqual(['opened', outcome]);
		},
	);

	test('the terminal is closed: it ends in order, and the session is there to go on with', {
		timeout: 2 * slow,
	}, async () => {
		const status = join(state, 'status');
		// Whoever opened the terminal is gone, and the terminal with it; between them stands one who outlives both.
		const outlive = `process.on('SIGHUP', () => {});
			require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' })
				.on('exit', (...how) => require('node:fs').writeFileSync(process.env.STATUS, how.join(' ')));`;
		const own = `require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' });`;
		const terminal = openTerminal({
			command: process.execPath,
			args: ['-e', own, '--', '-e', outlive, '--', bin, 'KB008', silent()],
			env: { XDG_STATE_HOME: state, STATUS: status, NO_COLOR: '1', CI: undefined },
		});
		await terminal.waitFor('Enter begin', slow);
		terminal.type('\r');
		// A line that counts the seconds: something is written to what is no terminal any more.
		await terminal.waitFor('s so far', slow);
		terminal.kill('SIGKILL');
		const how = await until(() => readFile(status, 'utf8').catch(() => null), {
			what: 'its end',
			timeoutMs: slow,
		});
		expect(how).toBe('129 ');
		expect((await journal()).map(({ kind }) => kind)).toEqual(['opened']);
		expect(await readdir(join(state, 'kbwizard', 'sessions'))).toHaveLength(1);
	});
});

test('a journal that cannot be written is told once the terminal is given back', {
	timeout: slow,
}, async () => {
	const file = join(state, 'file');
	await writeFile(file, '');
	const terminal = open('host=127.0.0.1 port=1 user=x dbname=y', file);
	const { status } = await terminal.exit;
	expect(status).not.toBe(0);
	expect(terminal.scrollback()).toMatch(/^kbwizard: /m);
	expect(terminal.scrollback()).not.toContain('Enter begin');
	expectGivenBack(terminal);
});

test('Ctrl-C at the question for the password leaves', { timeout: 2 * slow }, async () => {
	const roles = [{ name: 'ims', password: 'w0rd', attributes: '' }];
	await withServer(testMajors[1], { auth: 'scram', databases: ['openiz'], roles }, async (server) => {
		const uri = server.uri({ user: 'ims', password: 'w0rd', database: 'openiz' }).replace(':w0rd', '');
		const terminal = open(uri);
		await terminal.waitFor('Password for user ims:', slow);
		expect(terminal.screen()).not.toContain('Enter begin');
		terminal.type('\x03');
		expect((await terminal.exit).status).toBe(130);
		expectGivenBack(terminal);
		expect((await journal()).map(({ kind, outcome }) => outcome ?? kind)).toEqual(['opened', 'interrupted']);
	});
});
