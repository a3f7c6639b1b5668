import { execFile } from 'node:child_process';
import {
	appendFileSync,
	chmodSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changesInForce, interruptedStep } from '../../src/session/in-force.ts';
import { journalFile, openJournal, sessionsDir } from '../../src/session/journal.ts';
import { JournalError } from '../../src/session/journal-error.ts';
import { listSessions } from '../../src/session/list-sessions.ts';
import { lineHash, readJournal } from '../../src/session/read-journal.ts';
import type { IntentEntry, Inverse, OpenedEntry } from '../../src/session/record.ts';
import { isInUse } from '../../src/session/session-lock.ts';
import { stateDir } from '../../src/session/state-dir.ts';

const writer = { pid: 4711, host: 'here', isAlive: () => false };
let dir: string;
let seconds: number;

beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'kbwizard-journal-'));
	seconds = 0;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function open(session?: string, by = writer) {
	const clock = () => new Date(Date.UTC(2026, 10, 22, 14, 0, seconds++));
	return openJournal({ stateDir: dir, writer: by, clock, ...(session === undefined ? {} : { session }) });
}

const opened: OpenedEntry = {
	kind: 'opened',
	article: { id: 'KB008', sha256: 'ab' },
	tool: { name: 'kbwizard', version: '0.1.0' },
	server: null,
	host: 'here',
	user: 'ada',
};

const limit: Inverse = { effect: 'connection-limit', kind: 'database', name: 'openiz', before: -1 };

function intent(inverse: Inverse | null, plan = 'plan-1'): IntentEntry {
	return {
		kind: 'intent',
		plan,
		solution: 'disconnect-all-clients',
		effect: 'connection-limit',
		object: 'database openiz',
		old: -1,
		set: 0,
		inverse,
		statement: 'ALTER DATABASE "openiz" CONNECTION LIMIT 0',
	};
}

async function thrown(doing: () => unknown): Promise<JournalError> {
	try {
		await doing();
	} catch (error) {
		if (error instanceof JournalError) return error;
		throw error;
	}
	throw new Error('nothing was thrown');
}

