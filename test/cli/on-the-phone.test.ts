/** With nobody but a voice: what a person answers counts, and no server is connected to. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTerminal, type Terminal } from '../helpers/terminal.ts';
import { bin, ended, run, start } from './run-cli.ts';

const slow = 60_000;
const refused = 'can-we-connect=role limit';
let state = '';
/** Stands where this machine's own server would be, and counts who comes. */
let server: Server;
let visitors = 0;
let env: Readonly<Record<string, string>> = {};

beforeAll(async () => {
	state = await mkdtemp(join(tmpdir(), 'kbwizard-phone-'));
	server = createServer((socket) => {
		visitors += 1;
		socket.destroy();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? String(address.port) : '';
	env = { PGHOST: '127.0.0.1', PGPORT: port, XDG_STATE_HOME: state };
});
afterAll(async () => {
	server.close();
	await rm(state, { recursive: true, force: true });
});

describe('check with answers', () => {
	test('and no server named is what a person said, and looks at nothing of this machine', async () => {
		const { status, stdout, stderr } = await run(['check', 'KB008', '--answer', refused, '--json']);
		const diagnosis = JSON.parse(stdout);
		expect(status).toBe(2);
		expect(diagnosis).toMatchObject({
			...{ source: 'person', server: null, severity: 'critical' },
			findings: [{ check: 'can-we-connect', verdict: 'role limit', source: 'person', error: null }],
			causes: [{ id: 'a-role-connection-limit', standing: 'proved' }],
		});
		expect(diagnosis.notSeen.length).toBeGreaterThan(30);
		expect(new Set(diagnosis.notSeen.map(({ why }: { why: string }) => why)).size).toBe(1);
		expect(stderr).toContain('no server was named');
	});

	test('says in words that no server was looked at', async () => {
		const { stdout } = await run(['check', 'KB008', '--answer', refused]);
		expect(stdout).toContain('no server was looked at');
		expect(stdout).not.toContain('no server answered');
	});

	test('of which one is "I do not know" leaves that check among those not seen', async () => {
		const { stdout } = await run(['check', 'KB008', '--answer', 'can-we-connect=otherwise', '--json']);
		expect(JSON.parse(stdout)).toMatchObject({
			findings: [],
			notSeen: expect.arrayContaining([
				{ check: 'can-we-connect', why: 'whoever was asked does not know', grant: null },
			]),
		});
	});

	test('still reads the log that was given', async () => {
		const log = join(state, 'caller.log');
		await writeFile(
			log,
			`${new Date().toISOString().replace('T', ' ').slice(0, 23)} UTC [4711] FATAL:  sorry, too many clients already\n`,
		);
		const { stdout } = await run(['check', 'KB008', '--answer', refused, '--log', log, '--json']);
		expect(JSON.parse(stdout)).toMatchObject({
			source: 'mixed',
			findings: expect.arrayContaining([
				expect.objectContaining({
					check: 'does-the-application-log-refusals',
					verdict: 'now',
					source: 'log',
				}),
			]),
		});
	});

	test('and a server named in the environment stand beside what that server says', async () => {
		const before = visitors;
		const { stdout } = await run(
			['check', 'KB008', '--answer', 'do-two-ims-servers-use-this-server=several', '--json'],
			{
				env,
			},
		);
		expect(visitors).toBeGreaterThan(before);
		expect(JSON.parse(stdout).findings).toEqual(
			expect.arrayContaining([expect.objectContaining({ check: 'can-we-connect', source: 'live' })]),
		);
	});
});

function open(...args: readonly string[]): Terminal {
	return openTerminal({
		command: process.execPath,
		args: [bin, ...args],
		env: { ...env, NO_COLOR: '1', CI: undefined, PGUSER: undefined, PGDATABASE: undefined },
	});
}

async function journal(): Promise<readonly Record<string, unknown>[]> {
	const folder = join(state, 'kbwizard', 'sessions');
	const [name = ''] = (await readdir(folder)).filter((file) => file.endsWith('.jsonl'));
	const lines = (await readFile(join(folder, name), 'utf8')).trim().split('\n');
	return lines.map((line) => JSON.parse(line));
}

test('the wizard on the phone connects to nobody, from its first frame to its report and when it is resumed', {
	timeout: 3 * slow,
}, async () => {
	const before = visitors;
	const terminal = open('KB008');
	await terminal.waitFor('p no server here', slow);
	terminal.type('p');
	await terminal.waitFor('nobody connects: you are asked', slow);
	terminal.type('1');
	await terminal.waitFor('1 seen: ', slow);
	terminal.type('\r');
	await terminal.waitFor('Can we connect?', slow);
	terminal.type('4');
	await terminal.waitFor('So far: ', slow);
	expect(terminal.screen()).toContain('A role connection limit');
	terminal.type('\r');
	await terminal.waitFor('KB008  step 2 of 40', slow);
	terminal.type('c');
	await terminal.waitFor('Causes and solutions', slow);
	terminal.type('q');
	expect((await terminal.exit).status).toBe(2);
	expect(visitors).toBe(before);

	const records = await journal();
	expect(records[0]).toMatchObject({ kind: 'opened', server: null });
	expect(records.some(({ kind }) => kind === 'server')).toBe(false);
	expect(records).toEqual(
		expect.arrayContaining([
			expect.objectContaining({ kind: 'asks-only', only: true }),
			expect.objectContaining({ kind: 'symptom', observed: true }),
		]),
	);
	const { diagnosis } = JSON.parse((await run(['report', '--json'], { env })).stdout);
	expect(diagnosis.path).toEqual(['can-we-connect', 'is-a-role-at-its-connection-limit']);
	const { stdout } = await run(['report'], { env });
	expect(stdout).toContain('what a person said');
	expect(stdout).toContain('no server was looked at');
	expect(stdout).toMatch(/^- seen: Synchronizations/m);

	const again = open('resume');
	await again.waitFor('nobody connects: you are asked', slow);
	again.type('\r');
	// What was said on another day stands, and is asked again.
	await again.waitFor('It stands until you say otherwise', slow);
	again.type('c');
	await again.waitFor('Causes and solutions', slow);
	expect(again.screen()).toContain('A role connection limit');
	again.type('q');
	expect((await again.exit).status).toBe(2);
	expect(visitors).toBe(before);
});

describe('search', () => {
	test.each([
		['Npgsql.PostgresException (0x80004005): 53300: remaining connection slots are reserved', 'refusals'],
		[
			'Npgsql.NpgsqlException : The connection pool has been exhausted, either raise MaxPoolSize (currently 100)',
			'empty pool',
		],
		['psql: Fehler: FATAL:  tut mir leid, schon zu viele Verbindungen', 'Can we connect'],
		['FATAL:  lo siento, ya tenemos demasiados clientes', 'no slot at all'],
		['FATAL:  trop de connexions pour le rôle « ims »', 'role limit'],
	])('says what %s answers, and how to go on', async (message, check) => {
		const { status, stdout } = await run(['search', message]);
		expect(status).toBe(0);
		expect(stdout).toMatch(/^KB008 {2}PostgreSQL connections fail/);
		expect(stdout).toContain(check);
		const command = /kbwizard (check KB008 --answer '.*')/.exec(stdout)?.[1] ?? '';
		const args = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
		const checked = await run([...args, '--json']);
		expect(JSON.parse(checked.stdout).findings).toHaveLength(args.filter((arg) => arg === '--answer').length);
	});

	test('reads a whole exception from standard input', async () => {
		const child = start(['search', '-', '--json'], { open: true });
		child.stdin.end(
			`Npgsql.PostgresException (0x80004005): 53300: sorry, too many clients already\n${'   at Npgsql.X()\n'.repeat(500)}`,
		);
		const { stdout } = await ended(child);
		expect(JSON.parse(stdout).recognised).toMatchObject({
			article: 'KB008',
			answers: [
				{ check: 'can-we-connect', verdict: 'no slot at all', severity: 'critical' },
				{ check: 'does-the-application-log-refusals', verdict: 'now' },
			],
			causes: expect.arrayContaining([
				expect.objectContaining({ id: 'pools-larger-than-the-server', standing: 'suspected' }),
			]),
			next: ['kbwizard KB008', expect.stringContaining("--answer 'can-we-connect=no slot at all'")],
		});
	});

	test('of words that no check knows lists the articles, and recognises nothing', async () => {
		const { stdout } = await run(['search', 'connection', 'pool', '--json']);
		expect(JSON.parse(stdout)).toMatchObject({ articles: [{ id: 'KB008' }], recognised: null });
	});
});
