import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { describeOn, type LabServer, query } from '../helpers/postgres.ts';
import { openTerminal } from '../helpers/terminal.ts';
import { Canaries, CommandLines, escaped, filesBelow, type Seen } from './canaries.ts';
import { names, plantFiles, plantPasswords, plantQueries, rolesWith } from './canary-site.ts';
import { bin, ended, start } from './run-cli.ts';

const canaries = new Canaries();
const passwords = plantPasswords(canaries);
const site = {
	auth: 'scram',
	roles: [...rolesWith(passwords)],
	databases: [names.database],
	settings: { max_connections: 60 },
} as const;

function folderOf({ onTestFinished }: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), 'kbwizard-canaries-'));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** A role that would name the window, turn the line round, compute and load a picture. */
const hostile = '\x1b]0;owned\x07\u202e=cmd|<img src=x>';

const reportsIn = (folder: string): Seen =>
	new Map([...filesBelow(folder)].filter(([path]) => /report\.\w+$/.test(path)));

/** Looks at a plan with the rows of everybody in a terminal, and leaves. */
async function wizard(
	uri: string,
	env: Readonly<Record<string, string>>,
	seen: Map<string, string>,
	startedHere: Set<number>,
): Promise<void> {
	const terminal = openTerminal({
		command: process.execPath,
		args: [bin, 'KB008', uri],
		cols: 200,
		rows: 50,
		env: { ...env, NO_COLOR: '1', CI: undefined },
	});
	startedHere.add(terminal.pid);
	await terminal.waitFor('Enter begin', 90_000);
	terminal.type('\r');
	await terminal.waitFor('gets in to', 90_000);
	terminal.type('R');
	await terminal.waitFor('Causes and solutions', 90_000);
	terminal.type('q');
	await terminal.waitFor('y', 30_000);
	terminal.type('y');
	await terminal.exit;
	seen.set('the terminal', terminal.raw());
	seen.set("the terminal's lines", terminal.scrollback());
}