describe('the journal', () => {
	it('is JSON Lines, each chained to the one before', async () => {
		const journal = open();
		await journal.append(opened);
		await journal.append({ kind: 'note', text: 'hello' }, { durable: true });
		const [first = '', second = '', rest] = readFileSync(journal.file, 'utf8').split('\n');
		expect(rest).toBe('');
		expect(JSON.parse(first)).toMatchObject({
			v: 1,
			session: journal.session,
			seq: 1,
			prev: null,
			kind: 'opened',
		});
		expect(JSON.parse(second)).toMatchObject({ seq: 2, prev: lineHash(first), text: 'hello' });
		expect(Object.keys(JSON.parse(second)).slice(0, 6)).toEqual([
			'v',
			'session',
			'seq',
			'prev',
			'at',
			'kind',
		]);
		expect(journal.session).toMatch(/^20261122-1400\d\d-[a-z]{4}$/);
		journal.close();
	});

	it('is closed to everybody else', async () => {
		if (process.platform === 'win32') return;
		const journal = open();
		expect(statSync(journal.file).mode & 0o777).toBe(0o600);
		expect(statSync(sessionsDir(dir)).mode & 0o777).toBe(0o700);
		journal.close();
	});

	it('keeps the order of calls that nobody waited for, and has them in the file at once', async () => {
		const journal = open();
		const all = Array.from({ length: 50 }, (_, n) =>
			journal.append({ kind: 'note', text: `${n}` }, { durable: n % 7 === 0 }),
		);
		expect(readFileSync(journal.file, 'utf8').trim().split('\n')).toHaveLength(50);
		await Promise.all(all);
		const { records, damage } = await readJournal(journal.file);
		expect(damage).toBeNull();
		expect(records.map((record) => (record.kind === 'note' ? record.text : ''))).toEqual(
			Array.from({ length: 50 }, (_, n) => `${n}`),
		);
		journal.close();
	});

	it('lets no secret and no terminal sequence in', async () => {
		const journal = open();
		await journal.append({ kind: 'note', text: '\x1b[31mpostgres://u:hunter2@db\u202e' });
		await journal.append({
			kind: 'intent',
			plan: null,
			solution: null,
			effect: 'sql',
			object: 'role x',
			old: 'password=hunter2',
			inverse: null,
			statement: "ALTER ROLE x PASSWORD 'hunter2'",
		});
		await journal.append({
			kind: 'plan',
			plan: {
				id: 'p',
				solution: 's',
				parameters: { new_password: 'hunter2', database: 'openiz' },
				confirm: null,
				rows: [],
				statements: [],
				diff: null,
				consequences: [],
				undoable: [],
				server: null,
				plannedAt: '2026-11-22T14:00:00.000Z',
			},
		});
		const text = readFileSync(journal.file, 'utf8');
		expect(text).not.toContain('hunter2');
		expect(text).toContain('openiz');
		expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
		journal.close();
	});

	it('keeps the name in an inverse byte for byte, and the file printable', async () => {
		const name = 'od\u202ed\x1b[31m "password=x" \u{e0041}';
		const journal = open();
		await journal.append(intent({ ...limit, name }));
		journal.close();
		const [record] = (await readJournal(journal.file)).records;
		expect(record).toMatchObject({ kind: 'intent', inverse: { name } });
		expect(readFileSync(journal.file, 'utf8')).not.toMatch(/[\x1b\u202e]|\u{e0041}/u);
	});

	it('goes on with an earlier session', async () => {
		const journal = open();
		await journal.append(opened);
		journal.close();
		const again = open(journal.session);
		expect(again.records).toHaveLength(1);
		await again.append({ kind: 'note', text: 'back' });
		again.close();
		expect((await readJournal(journal.file)).damage).toBeNull();
	});

	it('rejects what comes after it was closed', async () => {
		const journal = open();
		journal.close();
		journal.close();
		expect((await thrown(() => journal.append(opened))).failure.code).toBe('journal-closed');
	});
});

describe('a journal after a crash', () => {
	it.each([1, 20, 200])('drops only the last line, cut short by %i bytes', async (bytes) => {
		const journal = open();
		await journal.append(opened);
		await journal.append({ kind: 'note', text: 'x'.repeat(300) });
		journal.close();
		truncateSync(journal.file, statSync(journal.file).size - bytes);
		const { records, damage } = await readJournal(journal.file);
		expect(records.map(({ kind }) => kind)).toEqual(['opened']);
		expect(damage).toMatchObject({ line: 2, torn: true });

		const again = open(journal.session);
		await again.append({ kind: 'note', text: 'after' });
		again.close();
		const repaired = await readJournal(journal.file);
		expect(repaired.damage).toBeNull();
		expect(repaired.records.map(({ kind }) => kind)).toEqual(['opened', 'note', 'note']);
	});

	it.each([
		['a changed line', (text: string) => text.replace('first', 'f1rst'), 3],
		['a removed line', (text: string) => text.split('\n').toSpliced(1, 1).join('\n'), 2],
		['exchanged lines', (text: string) => `${text.trim().split('\n').reverse().join('\n')}\n`, 1],
		['a line of something else', (text: string) => `${text}hello\n`, 4],
		[
			'an inverse of an unknown effect',
			(text: string) => `${text}${JSON.stringify({ kind: 'intent', v: 1 })}\n`,
			4,
		],
	])('names %s, keeps what comes before, and is not written to', async (_, damaged, line) => {
		const journal = open();
		await journal.append({ kind: 'note', text: 'zero' });
		await journal.append({ kind: 'note', text: 'first' });
		await journal.append(opened);
		journal.close();
		writeFileSync(journal.file, damaged(readFileSync(journal.file, 'utf8')));
		const { records, damage } = await readJournal(journal.file);
		expect(damage).toMatchObject({ line, torn: false });
		expect(records).toHaveLength(line - 1);
		expect((await thrown(() => open(journal.session))).failure).toMatchObject({ code: 'journal-damaged' });
	});

	it('does not take another session’s journal under this one’s name', async () => {
		const journal = open();
		await journal.append(opened);
		journal.close();
		const other = '20200101-000000-bbbb';
		writeFileSync(journalFile(dir, other), readFileSync(journal.file));
		expect((await thrown(() => open(other))).message).toContain(journal.session);
	});
});

