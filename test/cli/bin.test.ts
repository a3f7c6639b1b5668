import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../helpers/postgres.ts';
import { bin, commandLines, ended, run, start } from './run-cli.ts';

let dir = '';
/** Accepts, and never says a word: whoever asks it waits. */
let silent: Server | null = null;
let silentUri = '';
/** Where it listens: no other process of this machine names it. */
let silentPlace = '';

beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'kbwizard-bin-'));
	const server = createServer((socket) => socket.on('error', () => undefined));
	silent = server;
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the silent server has no port');
	silentPlace = `127.0.0.1:${address.port}`;
	silentUri = `postgresql://app:s3cr3t-word@${silentPlace}/db?sslmode=disable`;
	// Makes the Node it runs under believe that it is an old one; a Node started by it is not told.
	await writeFile(
		join(dir, 'old.cjs'),
		"Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.1' } });",
	);
});
afterAll(async () => {
	silent?.close();
	await rm(dir, { recursive: true, force: true });
});

const old = (): readonly string[] => ['--require', join(dir, 'old.cjs')];

/** The executable in a package of its own, with what the test puts beside it. */
async function packageWith(name: string, entry: string | null): Promise<string> {
	const root = join(dir, name);
	await mkdir(join(root, 'bin'), { recursive: true });
	await writeFile(join(root, 'package.json'), '{"type": "module"}');
	await cp(bin, join(root, 'bin', 'kbwizard.js'));
	if (entry !== null) {
		await mkdir(join(root, 'dist'));
		await writeFile(join(root, 'dist', 'kbwizard.js'), entry);
	}
	return root;
}

test('unbuilt, it says in one line what to run', async () => {
	const root = await packageWith('unbuilt', null);
	const { status, stdout, stderr } = await run([], { bin: join(root, 'bin', 'kbwizard.js') });
	expect({ status, stdout }).toEqual({ status: 70, stdout: '' });
	expect(stderr).toBe('kbwizard: it is not built yet: run `npm run build`\n');
});

test('under an old Node alone, it says in one line what it needs', async () => {
	const root = await packageWith('alone', 'export const main = () => undefined;');
	const { status, stderr } = await run([], { bin: join(root, 'bin', 'kbwizard.js'), node: old() });
	expect(status).toBe(70);
	expect(stderr).toMatch(/^kbwizard: Node 22\.12 or newer is needed, and this is 20\.11\.1: .*\n$/);
});

test('under an old Node it goes on with the pinned one: arguments, streams and status pass through', async () => {
	const root = await packageWith(
		'pinned',
		`export const main = (args) => { console.log(process.versions.node + ' ' + JSON.stringify(args)); process.exit(args.length); };`,
	);
	await mkdir(join(root, 'node_modules', 'node', 'bin'), { recursive: true });
	await symlink(process.execPath, join(root, 'node_modules', 'node', 'bin', 'node'));
	const args = ['check', 'postgresql://u:s3cr3t@h/db', '--json'];
	const { status, stdout, stderr } = await run(args, { bin: join(root, 'bin', 'kbwizard.js'), node: old() });
	expect(stderr).toBe('');
	expect(stdout).toBe(`${process.versions.node} ${JSON.stringify(args)}\n`);
	expect(status).toBe(3);
});

test('as a user that nobody has named, with no HOME, it works', async () => {
	await writeFile(
		join(dir, 'unnamed.cjs'),
		`const os = require('node:os');
		os.homedir = os.userInfo = () => { throw new Error('uv_os_homedir returned ENOENT'); };
		require('node:module').syncBuiltinESMExports();`,
	);
	const node = ['--require', join(dir, 'unnamed.cjs')];
	const { status, stdout, stderr } = await run(['articles'], { node });
	expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
	expect(stdout).toContain('KB008');
	// PostgreSQL itself wants a name.
	const lab = await run(['lab', 'healthy'], { node });
	expect(lab.status).toBe(64);
	expect(lab.stderr).toMatch(/PostgreSQL does not run as a user that has no name.*\n {2}Run this as a user/);
});

test.each([
	['under this Node', (): readonly string[] => []],
	['re-executed', old],
])('a password in the arguments is not to be seen from outside, %s', async (_, node) => {
	const child = start(['check', 'KB008', silentUri, `--rescue=user=a password='p s3cr3t-word'`], {
		node: node(),
	});
	const result = ended(child);
	if (commandLines() !== null) {
		await until(
			() => [...(commandLines()?.values() ?? [])].some((line) => line.includes(`:***@${silentPlace}`)),
			{
				what: 'the blanked command line',
			},
		);
		const showing = [...(commandLines() ?? [])].filter(
			([, line]) => line.includes(silentPlace) && line.includes('s3cr3t-word'),
		);
		expect(showing).toEqual([]);
	}
	child.kill('SIGTERM');
	const { stdout, stderr } = await result;
	expect(stdout + stderr).not.toContain('s3cr3t-word');
});

test.each([
	['SIGINT', 130],
	['SIGTERM', 143],
	['SIGHUP', 129],
] as const)('%s ends it in order', async (signal, wanted) => {
	for (const node of [[], old()]) {
		const asked = connected();
		const child = start(['check', 'KB008', silentUri], { node });
		const result = ended(child);
		await asked;
		child.kill(signal);
		const { status, stdout, stderr } = await result;
		expect({ status, stdout }).toEqual({ status: wanted, stdout: '' });
		expect(stderr).not.toMatch(/\n\s+at /);
	}
});

test('the re-executed program ends when its parent is killed', async () => {
	const asked = connected();
	const child = start(['check', 'KB008', silentUri, '--timeout', '5m'], { node: old() });
	const result = ended(child);
	const { gone } = await asked;
	child.kill('SIGKILL');
	await gone;
	await result;
}, 20_000);

test('a reader that goes away early is no error', async () => {
	const child = start(['graph', 'KB008']);
	child.stdout.destroy();
	const { status, stderr } = await ended(child);
	expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

/** Resolves when somebody has come to the silent server, with a promise of their going. */
function connected(): Promise<{ readonly gone: Promise<void> }> {
	return new Promise((resolve) => {
		silent?.once('connection', (socket) => {
			socket.resume();
			resolve({ gone: new Promise((gone) => socket.once('close', () => gone())) });
		});
	});
}
