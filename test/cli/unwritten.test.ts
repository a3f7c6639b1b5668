/** A journal that cannot be written any more: it is said, looking goes on, and nothing is changed. */
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compose } from '../../src/cli/compose.ts';
import type { Failure } from '../../src/machine/ports.ts';
import type { Journal } from '../../src/session/journal.ts';
import { journalErrorOf } from '../../src/session/journal-error.ts';
import { readJournal } from '../../src/session/read-journal.ts';
import type { JournalRecord } from '../../src/session/record.ts';
import { kb008 } from '../content/kb008.ts';
import { settingsOf } from '../fixes/settings.ts';
import { describeOn, query } from '../helpers/postgres.ts';
import { openTerminal } from '../helpers/terminal.ts';
import { journalFiles, stateFolder } from './broken-off.ts';
import { bin, ended } from './run-cli.ts';

const article = kb008();
const full = (): Error => Object.assign(new Error('write'), { code: 'ENOSPC' });

test('nothing is planned while the disk is full; with room again it is, and the gap is on record', async () => {
	const written: JournalRecord[] = [];
	let room = true;
	const journal: Journal = {
		session: '20261122-140000-qkzm',
		file: '/x.jsonl',
		records: written,
		async append(entry) {
			if (!room) throw journalErrorOf(full(), 'write the journal', '/x.jsonl');
			const seq = written.length + 1;
			const record = { v: 1, session: this.session, seq, prev: null, at: '2026-11-22', ...entry } as const;
			written.push(record);
			return record;
		},
		close: () => undefined,
	};
	const told: (Failure | null)[] = [];
	const settings = settingsOf('postgres://nobody@127.0.0.1:1/none');
	const composition = compose({
		loaded: { article, checked: true, trusted: true },
		connection: {
			settings,
			rescue: null,
			verifyAs: null,
			otherServer: () => settings,
			waitMs: 0,
			timeoutMs: null,
		},
		logs: [],
		configs: [],
		maxRows: null,
		journal,
		waitMs: 0,
		world: { now: () => new Date(), signal: new AbortController().signal },
		onJournal: (failure) => told.push(failure),
	});
	const solution = article.solutions.find(({ how }) => how === 'applied');
	if (solution === undefined) throw new Error('KB008 has a solution that is applied');
	const plan = () =>
		composition.ports.fixes.plan({ solution, step: null, parameters: {}, facts: {}, server: null });
	room = false;
	composition.ports.journal({ kind: 'choice', solution: solution.id });
	const refused = await plan();
	expect(refused).toMatchObject({ kind: 'unavailable', why: expect.stringContaining('the disk is full') });
	expect(refused).toMatchObject({ why: expect.stringContaining('written down first') });
	expect(told.at(-1)).toMatchObject({ code: 'ENOSPC' });
	room = true;
	const planned = await plan();
	expect(planned).not.toMatchObject({ why: expect.stringContaining('written down first') });
	expect(told.at(-1)).toBeNull();
	expect(written).toMatchObject([
		{ kind: 'note', text: expect.stringContaining('records are missing here') },
	]);
	expect(composition.journalProblem).toMatchObject({ code: 'ENOSPC' });
	await composition.close();
});

describeOn([18], 'a journal that cannot be written', { databases: ['clinic'] }, (server) => {
	const limit = async () =>
		(await query(server().superuser, "select datconnlimit as n from pg_database where datname = 'clinic'"))[0]
			?.n;

	test.skipIf(process.platform === 'win32')('the wizard says so at once, and at its end', async (context) => {
		const state = stateFolder(context);
		const terminal = openTerminal({
			command: process.execPath,
			args: [bin, 'KB008', server().uri({ database: 'clinic' })],
			env: { XDG_STATE_HOME: state, CI: undefined, NO_COLOR: '1' },
		});
		await terminal.waitFor('Enter begin', 60_000);
		terminal.type('\r');
		await terminal.waitFor('connected', 60_000);
		const [file = ''] = journalFiles(state);
		appendFileSync(file, 'not ours\n');
		const text = readFileSync(file, 'utf8');
		terminal.type('R');
		await terminal.waitFor('Not written down: somebody else has changed the journal', 60_000);
		await terminal.waitFor('Causes and solutions', 60_000);
		terminal.type('\x03');
		expect((await terminal.exit).status).toBe(130);
		await terminal.waitFor('is not complete: somebody');
		expect(readFileSync(file, 'utf8')).toBe(text);
	});

	test.skipIf(process.platform === 'win32')(
		'a fix is refused, and the server stays as it is',
		async (context) => {
			const state = stateFolder(context);
			await query(server().superuser, 'alter database clinic connection limit 7');
			const uri = server().uri({ database: 'clinic' });
			const fix = ['fix', 'KB008', 'lift-the-connection-limit', uri, '--set', 'database=clinic', '--yes'];
			// Room for a few findings, in blocks of 1,024 bytes.
			const child = spawn('bash', ['-c', 'ulimit -f 8 && exec "$0" "$@"', process.execPath, bin, ...fix], {
				env: { ...process.env, XDG_STATE_HOME: state },
			});
			child.stdin.end();
			const { status, stdout, stderr } = await ended(child);
			expect(status, stdout + stderr).toBe(2);
			expect(stdout).toContain('nothing is changed that cannot be written down first');
			expect(stdout + stderr).toContain('raise the limit on the size of files');
			expect(stderr).toContain('is not complete');
			expect(await limit()).toBe(7);
			const content = await readJournal(journalFiles(state)[0] ?? '');
			expect(content.damage).toBeNull();
			expect(content.records.length).toBeGreaterThan(2);
		},
	);
});