describe('a journal that a newer version wrote', () => {
	const opening = { ...opened, tool: { name: 'kbwizard', version: '9.9.0' } };

	/** Three records, the second of which an older reader does not know; chained as the newer version would. */
	async function newer(line: object): Promise<{ file: string; session: string; text: string }> {
		const journal = open();
		await journal.append(opening);
		journal.close();
		const first = readFileSync(journal.file, 'utf8').trimEnd();
		const { session } = journal;
		const at = '2026-11-22T14:00:09.000Z';
		const second = JSON.stringify({ v: 1, session, seq: 2, prev: lineHash(first), at, ...line });
		const third = JSON.stringify({
			v: 1,
			session,
			seq: 3,
			prev: lineHash(second),
			at,
			kind: 'note',
			text: 'after',
		});
		const text = `${first}\n${second}\n${third}\n`;
		writeFileSync(journal.file, text);
		return { file: journal.file, session, text };
	}

	it.each([
		['a kind that was added, which is passed over', { kind: 'hologram', depth: 3 }, ['opened', 'note']],
		['a format that must not be passed over', { v: 2, kind: 'intent', what: 'x' }, ['opened']],
		['a format that has nothing of ours', { v: 3, seq: 'two', prev: undefined }, ['opened']],
	])('%s: it is listed and read, and never written to', async (_, line, kinds) => {
		const { file, session, text } = await newer(line);
		const content = await readJournal(file);
		expect(content).toMatchObject({ damage: null, newer: { line: 2, version: '9.9.0' } });
		expect(content.records.map(({ kind }) => kind)).toEqual(kinds);
		expect(await listSessions(dir)).toMatchObject([{ session, newer: { line: 2 }, opened: { user: 'ada' } }]);
		const { failure } = await thrown(() => open(session));
		expect(failure).toMatchObject({ code: 'newer-journal' });
		expect(failure.message).toContain('kbwizard 9.9.0');
		expect(failure.message).toContain('line 2');
		expect(readFileSync(file, 'utf8')).toBe(text);
	});

	it('is no excuse for a chain that is broken', async () => {
		const { file } = await newer({ kind: 'hologram', prev: 'elsewhere' });
		expect(await readJournal(file)).toMatchObject({ newer: null, damage: { line: 2, torn: false } });
	});

	it('says which version it was also where its very first line is of another format', async () => {
		const journal = open();
		journal.close();
		writeFileSync(journal.file, '{"v":2,"tool":{"version":"9.9.0\\u001b[31m"}}\n');
		expect((await readJournal(journal.file)).newer).toEqual({ line: 1, version: '9.9.0' });
	});
});

