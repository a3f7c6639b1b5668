import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { compileArticle } from '../../src/article/compile.ts';
import { lastFix } from '../../src/cli/last-fix.ts';
import { listSessions } from '../../src/session/list-sessions.ts';
import { fixingOn } from '../fixes/fixing.ts';
import { settingsOf } from '../fixes/settings.ts';
import { describeOn, holdSlots, query, until } from '../helpers/postgres.ts';
import { misfits } from '../report/json-schema.ts';
import { stateFolder } from './broken-off.ts';
import { ended, run, start } from './run-cli.ts';

const schema: unknown = JSON.parse(
	await readFile(new URL('../../src/report/schema/diagnosis-1.json', import.meta.url), 'utf8'),
);
const shipped = new URL(
	'../../content/kb008-postgresql-connections-fail-with-block-message.md',
	import.meta.url,
);

const options = {
	settings: { max_connections: '20', superuser_reserved_connections: '3' },
	databases: ['openiz', 'clinic'],
	roles: [{ name: 'ims', attributes: '' }],
};

// What is measured is tested on every version with the checks; here it is the measuring again.
describeOn([18], 'watch', options, (server) => {
	const app = (): string => server().uri({ user: 'ims', database: 'openiz' });
	const admin = (): string => server().uri({ database: 'clinic' });

	/** Starts the command, and resolves with its text so far as soon as that matches. */
	function watching(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
		const child = start(['watch', 'KB008', ...args], { env });
		let text = '';
		child.stdout.on('data', (chunk: string | Buffer) => {
			text += chunk.toString();
		});
		onTestFinished(() => {
			child.kill('SIGKILL');
		});
		return {
			child,
			end: ended(child),
			shows: (pattern: RegExp) =>
				until(() => pattern.test(text), { what: `the watch to say ${String(pattern)}`, timeoutMs: 30_000 }),
		};
	}

	test('what is well and stays so has held, in lines and in a document', async () => {
		const text = await run(['watch', 'KB008', app(), '--for', '1s']);
		expect(text.status, text.stdout + text.stderr).toBe(0);
		expect(text.stdout).toMatch(/^ {3}0:0\d {2}OK .*\nOK - held for 0:01: .* \| used=\d+;13;16;0;17\n$/);
		const json = await run(['watch', 'KB008', app(), '--for', '1s', '--json']);
		const document = JSON.parse(json.stdout);
		expect(misfits(document, schema)).toEqual([]);
		expect(document).toMatchObject({
			schema: 'kbwizard.diagnosis/1',
			watch: { forMs: 1000, held: true, fix: null, severity: 'ok', lost: 0, next: null },
		});
		expect(document.watch.heldMs).toBeGreaterThanOrEqual(1000);
	});

	test('a trouble that comes back is told as it comes, and the next solution named', async () => {
		const watch = watching(['--for', '2s', app(), '--rescue', server().superuser]);
		await watch.shows(/0:\d\d {2}OK/);
		const held = await holdSlots(16, app());
		onTestFinished(() => held.release());
		const { status, stdout } = await watch.end;
		expect(status, stdout).toBe(2);
		expect(stdout).toMatch(/\n +0:\d\d {2}CRITICAL .*\n/);
		expect(stdout).toMatch(/\nnext: .*: kbwizard .*\nCRITICAL - did not hold: .* \| used=/);
	});

	test('a lost connection is a finding, and is made again', async () => {
		const watch = watching(['--for', '2s', '--json', app()]);
		const pid = await until(
			async () =>
				(
					await query(
						server().superuser,
						// Not in the middle of connecting: that would be a refusal, not a loss.
						"select pid from pg_stat_activity where application_name = 'kbwizard' and query ~ 'verdict'",
					)
				)[0]?.pid,
			{ what: 'the watch to look' },
		);
		await query(server().superuser, 'select pg_terminate_backend($1)', [pid]);
		const { status, stdout } = await watch.end;
		const { watch: seen } = JSON.parse(stdout);
		expect(status, stdout).toBe(0);
		expect(seen).toMatchObject({ held: true, lost: 1 });
		expect(seen.samples.map((sample: { good: boolean }) => sample.good)).toContain(false);
		expect(JSON.stringify(seen.samples)).toContain('the connection was lost');
	});

	test('an application’s login that is refused is no cure', async () => {
		const { status, stdout } = await run([
			'watch',
			'KB008',
			app(),
			'--for',
			'1s',
			'--verify-as',
			'user=nobody_there dbname=openiz',
		]);
		expect(status, stdout).toBe(2);
		expect(stdout).toContain("an application's login was refused");
	});

	test('after a fix its own check is watched, and what was tried is not named again', async () => {
		const env = { XDG_STATE_HOME: stateFolder({ onTestFinished }) };
		const held = await holdSlots(17, app());
		onTestFinished(() => held.release());
		const idle = [
			'disconnect-idle-clients',
			server().superuser,
			'--set',
			'age=0 s',
			'--set',
			'database=openiz',
		];
		const fixed = await run(['fix', 'KB008', ...idle, '--yes', '--json'], { env });
		expect(fixed.status, fixed.stderr).toBe(0);
		const { session } = JSON.parse(fixed.stdout);

		const args = ['watch', server().superuser, '--json', '--for'];
		const kept = JSON.parse((await run([...args, '1s'], { env })).stdout);
		expect(misfits(kept, schema)).toEqual([]);
		expect(kept.server).toMatchObject({ database: 'postgres', provider: 'self-hosted', slot: 'ordinary' });
		expect(kept.watch).toMatchObject({
			held: true,
			fix: {
				session,
				solution: 'disconnect-idle-clients',
				check: 'are-the-connection-slots-used-up',
				verdicts: ['free'],
			},
		});

		const back = await holdSlots(17, app());
		onTestFinished(() => back.release());
		const broken = await run([...args, '1s'], { env });
		const { watch: seen, solutions } = JSON.parse(broken.stdout);
		expect(broken.status).toBe(2);
		expect(seen).toMatchObject({ held: false, severity: 'critical', samples: [{ verdict: 'full' }] });
		expect(solutions.map(({ id }: { id: string }) => id)).toContain(seen.next);
		expect(seen.next).not.toBe('disconnect-idle-clients');
	});

	test('what was taken back, or done on another server, is not watched', async () => {
		const { article } = compileArticle(await readFile(shipped, 'utf8'), { path: shipped.pathname });
		if (article === null) throw new Error('KB008 does not compile');
		await query(admin(), 'alter database clinic connection limit 7');
		const { fix, fixer, journal, keeper, stateDir } = await fixingOn(admin(), { article });
		const { id, sha256 } = article;
		const opened = { article: { id, sha256 }, tool: { name: 'kbwizard', version: '0' }, server: null };
		await journal.append({ kind: 'opened', ...opened, host: 'here', user: 'somebody' });
		if (keeper.session !== null) await journal.append({ kind: 'server', server: keeper.session.server });
		const last = async (uri: string) => lastFix(await listSessions(stateDir), article, settingsOf(uri));
		expect(await last(admin())).toBeNull();
		await fix('lift-the-connection-limit', { database: 'clinic' });
		expect(await last(admin())).toMatchObject({
			session: journal.session,
			solution: { id: 'lift-the-connection-limit' },
			tried: ['lift-the-connection-limit'],
		});
		expect(await last('postgresql://postgres@other.example/clinic')).toBeNull();
		const undone = await fixer.undo(journal.records, () => undefined);
		await journal.append({ kind: 'undone', undone });
		expect(await last(admin())).toBeNull();
		await query(admin(), 'alter database clinic connection limit -1');
	});

	test('Ctrl-C ends it', async () => {
		const watch = watching(['--for', '1h', app()]);
		await watch.shows(/0:\d\d {2}OK/);
		watch.child.kill('SIGINT');
		const { status, stderr } = await watch.end;
		expect(status).toBe(130);
		expect(stderr).toContain('it had held for');
	});
});
