/** The script, its wrapper and what they bring back, as a person uses them: by the built program. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBundle } from '../evidence/bundle/a-bundle.ts';
import { describeOn } from '../helpers/postgres.ts';
import { ended, lacksPsql } from '../helpers/psql.ts';
import { run } from './run-cli.ts';

let folder = '';
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'kbwizard-collect-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string | Uint8Array): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, text);
	return path;
}

/** @returns its port */
function listening(server: Server): Promise<number> {
	return new Promise((resolve) => {
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			resolve(typeof address === 'object' && address !== null ? address.port : 0);
		});
	});
}

describe('collect', () => {
	it('prints a script that says at its top what it takes and what it never takes', async () => {
		const { status, stdout, stderr } = await run(['collect']);
		expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
		const top = stdout.slice(0, stdout.indexOf('\n\n'));
		expect(top).toContain('psql -X -d DATABASE -f KB008.sql > bundle.txt');
		expect(top).toContain('What it takes:');
		expect(top).toContain('What it never takes: rows of your tables');
		expect(top.split('\n').filter((line) => !line.startsWith('--'))).toEqual([]);
	});

	it('writes it to a file, and never over one that is there', async () => {
		const path = join(folder, 'KB008.sql');
		expect(await run(['collect', 'KB008', '--output', path])).toMatchObject({ status: 0, stdout: '' });
		expect(await readFile(path, 'utf8')).toContain('kbwizard bundle 1 begins');
		expect(await run(['collect', 'KB008', '--output', path])).toMatchObject({ status: 64 });
	});

	it('makes none from an article that does not pass the linter', async () => {
		const broken = 'test/fixtures/articles/broken/query-not-allowed.md';
		const { status, stdout, stderr } = await run(['collect', broken]);
		expect({ status, stdout }).toEqual({ status: 65, stdout: '' });
		expect(stderr).toContain('kbwizard lint');
	});

	it('has nothing to make of an article without queries', async () => {
		expect(await run(['collect', 'test/fixtures/articles/published.md'])).toMatchObject({
			status: 65,
			stdout: '',
		});
	});

	it('knows its formats', async () => {
		const { status, stderr } = await run(['collect', '--format', 'bash']);
		expect(status).toBe(64);
		expect(stderr).toContain('psql, sh, powershell');
		const { stdout } = await run(['collect', '--format', 'powershell']);
		// A line that begins with the mark would end the here-string, and be a command.
		expect(stdout.match(/^'@/gm)).toHaveLength(1);
	});
});

describe.skipIf(lacksPsql)('the shell wrapper', () => {
	async function wrapper(): Promise<string> {
		const { stdout } = await run(['collect', '--format', 'sh']);
		return file('KB008.sh', stdout);
	}

	it('records a refusal, which is a bundle, without the name of the host', async () => {
		const closed = createServer();
		const port = await listening(closed);
		await new Promise((resolve) => closed.close(resolve));
		const { status, stdout } = await ended(
			'sh',
			[await wrapper(), '-h', 'localhost', '-p', String(port), '-U', 'marys_role', '-d', 'patients'],
			folder,
		);
		expect(status).toBe(2);
		expect(stdout).not.toMatch(/localhost|marys_role|patients|127\.0\.0\.1/);
		const checked = await run(['check', '--bundle', await file('refused.txt', stdout), '--json']);
		expect(checked).toMatchObject({ status: 2, stderr: '' });
		expect(JSON.parse(checked.stdout)).toMatchObject({
			source: 'bundle',
			server: null,
			causes: [{ id: 'nothing-listens-there', standing: 'proved' }],
		});
	});

	it('tells a host that is silent from one that is not there: it knocks at the port', async () => {
		const silent = createServer(() => {});
		const port = await listening(silent);
		try {
			const { stdout } = await ended('sh', [await wrapper(), '-h', '127.0.0.1', '-p', String(port)], folder, {
				PGCONNECT_TIMEOUT: '2',
			});
			const checked = await run(['check', '--bundle', await file('silent.txt', stdout), '--json']);
			expect(JSON.parse(checked.stdout).findings[0]).toMatchObject({
				check: 'can-we-connect',
				verdict: 'silent',
			});
		} finally {
			silent.close();
		}
	});

	it('takes along what a log has to say, which is what the log itself says, and none of its words', async () => {
		const logs = await mkdtemp(join(folder, 'patients-'));
		const now = Math.floor(Date.now() / 1000) * 1000;
		const lines = Array.from({ length: 20 }, (_, index) => {
			const at = new Date(now - index * 20_000).toISOString().slice(0, 19);
			return `${at}Z [@${index}] : OpenIZ.Persistence.Data.ADO Error: 0 : Error : 53300: sorry, too many clients already\n   for Mary Canary`;
		}).reverse();
		await writeFile(join(logs, 'openiz.log'), `${lines.join('\n')}\n`);
		await writeFile(
			join(logs, 'server.csv.gz'),
			gzipSync(`${new Date(now).toISOString()} FATAL:  sorry, too many clients already\n`),
		);
		await writeFile(join(logs, 'notes.txt'), 'Mary Canary\n');
		const args = ['-h', '127.0.0.1', '-p', '1', '--log', logs, '--log', join(logs, 'gone.log')];
		const { stdout } = await ended('sh', [await wrapper(), ...args], folder);
		expect(stdout).not.toMatch(/mary|canary|patients|openiz\.log|notes/i);
		const fromBundle = await run(['check', '--bundle', await file('logs.txt', stdout), '--json']);
		const fromLogs = await run(['check', 'KB008', 'host=127.0.0.1 port=1', '--log', logs, '--json']);
		const refused = ({ stdout: json }: { readonly stdout: string }) =>
			JSON.parse(json).findings.find(
				({ check }: { check: string }) => check === 'does-the-application-log-refusals',
			);
		expect(refused(fromBundle)).toMatchObject({ verdict: 'now', severity: 'critical', source: 'bundle' });
		expect(refused(fromBundle).facts).toMatchObject({ events: 21, first: refused(fromLogs).facts.first });
		expect(refused(fromBundle).text).toContain('there is no such file');
	});

	describeOn(
		[18],
		'on a server',
		{ roles: [{ name: 'marys_role', attributes: 'CONNECTION LIMIT 0' }] },
		(lab) => {
			it('comes in by the rescue where the role is refused, and brings both', async () => {
				const { status, stdout } = await ended(
					'sh',
					[
						await wrapper(),
						'-d',
						lab().uri({ user: 'marys_role', database: 'postgres' }),
						'--rescue',
						lab().superuser,
					],
					folder,
				);
				expect(status).toBe(0);
				expect(stdout).not.toContain('marys_role');
				const checked = await run(['check', '--bundle', await file('both.txt', stdout), '--json']);
				const found = JSON.parse(checked.stdout);
				expect(found.findings[0]).toMatchObject({
					check: 'can-we-connect',
					verdict: 'role limit',
					source: 'bundle',
				});
				expect(found.findings).toContainEqual(
					expect.objectContaining({ check: 'are-the-connection-slots-used-up', verdict: 'free' }),
				);
				expect(found.server).toMatchObject({ versionNum: expect.any(Number), slot: 'ordinary' });
			});
		},
	);
});

describe('check --bundle', () => {
	it('gives the diagnosis, at the bundle’s time', async () => {
		const { status, stdout, stderr } = await run([
			'check',
			'--bundle',
			await file('full.txt', aBundle()),
			'--json',
		]);
		expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
		expect(JSON.parse(stdout)).toMatchObject({
			source: 'bundle',
			startedAt: '2026-11-22T14:00:00.123456Z',
			severity: 'critical',
			server: { database: 'database-0a1b2c3d', provider: 'rds' },
		});
	});

	it('reads what it printed itself', async () => {
		const first = await run(['check', '--bundle', await file('once.txt', aBundle()), '--json']);
		const again = await run(['check', '--bundle', await file('once.json', first.stdout), '--json']);
		const { findings, causes, severity } = JSON.parse(first.stdout);
		expect(JSON.parse(again.stdout)).toMatchObject({ findings, causes, severity });
	});

	it('never connects: a server beside it is a mistake', async () => {
		const bundle = await file('alone.txt', aBundle());
		for (const server of [
			['-h', 'db1'],
			['--server', 'postgresql://db1/'],
			['KB008', 'postgresql://db1/'],
		])
			expect(await run(['check', ...server, '--bundle', bundle])).toMatchObject({ status: 64, stdout: '' });
	});

	it('warns of another version of the article, and of what was damaged', async () => {
		const old = await run(['check', '--bundle', await file('old.txt', aBundle({ sha256: 'f'.repeat(64) }))]);
		expect(old.stderr).toContain('another version of KB008');
		const damaged = await run([
			'check',
			'--bundle',
			await file('damaged.txt', aBundle().replace('"counted":"97"', '"counted":"17"')),
		]);
		expect(damaged.stderr).toContain('1 record of the bundle was damaged');
		expect(damaged.stdout).toContain('damaged on its way');
	});

	it.each<[string, string | Uint8Array, RegExp]>([
		['empty', '', /is empty/],
		['of something else', 'Dear all\n', /no bundle/],
		['JSON of something else', '{"a": 1}\n', /neither a bundle/],
		['of another article', aBundle({ article: 'KB012' }), /KB012/],
		['binary', new Uint8Array([0, 1, 2, 3, 4]), /not a text/],
	])('refuses a file that is %s, and says what to do', async (name, content, words) => {
		const { status, stdout, stderr } = await run([
			'check',
			'KB008',
			'--bundle',
			await file(`${name}.bin`, content),
		]);
		expect({ status, stdout }).toEqual({ status: 65, stdout: '' });
		expect(stderr).toMatch(words);
		expect(stderr).not.toMatch(/\n\s+at /);
	});

	it('says that there is no such file', async () => {
		expect(await run(['check', '--bundle', join(folder, 'nowhere')])).toMatchObject({
			status: 65,
			stderr: expect.stringContaining('no such file'),
		});
	});
});

it('open wants a terminal, and says what does without', async () => {
	const { status, stderr } = await run(['open', 'bundle.txt']);
	expect(status).toBe(64);
	expect(stderr).toContain('kbwizard check --bundle bundle.txt');
});