describe('trouble with the file while it is written', () => {
	it('writes a journal anew that was removed, its folder too, and says so in it', async () => {
		// Windows does not let a file be removed that somebody has open.
		if (process.platform === 'win32') return;
		const journal = open();
		await journal.append(opened);
		const { seq } = await journal.append(intent(limit));
		rmSync(dir, { recursive: true });
		await journal.append({ kind: 'outcome', intent: seq, status: 'done', why: null, rows: [] });
		expect((await thrown(() => open(journal.session, { ...writer, isAlive: () => true }))).failure.code).toBe(
			'session-in-use',
		);
		journal.close();
		const { records, damage } = await readJournal(journal.file);
		expect(damage).toBeNull();
		expect(records.map(({ kind }) => kind)).toEqual(['opened', 'intent', 'note', 'outcome']);
		expect(statSync(journal.file).mode & 0o777).toBe(0o600);
		expect(changesInForce(records)).toHaveLength(1);
		open(journal.session).close();
	});

	it('writes nothing behind what somebody else wrote into it', async () => {
		const journal = open();
		await journal.append(opened);
		appendFileSync(journal.file, 'hello\n');
		const text = readFileSync(journal.file, 'utf8');
		const { failure } = await thrown(() => journal.append({ kind: 'note', text: 'mine' }));
		expect(failure.code).toBe('journal-changed');
		expect(failure.message).toContain(journal.file);
		journal.close();
		expect(readFileSync(journal.file, 'utf8')).toBe(text);
	});

	it('takes rights that are too wide away from what it goes on with', async () => {
		if (process.platform === 'win32') return;
		const journal = open();
		await journal.append(opened);
		journal.close();
		chmodSync(journal.file, 0o664);
		chmodSync(sessionsDir(dir), 0o777);
		chmodSync(dir, 0o755);
		open(journal.session).close();
		expect([journal.file, sessionsDir(dir), dir].map((path) => statSync(path).mode & 0o777)).toEqual([
			0o600, 0o700, 0o700,
		]);
	});

	it('is empty where it broke off before it began, and can be gone on with', async () => {
		const journal = open();
		journal.close();
		expect(await listSessions(dir)).toMatchObject([
			{ opened: null, closed: null, damage: null, records: [] },
		]);
		const again = open(journal.session);
		await again.append(opened);
		again.close();
		expect((await readJournal(journal.file)).damage).toBeNull();
	});
});

describe('trouble with the disk', () => {
	it('takes out again what only half fitted, says what to do, and goes on', async () => {
		// Windows has no such limit; what it guards against is the same code there.
		if (process.platform === 'win32') return;
		const child = fileURLToPath(new URL('append-until-full.ts', import.meta.url));
		const { stdout } = await promisify(execFile)('bash', [
			'-c',
			'ulimit -f 8 && exec "$0" "$@"',
			process.execPath,
			child,
			dir,
		]);
		const { file, written, failure } = JSON.parse(stdout);
		expect(failure).toMatchObject({ code: 'EFBIG', message: expect.stringContaining(file) });
		expect(failure.next.join(' ')).toContain('XDG_STATE_HOME');
		const { records, damage } = await readJournal(file);
		expect(damage).toBeNull();
		expect(records).toHaveLength(written + 1);
		expect(records.at(-1)).toMatchObject({ kind: 'note', text: 'short' });
	});

	it('does not follow a link that stands in a journal’s place', async () => {
		const journal = open();
		await journal.append(opened);
		journal.close();
		const elsewhere = join(dir, 'elsewhere');
		writeFileSync(elsewhere, '');
		rmSync(journal.file);
		symlinkSync(elsewhere, journal.file);
		expect((await thrown(() => open(journal.session))).failure.code).toBe('ELOOP');
		expect(readFileSync(elsewhere, 'utf8')).toBe('');
	});

	it('names a file that is in the way of the folder', async () => {
		writeFileSync(join(dir, 'sessions'), '');
		const { failure } = await thrown(() => open());
		expect(failure.message).toContain(join(dir, 'sessions'));
		expect(failure.next.join(' ')).toContain('XDG_STATE_HOME');
	});

	it('names a folder that nobody may write to', async () => {
		// Root may write everywhere but to the kernel's own file system.
		const unwritable = process.getuid?.() === 0 ? '/sys' : dir;
		if (unwritable === dir) chmodSync(dir, 0o500);
		const { failure } = await thrown(() =>
			openJournal({ stateDir: join(unwritable, 'kbwizard'), writer, clock: () => new Date() }),
		);
		chmodSync(dir, 0o700);
		expect(failure.message).toContain(unwritable);
		expect(failure.next.join(' ')).toContain('XDG_STATE_HOME');
	});

	it('refuses a name that is not a session’s', async () => {
		expect((await thrown(() => open('../../etc/passwd'))).failure.code).toBe('no-such-session');
		expect((await thrown(() => open('20200101-000000-bbbb'))).failure.code).toBe('ENOENT');
	});
});

