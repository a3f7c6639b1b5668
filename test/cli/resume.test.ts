import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/session/record.ts';
import { connect, describeOnAtOnce, holdSlots, query, testMajors, until } from '../helpers/postgres.ts';
import { openTerminal } from '../helpers/terminal.ts';
import { misfits } from '../report/json-schema.ts';
import {
	type Cleaning,
	childrenOf,
	journalFiles,
	killed,
	recordsIn,
	runUntil,
	standing,
	stateFolder,
	stubbornSession,
} from './broken-off.ts';
import { bin, ended, run } from './run-cli.ts';

const options = {
	databases: ['clinic'],
	roles: [{ name: 'ims' }],
};

const schema: unknown = JSON.parse(
	readFileSync(new URL('../../src/report/schema/undo-1.json', import.meta.url), 'utf8'),
);

const open = { limit: -1, open: true, note: null };
const intentOf = (effect: string) => (records: readonly JournalRecord[]) =>
	records.some((record) => record.kind === 'intent' && record.effect === effect);
const doneOf = (effect: string) => (records: readonly JournalRecord[]) =>
	records.some(
		(record) =>
			record.kind === 'intent' &&
			record.effect === effect &&
			records.some((outcome) => outcome.kind === 'outcome' && outcome.intent === record.seq),
	);
const intents = (records: readonly JournalRecord[], effect: string) =>
	records.filter((record) => record.kind === 'intent' && record.effect === effect).length;