describeOn([18], 'a site full of secrets', site, (server: () => LabServer) => {
	test('no canary is seen again: not in an output, a command line, a journal or a file', {
		timeout: 600_000,
	}, async (context) => {
		const folder = folderOf(context);
		const state = join(folder, 'state');
		const temporary = mkdtempSync(join(tmpdir(), 'kbwizard-canaries-tmp-'));
		context.onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
		const files = plantFiles(join(folder, 'site'), server(), passwords, canaries);
		const before = readFileSync(files.config);
		await query(server().uri(), `create role "${names.role}" login superuser connection limit 3`);
		await query(server().uri(), `create role "${hostile}" login connection limit 0`);
		const sessions = await plantQueries(server(), canaries);
		context.onTestFinished(async () => {
			await Promise.all(sessions.map((client) => client.end().catch(() => undefined)));
		});
		expect(canaries.all.length).toBeGreaterThanOrEqual(40);

		const seen = new Map<string, string>();
		const startedHere = new Set<number>();
		const lines = new CommandLines(startedHere);
		const ours = { XDG_STATE_HOME: state, TMPDIR: temporary };
		const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
			const child = start(args, { env: { ...ours, ...env } });
			if (child.pid !== undefined) startedHere.add(child.pid);
			const result = await ended(child);
			const what = `${Object.keys(env).join(' ')} kbwizard ${args.join(' ').slice(0, 60)}`;
			seen.set(`the output of ${what}`, result.stdout);
			seen.set(`the errors of ${what}`, result.stderr);
			return { ...result, what };
		};
		const { port } = server();
		const uri = `postgresql://ops_uri:${passwords.uri}@127.0.0.1:${port}/${names.database}`;
		const conninfo = (user: string, password: string) =>
			`host=127.0.0.1 port=${port} user=${user} password='${password}' dbname=${names.database}`;
		const evidence = [...files.logs.flatMap((path) => ['--log', path]), '--config', files.config];
		const verify = ['--verify-as', conninfo('ims', passwords.verifyAs)];

		const checked = await run([
			'check',
			'KB008',
			uri,
			...evidence,
			'--rescue',
			conninfo('ops_rescue', passwords.rescue),
			'--json',
		]);
		const { findings } = JSON.parse(checked.stdout);
		const rowsOf = (check: string): readonly Record<string, unknown>[] =>
			findings.find((finding: { check: string }) => finding.check === check).rows;
		// It did look: the queries are there, without what they hold.
		const open = rowsOf('are-transactions-left-open').map(({ query }) => query);
		expect(open).toEqual(
			expect.arrayContaining([
				'select $1',
				'select * from patient where id = $1',
				'NOTIFY …',
				'DO …',
				'SELECT …',
			]),
		);
		expect(rowsOf('does-one-session-block-many').map(({ query }) => query)).toContain(
			'select * from held where x = $1 and $2 <> $3',
		);
		await run(['check', 'KB008', uri, ...evidence]);
		await run(['check', 'KB008', uri, '--config', files.broken, '--json']);
		const elsewhere = { PGHOST: '127.0.0.1', PGPORT: String(port), PGDATABASE: names.database };
		for (const env of [
			{ ...elsewhere, PGUSER: 'ops_env', PGPASSWORD: passwords.environment },
			{ ...elsewhere, PGUSER: 'ops_pass', PGPASSFILE: files.passfile },
			{ PGSERVICE: 'clinic', PGSERVICEFILE: files.servicefile },
		]) {
			const { stdout, what } = await run(['check', 'KB008', '--json', '--max', '3'], env);
			expect(JSON.parse(stdout).server, what).toMatchObject({ database: names.database, slot: 'ordinary' });
		}
		await run(['check', 'KB008', conninfo('ops_env', `${passwords.uri}-wrong`)]);
		await run([
			'check',
			'KB008',
			`${uri}?sslmode=${canaries.plant('a parameter of the URI that makes no sense')}`,
		]);

		const fix = (solution: string, ...more: readonly string[]) =>
			run(['fix', 'KB008', solution, uri, ...more]);
		const old = ['--set', 'age=0s'];
		const dry = await fix('cancel-abandoned-queries', ...old, '--dry-run');
		expect(dry.stdout).toContain('select pg_sleep($1), $2');
		await fix('cancel-abandoned-queries', ...old, '--dry-run', '--json');
		await fix('disconnect-idle-clients', ...old, '--dry-run');
		const pooler = ['--set', 'step=give-it-the-password', '--set', `password=@${files.secret}`];
		const userlist = ['--set', `userlist=${join(folder, 'site', 'userlist.txt')}`, '--set', 'role=ims'];
		const given = await fix('put-a-pooler-in-front', ...pooler, ...userlist, '--dry-run');
		expect(given.stdout, given.stderr).toContain('"ims"');
		const shrunk = await fix('shrink-the-pools', '--config', files.config, '--yes');
		expect(shrunk.stdout, shrunk.stderr).toContain('-    <add');
		expect((await run(['undo', '--yes'])).status).toBe(0);
		expect(readFileSync(files.config).equals(before)).toBe(true);
		const ended_ = await fix('disconnect-idle-clients', ...old, ...verify, '--yes', '--json');
		expect(JSON.parse(ended_.stdout).plan.rows.length, ended_.stderr).toBeGreaterThan(10);
		await run(['undo', '--yes', '--json']);
		await run(['resume', '--yes', '--json']);
		await run(['sessions']);
		await run(['sessions', '--json']);

		const redacted = new Map<string, string>();
		for (const format of ['markdown', 'html', 'json']) {
			const { stdout, status, what } = await run(['report', '--format', format]);
			if (status === 64) continue;
			redacted.set(`the output of ${what}`, stdout);
			const file = join(folder, `report.${format}`);
			await run(['report', '--format', format, '--output', file, '--no-redact', '--confirm', 'unredacted']);
			expect(readFileSync(file, 'utf8')).toContain(names.application);
		}
		expect(redacted.size).toBeGreaterThanOrEqual(2);
		await wizard(uri, ours, seen, startedHere);

		for (const [what, text] of [
			...lines.end(),
			...filesBelow(state),
			...filesBelow(temporary),
			...reportsIn(folder),
		])
			seen.set(what, text);
		expect(seen.size).toBeGreaterThan(40);
		expect(escaped(canaries.all, seen)).toEqual([]);
		for (const [what, text] of seen) {
			if (!/^the (?:output|errors) of|\.jsonl$/.test(what)) continue;
			expect(text, what).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f\u202e]/);
		}
		expect(seen.get('the terminal')).not.toContain('\x1b]0;owned');
		expect(JSON.stringify([...redacted])).not.toMatch(/owned|<img/);
		const asNames = Object.values(names).map((text) => ({ text, where: 'a name' }));
		expect(escaped(asNames, redacted)).toEqual([]);
	});

	test('a report with names in it wants a word', async (context) => {
		const folder = folderOf(context);
		const env = { XDG_STATE_HOME: folder };
		const run = (args: readonly string[]) => ended(start(args, { env }));
		const solution = ['fix', 'KB008', 'disconnect-idle-clients', server().uri({ database: names.database })];
		await run([...solution, '--set', 'age=1d', '--yes']);
		const file = join(folder, 'there.md');
		writeFileSync(file, '');
		for (const args of [['--no-redact'], ['--no-redact', '--json'], ['--no-redact', '--confirm', 'yes']]) {
			const refused = await run(['report', ...args]);
			expect(refused).toMatchObject({ status: 64, stdout: '' });
			expect(refused.stderr).toContain('--confirm unredacted');
		}
		const shown = await run(['report', '--no-redact', '--confirm', 'unredacted']);
		expect(shown.stdout.split('\n')[0]).toContain('**Not redacted**');
		expect(shown.stdout).toContain('127.0.0.1');
		expect((await run(['report', '--confirm', 'unredacted'])).status).toBe(64);
		const json = await run(['report', '--json', '--no-redact', '--confirm', 'unredacted']);
		expect(JSON.parse(json.stdout)).toMatchObject({ redacted: false });
		// In a terminal it is asked for.
		const terminal = openTerminal({
			command: process.execPath,
			args: [bin, 'report', '--no-redact'],
			cols: 120,
			rows: 100,
			env: { ...env, NO_COLOR: '1', CI: undefined },
		});
		await terminal.waitFor('Type unredacted to go on', 30_000);
		terminal.type('unredacted\r');
		await terminal.waitFor('Not redacted', 30_000);
		expect((await terminal.exit).status).toBe(0);
	});
});