describe('one writer at a time', () => {
	const alive = { ...writer, isAlive: () => true };

	it('refuses a second one, and says who writes', async () => {
		const journal = open(undefined, { ...alive, pid: process.pid });
		const { failure } = await thrown(() => open(journal.session, { ...alive, pid: 1 }));
		expect(failure.code).toBe('session-in-use');
		expect(failure.message).toContain(`${process.pid}`);
		journal.close();
		open(journal.session, { ...alive, pid: 1 }).close();
	});

	it('takes over from a process that is dead', async () => {
		const journal = open();
		await journal.append(opened);
		const guardian = open(journal.session, { ...writer, pid: 4712 });
		await guardian.append({ kind: 'lifted', of: journal.session, intent: 1, by: 'guardian', why: null });
		expect(guardian.records).toHaveLength(2);
		// The first one's end does not take the second one's lock away.
		journal.close();
		expect((await thrown(() => open(journal.session, alive))).failure.code).toBe('session-in-use');
		guardian.close();
	});

	it('tells whether one is at work', async () => {
		const journal = open(undefined, { ...alive, pid: process.pid });
		expect(isInUse(journal.file, alive)).toBe(true);
		expect(isInUse(journal.file, writer)).toBe(false);
		journal.close();
		expect(isInUse(journal.file, alive)).toBe(false);
	});

	it('does not judge a process of another machine', async () => {
		const journal = open();
		expect((await thrown(() => open(journal.session, { ...writer, host: 'there' }))).failure.code).toBe(
			'session-in-use',
		);
		journal.close();
	});
});

describe('changes in force', () => {
	it('are those done or unknown, and not lifted; newest first', async () => {
		const journal = open();
		const at = async (name: string) => (await journal.append(intent({ ...limit, name }))).seq;
		const outcome = (seq: number, status: 'done' | 'failed' | 'skipped' | 'unknown') =>
			journal.append({ kind: 'outcome', intent: seq, status, why: null, rows: [] });
		await outcome(await at('done'), 'done');
		await outcome(await at('failed'), 'failed');
		await outcome(await at('skipped'), 'skipped');
		await outcome(await at('unknown'), 'unknown');
		const lifted = await at('lifted');
		await outcome(lifted, 'done');
		await journal.append({ kind: 'lifted', of: journal.session, intent: lifted, by: 'fix', why: null });
		await outcome((await journal.append(intent(null))).seq, 'done');
		await at('under way');
		journal.close();
		const { records } = await readJournal(journal.file);
		expect(
			changesInForce(records).map(({ inverse, status }) => [
				inverse.effect === 'connection-limit' && inverse.name,
				status,
			]),
		).toEqual([
			['under way', 'unknown'],
			['unknown', 'unknown'],
			['done', 'done'],
		]);
	});

	it('go back in the order in which they were made, though the clock was set back meanwhile', async () => {
		const journal = open();
		for (const [name, at] of [
			['first', 1_000],
			['second', 2_000],
			['third', 500],
		] as const) {
			seconds = at;
			await journal.append(intent({ ...limit, name }));
		}
		journal.close();
		seconds = 900;
		const later = open();
		await later.append(intent({ ...limit, name: 'of another session' }));
		later.close();
		const names = changesInForce([...later.records, ...journal.records]).map(
			({ inverse }) => inverse.effect === 'connection-limit' && inverse.name,
		);
		expect(names).toEqual(['third', 'second', 'first', 'of another session']);
	});

	it('know what another session lifted', async () => {
		const first = open();
		await first.append(opened);
		const { seq } = await first.append(intent(limit));
		await first.append({ kind: 'outcome', intent: seq, status: 'done', why: null, rows: [] });
		first.close();
		expect((await listSessions(dir))[0]?.inForce).toHaveLength(1);
		const second = open();
		await second.append(opened);
		await second.append({ kind: 'lifted', of: first.session, intent: seq, by: 'undo', why: null });
		await second.append({ kind: 'closed', outcome: 'undone', severity: null });
		second.close();
		const sessions = await listSessions(dir);
		expect(sessions.map(({ session }) => session)).toEqual([second.session, first.session]);
		expect(sessions.map(({ inForce }) => inForce)).toEqual([[], []]);
		expect(sessions.map(({ closed }) => closed?.outcome ?? null)).toEqual(['undone', null]);
	});

	it('find the step that a crash interrupted, with its plan', async () => {
		const journal = open();
		const done = await journal.append(intent(limit, 'plan-0'));
		await journal.append({ kind: 'outcome', intent: done.seq, status: 'done', why: null, rows: [] });
		expect(interruptedStep(journal.records)).toBeNull();
		const open1 = await journal.append(intent(limit));
		const open2 = await journal.append(intent(null));
		expect(interruptedStep(journal.records)?.open.map(({ seq }) => seq)).toEqual([open1.seq, open2.seq]);
		await journal.append({
			kind: 'lifted',
			of: journal.session,
			intent: open1.seq,
			by: 'guardian',
			why: null,
		});
		expect(interruptedStep(journal.records)?.open.map(({ seq }) => seq)).toEqual([open2.seq]);
		journal.close();
	});
});