describeOnAtOnce(testMajors, 'after a kill -9', options, (server) => {
	const admin = (database = 'clinic') => server().uri({ database });
	const maintenance = () => admin('postgres');
	const disconnect = () => [
		'fix',
		'KB008',
		'disconnect-all-clients',
		admin(),
		'--confirm',
		'clinic',
		'--json',
	];
	const lift = () => [
		'fix',
		'KB008',
		'lift-the-connection-limit',
		admin(),
		'--set',
		'database=clinic',
		'--yes',
	];
	const resume = (state: string, ...more: readonly string[]) =>
		run(['resume', '--yes', '--json', ...more], { env: { XDG_STATE_HOME: state } });
	const limit = (n: number) => query(maintenance(), `alter database clinic connection limit ${n}`);

	/** Fenced, in the middle of ending sessions; and the same with nobody left to guard the fence. */
	async function fenced(context: Cleaning, user: string, { unguarded }: { readonly unguarded: boolean }) {
		const state = stateFolder(context);
		const letGo = await stubbornSession(context, server().uri({ user, database: 'clinic' }));
		const child = await runUntil(context, disconnect(), state, intentOf('terminate'));
		await until(
			async () => JSON.stringify(await standing(maintenance(), 'clinic')).includes('kbwizard.fence'),
			{
				what: 'the fence',
			},
		);
		const guardians = childrenOf(child.pid);
		expect(guardians).toHaveLength(1);
		if (unguarded) for (const pid of guardians) process.kill(pid, 'SIGKILL');
		await killed(child);
		letGo();
		return state;
	}

	test.skipIf(process.platform !== 'linux')('the guardian lifts the fence', async (context) => {
		const state = await fenced(context, 'ims', { unguarded: false });
		expect(await standing(maintenance(), 'clinic')).toMatchObject({ limit: 0 });
		await until(
			async () => JSON.stringify(await standing(maintenance(), 'clinic')) === JSON.stringify(open),
			{
				what: 'the guardian to lift the fence',
			},
		);
		expect(await standing(maintenance(), 'clinic')).toEqual(open);
		await until(
			() => recordsIn(state).some((record) => record.kind === 'lifted' && record.by === 'guardian'),
			{
				what: 'the journal to say so',
			},
		);
		const { status, stdout, stderr } = await resume(state);
		expect(status, stderr + stdout).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({ undone: [], verified: { held: true } });
	});

	test.skipIf(process.platform !== 'linux')(
		'without a guardian resume lifts it, and ends nobody twice',
		async (context) => {
			const state = await fenced(context, 'ims', { unguarded: true });
			expect(await standing(maintenance(), 'clinic')).toMatchObject({ limit: 0 });
			const { status, stdout, stderr } = await resume(state);
			expect(status, stderr + stdout).toBe(0);
			const document = JSON.parse(stdout);
			expect(misfits(document, schema)).toEqual([]);
			expect(document.undone).toEqual(['the connection limit of database clinic: 0 → unlimited (-1)']);
			expect(document.skipped).toHaveLength(1);
			expect(document).toMatchObject({ verified: { held: true } });
			expect(await standing(maintenance(), 'clinic')).toEqual(open);
			expect(intents(recordsIn(state), 'terminate')).toBe(1);
			expect(recordsIn(state).at(-1)).toMatchObject({ kind: 'closed', outcome: 'solved' });
			const again = await resume(state);
			expect(again.status).toBe(0);
			expect(JSON.parse(again.stdout)).toMatchObject({ undone: [], skipped: [], verified: null });
		},
	);

	test.skipIf(process.platform !== 'linux')(
		'a closed database is opened from another one, by undo',
		async (context) => {
			const state = await fenced(context, 'postgres', { unguarded: true });
			expect(await standing(maintenance(), 'clinic')).toMatchObject({ open: false });
			const { status, stdout, stderr } = await run(['undo', '--yes', '--json'], {
				env: { XDG_STATE_HOME: state },
			});
			expect(status, stderr + stdout).toBe(0);
			expect(JSON.parse(stdout)).toMatchObject({
				undone: ['connections to database clinic: disallowed → allowed'],
				skipped: [],
			});
			expect(await standing(maintenance(), 'clinic')).toEqual(open);
		},
	);

	test.skipIf(process.platform !== 'linux')(
		'a fence whose journal is lost is found on the server',
		async (context) => {
			await fenced(context, 'ims', { unguarded: true });
			const elsewhere = { env: { XDG_STATE_HOME: stateFolder(context) } };
			const undo = ['undo', '--json', '--server', maintenance()];
			const unasked = await run(undo, elsewhere);
			expect(unasked.status).toBe(64);
			expect(unasked.stderr).toContain('the fence of database clinic');
			const tooSoon = await run([...undo, '--yes'], elsewhere);
			expect(tooSoon.status, tooSoon.stderr).toBe(2);
			expect(tooSoon.stdout).toContain('may be at work behind it');
			const { note } = JSON.parse(JSON.stringify(await standing(maintenance(), 'clinic')));
			const noted = JSON.parse(JSON.parse(`"${String(note).slice('{"kbwizard.fence='.length, -2)}"`));
			const earlier = JSON.stringify({ ...noted, at: '2026-01-01T00:00:00.000Z' });
			await query(maintenance(), `alter database clinic set kbwizard.fence = '${earlier}'`);
			const lifted = await run([...undo, '--yes'], elsewhere);
			expect(lifted.status, lifted.stderr).toBe(0);
			const document = JSON.parse(lifted.stdout);
			expect(misfits(document, schema)).toEqual([]);
			expect(document).toMatchObject({ session: noted.session, skipped: [] });
			expect(document.undone).toHaveLength(1);
			expect(await standing(maintenance(), 'clinic')).toEqual(open);
		},
	);

	/** `fix` stands still in the statement that lifts the limit, because another transaction is changing it. */
	async function inTheStatement(context: Cleaning) {
		await limit(7);
		const other = await connect(maintenance());
		context.onTestFinished(() => other.end().catch(() => undefined));
		await other.query('begin; alter database clinic connection limit 7');
		const state = stateFolder(context);
		const child = await runUntil(context, lift(), state, intentOf('connection-limit'));
		const waiting = async () =>
			(
				await query(
					maintenance(),
					"select pid from pg_stat_activity where application_name = 'kbwizard' and wait_event_type = 'Lock'",
				)
			)[0]?.pid;
		await until(waiting, { what: 'the statement to wait' });
		await killed(child);
		return { state, other, waiting };
	}

	test('a step that was never done is not done by resume', async (context) => {
		const { state, other, waiting } = await inTheStatement(context);
		await query(maintenance(), 'select pg_terminate_backend($1)', [await waiting()]);
		await other.query('rollback');
		const { status, stdout, stderr } = await resume(state);
		expect(status, stderr + stdout).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({
			undone: [],
			skipped: [{ why: 'it was never done, and is not done now: make a new plan' }],
			verified: null,
		});
		expect(await standing(maintenance(), 'clinic')).toMatchObject({ limit: 7 });
		await limit(-1);
	});

	test('a step that was done nobody saw it is verified, and kept', async (context) => {
		const { state, other, waiting } = await inTheStatement(context);
		await other.query('rollback');
		await until(async () => (await waiting()) === undefined, { what: 'the statement to end' });
		await until(async () => JSON.stringify(await standing(maintenance(), 'clinic')).includes('-1'), {
			what: 'the limit to be lifted after all',
		});
		const { status, stdout, stderr } = await resume(state);
		expect(status, stderr + stdout).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({ undone: [], skipped: [], verified: { held: true } });
		expect(stderr).toContain('kbwizard undo');
		expect(intents(recordsIn(state), 'connection-limit')).toBe(1);
		expect(await standing(maintenance(), 'clinic')).toEqual(open);
	});

	test('killed before the verification, it is verified now', async (context) => {
		await limit(7);
		const state = stateFolder(context);
		await killed(await runUntil(context, lift(), state, doneOf('connection-limit')));
		expect(recordsIn(state).some(({ kind }) => kind === 'verified')).toBe(false);
		const { status, stdout, stderr } = await resume(state);
		expect(status, stderr + stdout).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({ undone: [], skipped: [], verified: { held: true } });
		expect(await standing(maintenance(), 'clinic')).toEqual(open);

		// What ended in order is nothing for resume, though it is in force: that is what undo is for.
		const again = await resume(state);
		expect(again.status).toBe(0);
		expect(JSON.parse(again.stdout)).toMatchObject({ undone: [], skipped: [], verified: null });
		expect(await standing(maintenance(), 'clinic')).toEqual(open);
		const undone = await run(['undo', '--yes', '--json'], { env: { XDG_STATE_HOME: state } });
		expect(undone.status, undone.stderr).toBe(0);
		expect(await standing(maintenance(), 'clinic')).toMatchObject({ limit: 7 });
		await limit(-1);
	});

	test('killed before anything was done, there is nothing to do', async (context) => {
		await limit(7);
		const state = stateFolder(context);
		await killed(await runUntil(context, lift(), state, doneOf('connection-limit')));
		const [file = ''] = journalFiles(state);
		const lines = readFileSync(file, 'utf8').split('\n');
		const before = lines.findIndex(
			(line) => line.includes('"kind":"cluster"') || line.includes('"kind":"intent"'),
		);
		const earlier = stateFolder(context);
		const folder = join(earlier, 'kbwizard', 'sessions');
		mkdirSync(folder, { recursive: true });
		// The last line cut short, as a power cut leaves it.
		writeFileSync(join(folder, basename(file)), `${lines.slice(0, before).join('\n')}\n{"v":1,"ses`);
		const { status, stdout, stderr } = await resume(earlier);
		expect(status, stderr + stdout).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({ undone: [], skipped: [], verified: null });
		await limit(-1);
	});

	test('a session that is still at work is refused, and nothing is done', async (context) => {
		await limit(7);
		const state = stateFolder(context);
		const child = await runUntil(context, lift(), state, doneOf('connection-limit'));
		const end = ended(child);
		const { status, stdout, stderr } = await resume(state);
		expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
		expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'session-in-use' } });
		expect((await end).status).toBe(0);
		await limit(-1);
	});

	test.skipIf(process.platform === 'win32')(
		'in a terminal it looks first, then the person says: go on, and the wizard opens with what was known',
		async (context) => {
			await limit(7);
			const state = stateFolder(context);
			await killed(await runUntil(context, lift(), state, doneOf('connection-limit')));
			const terminal = openTerminal({
				command: process.execPath,
				args: [bin, 'resume'],
				env: { XDG_STATE_HOME: state, CI: undefined, NO_COLOR: '1', PGHOST: undefined, PGPORT: undefined },
			});
			await terminal.waitFor(/nothing is done a second time/);
			await terminal.waitFor(/verified: /);
			await terminal.waitFor(/In force:\s+connection-limit: database clinic/);
			await terminal.waitFor(/g, u or l:/);
			// Enter alone chooses nothing.
			terminal.type('\r');
			await terminal.waitFor(/Say one of the three/);
			terminal.type('g\r');
			await terminal.waitFor(/\d+ answers of .* ago are known, and stale/);
			expect(await standing(maintenance(), 'clinic')).toEqual(open);
			await terminal.waitFor(/q quit|ctrl-c|\? help/i);
			terminal.type('\r');
			await until(() => recordsIn(state).filter(({ kind }) => kind === 'server').length >= 3, {
				what: 'the wizard to connect again',
			});
			terminal.type('\x03');
			const { status } = await terminal.exit;
			expect(status).toBe(130);
			expect(intents(recordsIn(state), 'connection-limit')).toBe(1);
			await limit(-1);
		},
	);

	test('a signal in the middle of ending sessions: the fence is lifted, and the journal says it', async (context) => {
		for (const [signal, expected] of [
			['SIGINT', 130],
			['SIGTERM', 143],
		] as const) {
			const state = stateFolder(context);
			const letGo = await stubbornSession(context, server().uri({ user: 'ims', database: 'clinic' }));
			const child = await runUntil(context, disconnect(), state, intentOf('terminate'));
			const end = ended(child);
			child.kill(signal);
			await until(() => child.signalCode === null, { what: 'the signal' });
			letGo();
			const { status, stdout } = await end;
			expect(status).toBe(expected);
			expect(JSON.parse(stdout)).toMatchObject({ applied: { outcome: 'done' } });
			expect(await standing(maintenance(), 'clinic')).toEqual(open);
			expect(recordsIn(state).at(-1)).toMatchObject({ kind: 'closed', outcome: 'interrupted' });
			expect(recordsIn(state).some((record) => record.kind === 'lifted' && record.by === 'fix')).toBe(true);
		}
	});

	test('a session on one’s own article is found again by its file, and a change of it is said', async (context) => {
		await limit(7);
		const own = join(stateFolder(context), 'own.md');
		const shipped = new URL(
			'../../content/kb008-postgresql-connections-fail-with-block-message.md',
			import.meta.url,
		);
		copyFileSync(shipped, own);
		const text = readFileSync(own, 'utf8').replace('## Issue', 'Our own.\n\n## Issue');
		writeFileSync(own, text);
		const state = stateFolder(context);
		const env = { XDG_STATE_HOME: state };
		const [, , ...rest] = lift();
		const child = await runUntil(
			context,
			['fix', own, ...rest, '--trust', own],
			state,
			doneOf('connection-limit'),
		);
		await killed(child);
		const report = await run(['report'], { env });
		expect(report.status, report.stderr).toBe(0);
		expect(report.stderr).toMatch(/^kbwizard: what its tokens stand for: \S+tokens\.json\n$/);
		writeFileSync(own, text.replace('Our own.', 'Our own, changed.'));
		expect((await run(['report'], { env })).stderr).toContain('own.md has changed since session');
		const { status, stderr, stdout } = await resume(state);
		expect(status, stderr + stdout).toBe(0);
		expect(stderr).toContain('own.md has changed since session');
		writeFileSync(own, 'nothing of an article');
		const undone = await run(['undo', '--yes', '--json'], { env });
		expect(undone.status, undone.stderr).toBe(0);
		expect(await standing(maintenance(), 'clinic')).toMatchObject({ limit: 7 });
		await limit(-1);
	});

	test('no journal, output or error holds a secret of anybody', async (context) => {
		const canaries = ['CANARYuri', 'CANARYenv', 'CANARYpgpass', 'CANARYliteral', 'CANARYapplication'];
		const state = stateFolder(context);
		const passfile = join(state, 'pgpass');
		writeFileSync(passfile, '*:*:*:*:CANARYpgpass\n', { mode: 0o600 });
		const other = await connect(
			server().uri({ user: 'ims', database: 'clinic' }),
			'app password=CANARYapplication',
		);
		context.onTestFinished(() => other.end().catch(() => undefined));
		await other.query("begin; select 'CANARYliteral', 'password=CANARYliteral'");
		const held = await holdSlots(
			2,
			server().uri({ user: 'ims', database: 'clinic' }),
			'app password=CANARYapplication',
		);
		context.onTestFinished(() => held.release());
		const uri = new URL(admin());
		uri.password = 'CANARYuri';
		const env = { XDG_STATE_HOME: state, PGPASSWORD: 'CANARYenv', PGPASSFILE: passfile };
		const outputs: string[] = [];
		for (const args of [
			['check', 'KB008', String(uri), '--json'],
			['fix', 'KB008', 'disconnect-all-clients', String(uri), '--dry-run'],
			['fix', 'KB008', 'disconnect-all-clients', String(uri), '--confirm', 'clinic', '--json'],
			['report', '--no-redact', '--confirm', 'unredacted'],
			['report', '--json'],
			['report', '--format', 'html'],
			['sessions', '--json'],
			['undo', '--yes', '--json'],
			['resume', '--yes', '--json'],
		]) {
			const { stdout, stderr } = await run(args, { env });
			outputs.push(stdout, stderr);
		}
		const journals = journalFiles(state).map((file) => readFileSync(file, 'utf8'));
		expect(journals.join('')).toContain('"kind":"intent"');
		for (const canary of canaries)
			for (const text of [...outputs, ...journals])
				expect(
					text.includes(canary) ? text.slice(Math.max(0, text.indexOf(canary) - 200)).slice(0, 300) : null,
					canary,
				).toBeNull();
	});
});