describe('listSessions', () => {
	it('is empty where nothing was ever done', async () => {
		expect(await listSessions(join(dir, 'none'))).toEqual([]);
	});

	it('says that a file is where the folder should be', async () => {
		const file = join(dir, 'state');
		writeFileSync(file, '');
		const { failure } = await thrown(() => listSessions(file));
		expect(failure.message).toContain(`${file}${sep}sessions`);
		expect(failure.message).toContain('is in the way');
		expect(
			(
				await thrown(() => openJournal({ stateDir: file, writer, clock: () => new Date() }))
			).failure.next.join(),
		).toContain('move that file aside');
		expect(readFileSync(file, 'utf8')).toBe('');
	});

	it('knows no end of a session that was resumed since', async () => {
		const journal = open();
		await journal.append(opened);
		await journal.append({ kind: 'closed', outcome: 'left', severity: 'critical' });
		expect((await listSessions(dir))[0]?.closed?.outcome).toBe('left');
		await journal.append({
			kind: 'resumed',
			article: { sha256: 'ab', checks: {} },
			tool: opened.tool,
			host: 'here',
			user: 'ada',
			dropped: [],
		});
		journal.close();
		expect((await listSessions(dir))[0]?.closed).toBeNull();
	});

	it('lists a damaged journal with its damage, and nothing that is none', async () => {
		const journal = open();
		await journal.append(opened);
		journal.close();
		appendFileSync(journal.file, 'garbage\n');
		writeFileSync(join(sessionsDir(dir), 'notes.txt'), 'x');
		writeFileSync(join(sessionsDir(dir), 'x.jsonl'), 'x');
		const sessions = await listSessions(dir);
		expect(sessions).toHaveLength(1);
		expect(sessions[0]).toMatchObject({ opened: { user: 'ada' }, damage: { line: 2 } });
	});
});

describe('stateDir', () => {
	it.each([
		[{ env: { XDG_STATE_HOME: '/state' }, platform: 'linux', home: '/home/ada' }, '/state/kbwizard'],
		[
			{ env: { XDG_STATE_HOME: 'relative' }, platform: 'linux', home: '/home/ada' },
			'/home/ada/.local/state/kbwizard',
		],
		[{ env: {}, platform: 'darwin', home: '/Users/ada' }, '/Users/ada/Library/Application Support/kbwizard'],
		[
			{ env: { LOCALAPPDATA: 'C:\\Local' }, platform: 'win32', home: 'C:\\Users\\ada' },
			'C:\\Local\\kbwizard',
		],
		[{ env: {}, platform: 'win32', home: 'C:\\Users\\ada' }, 'C:\\Users\\ada\\AppData\\Local\\kbwizard'],
	])('%j', (input, path) => {
		expect(stateDir(input)).toBe(path);
	});
});
