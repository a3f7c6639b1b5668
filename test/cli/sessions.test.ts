/** What was done here before: the listing, the statistics, and what is refused of it. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Journal, openJournal } from '../../src/session/journal.ts';
import { lineHash } from '../../src/session/read-journal.ts';
import type { JournalEntry } from '../../src/session/record.ts';
import { misfits } from '../report/json-schema.ts';
import { run } from './run-cli.ts';
import { runHere } from './run-here.ts';

const schema = (name: string): unknown =>
	JSON.parse(readFileSync(new URL(`../../src/report/schema/${name}.json`, import.meta.url), 'utf8'));

const server = {
	host: 'db.example',
	port: 5432,
	database: 'openiz',
	user: 'app',
	version: '15.18',
	versionNum: 150018,
	provider: 'self-hosted',
	slot: 'ordinary',
	superuser: true,
} as const;

const opened: JournalEntry = {
	kind: 'opened',
	article: { id: 'KB008', sha256: 'ab' },
	tool: { name: 'kbwizard', version: '0.1.0' },
	server,
	host: 'here',
	user: 'ada',
};

const closed = (
	outcome: Extract<JournalEntry, { kind: 'closed' }>['outcome'],
	...causes: readonly string[]
): JournalEntry => ({
	kind: 'closed',
	outcome,
	severity: 'critical',
	causes: causes.map((id, index) => ({
		id,
		title: `Because of ${id}`,
		standing: index === 0 ? 'proved' : 'suspected',
	})),
});

const solution = 'lift-the-connection-limit';

const changed: readonly JournalEntry[] = [
	{
		kind: 'plan',
		plan: {
			id: 'p1',
			solution,
			parameters: {},
			confirm: null,
			rows: [],
			statements: [],
			diff: null,
			consequences: [],
			undoable: ['the limit'],
			server,
			plannedAt: '2026-11-22T14:00:00.000Z',
		},
	},
	{
		kind: 'intent',
		plan: 'p1',
		solution,
		effect: 'connection-limit',
		object: 'database openiz',
		old: 7,
		set: -1,
		inverse: { effect: 'connection-limit', kind: 'database', name: 'openiz', before: 7 },
		statement: 'alter database "openiz" connection limit -1',
	},
];

const verified = (held: boolean): JournalEntry => ({
	kind: 'verified',
	solution,
	verified: {
		check: 'c',
		verdict: 'v',
		severity: held ? 'ok' : 'critical',
		text: 't',
		held,
		proof: 'login',
		samples: [],
		before: {},
		after: {},
		note: null,
	},
});

/** Sessions as they were written, one a day; every record 10 s after the one before. */
function site() {
	const state = mkdtempSync(join(tmpdir(), 'kbwizard-site-'));
	onTestFinished(() => rmSync(state, { recursive: true, force: true }));
	let at = Date.UTC(2026, 10, 20, 9);
	const begin = (): Journal => {
		at += 24 * 3_600_000;
		return openJournal({
			stateDir: join(state, 'kbwizard'),
			writer: { pid: process.pid, host: 'here', isAlive: () => false },
			clock: () => {
				at += 10_000;
				return new Date(at);
			},
		});
	};
	const write = async (...entries: readonly JournalEntry[]): Promise<Journal> => {
		const journal = begin();
		for (const entry of entries) await journal.append(entry);
		journal.close();
		return journal;
	};
	/** The next record, chained as it should be, whatever it says. */
	const forge = ({ file, session, records }: Journal, record: object): void => {
		const lines = readFileSync(file, 'utf8').trimEnd();
		const before = lines.slice(lines.lastIndexOf('\n') + 1);
		const envelope = { v: 1, session, seq: records.length + 1, prev: lineHash(before), at: '2026-11-22' };
		appendFileSync(file, `${JSON.stringify({ ...envelope, ...record })}\n`);
	};
	return { state, begin, write, forge, here: (...args: readonly string[]) => runHere(args, state) };
}

const outcome = (intent: number, status: 'done' | 'skipped' = 'done'): JournalEntry => ({
	kind: 'outcome',
	intent,
	status,
	why: null,
	rows: [],
});

test('the listing fits 80 columns, aligned, the newest first, with what is wrong beside what it is about', async () => {
	const { write, here } = site();
	const done = await write(opened, ...changed, outcome(3), verified(true), closed('solved', 'a'));
	const cut = await write(opened, closed('left'));
	const long = `${'very-long-name-'.repeat(6)}.example`;
	const torn = await write({ ...opened, server: { ...server, host: long } });
	appendFileSync(torn.file, '{"v":1,"sess');
	const damaged = await write(opened, closed('diagnosed'));
	writeFileSync(damaged.file, readFileSync(damaged.file, 'utf8').replace('"seq":2', '"seq":7'));
	const { status, stdout } = await here('sessions');
	expect(status).toBe(0);
	const lines = stdout.trimEnd().split('\n');
	expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
	expect(lines[0]).toMatch(/^Times are (?:UTC|local: \S+)\. /);
	const heading = lines[2] ?? '';
	expect(heading).toMatch(/^when +name +article +server +outcome +severity$/);
	const sessions = lines.slice(3).filter((line) => /^\d{4}-\d\d-\d\d \d\d:\d\d /.test(line));
	const letters = [damaged, torn, cut, done].map(({ session }) => session.slice(-4));
	expect(sessions.map((line) => line.slice(heading.indexOf('name')).slice(0, 4))).toEqual(letters);
	expect(sessions.map((line) => line.slice(heading.indexOf('outcome')).split(' ')[0])).toEqual([
		'broke',
		'broke',
		'left',
		'solved',
	]);
	expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
		`still in force: connection-limit: database openiz taken back with: kbwizard undo ${done.session}`,
	);
	expect(stdout).toContain('damaged in line 2: record 7 is out of order');
	expect(stdout).toContain('its line 2 was cut short');
});

test('a session can be named by the letters that the listing shows', async () => {
	const { write, here } = site();
	const { session } = await write(opened, closed('left'));
	expect((await here('report', session.slice(-4))).stdout).toContain(session);
});

test('what an edited journal says is printed, and never obeyed', async () => {
	const { write, forge, here } = site();
	const evil = '\x1b[2J\x1b]0;x\x07\u202eEVIL';
	const journal = await write(opened, ...changed);
	forge(journal, {
		kind: 'intent',
		plan: 'p1',
		solution,
		effect: evil,
		object: evil,
		old: null,
		inverse: { effect: 'connection-limit', kind: 'database', name: evil, before: 7 },
		statement: evil,
	});
	for (const command of [
		['sessions'],
		['sessions', '--json'],
		['undo'],
		['report', '--no-redact', '--confirm', 'unredacted'],
		['sessions', '--stats'],
	]) {
		const { stdout, stderr } = await here(...command);
		expect(stdout + stderr, command.join(' ')).toContain(command.includes('--stats') ? 'session' : 'EVIL');
		expect(stdout + stderr, command.join(' ')).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
	}
});

test('a session of a newer version is listed and told, and neither resumed nor undone', async () => {
	const { write, forge, here } = site();
	const journal = await write(
		{ ...opened, tool: { name: 'kbwizard', version: '9.9.0' } },
		...changed,
		outcome(3),
	);
	forge(journal, { kind: 'hologram', depth: 3 });
	const before = readFileSync(journal.file);
	const { stdout } = await here('sessions');
	expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
		'written by kbwizard 9.9.0, and not understood from line 5 on',
	);
	const listed = JSON.parse((await here('sessions', '--json')).stdout);
	expect(misfits(listed, schema('sessions-1'))).toEqual([]);
	expect(listed.sessions).toMatchObject([{ newer: { line: 5, version: '9.9.0' }, inForce: [{}] }]);
	expect((await here('report')).status).toBe(0);
	for (const command of ['undo', 'resume']) {
		const { status, stderr } = await here(command, '--yes', '--json');
		expect(status, command).toBe(2);
		expect(stderr, command).toContain('kbwizard 9.9.0 wrote the journal');
		expect(stderr, command).toContain('use that version, or a later one');
	}
	expect(readFileSync(journal.file).equals(before)).toBe(true);
});

test('a session that somebody is at work in is listed as such, and not undone meanwhile', async () => {
	const { state } = site();
	const journal = openJournal({
		stateDir: join(state, 'kbwizard'),
		writer: { pid: process.pid, host: hostname(), isAlive: () => true },
		clock: () => new Date(),
	});
	for (const entry of [opened, ...changed, outcome(3)]) await journal.append(entry);
	const env = { XDG_STATE_HOME: state };
	expect((await run(['sessions'], { env })).stdout).toMatch(/ running +-/);
	const refused = await run(['undo', '--yes', '--json'], { env });
	expect(refused.status).toBe(2);
	expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'session-in-use' } });
	expect(refused.stderr).toContain(`process ${process.pid}`);
	journal.close();
	expect((await run(['sessions'], { env })).stdout).toMatch(/ broke off +-/);
});

test('the statistics count what the journals say, also of causes that no article knows any more', async () => {
	const { write, here } = site();
	const first = await write(
		opened,
		...changed,
		outcome(3),
		verified(true),
		closed('solved', 'pools', 'leak'),
	);
	await write(opened, { kind: 'lifted', of: first.session, intent: 3, by: 'undo', why: null });
	await write(
		opened,
		...changed,
		outcome(3),
		verified(false),
		{ kind: 'helped', solution, helped: false },
		closed('not solved', 'pools'),
	);
	await write(opened, ...changed, outcome(3, 'skipped'), closed('left', 'leak'));
	const { stdout } = await here('sessions', '--stats', '--json');
	const stats = JSON.parse(stdout);
	expect(misfits(stats, schema('session-stats-1'))).toEqual([]);
	expect(stats).toMatchObject({
		sessions: 4,
		since: '2026-11-21T09:00:20.000Z',
		withoutCause: 1,
		causes: [
			{ article: 'KB008', id: 'pools', title: 'Because of pools', stood: 2, first: 2, proved: 2 },
			{ id: 'leak', stood: 2, first: 1, proved: 1 },
		],
		solutions: [
			{
				id: solution,
				title: 'Lift the connection limit',
				tried: 2,
				held: 1,
				didNotHold: 1,
				helped: 0,
				didNotHelp: 1,
				undone: 1,
				heldAfterMs: { median: 20_000, longest: 20_000 },
			},
		],
	});
	const text = (await here('sessions', '--stats')).stdout;
	expect(text).toMatch(/^4 sessions since 2026-11-2\d \d\d:\d\d\. Times are /);
	expect(text).toMatch(/Because of pools +2 +2 +2 +2026-11-21 +2026-11-23/);
	expect(text).toMatch(/Lift the connection limit +2 +1 +1 +0 +1 +20 s/);
	expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('where nothing was ever done, that is said', async () => {
	const { here } = site();
	expect(await here('sessions')).toMatchObject({
		status: 0,
		stdout: '',
		stderr: 'There is no session yet.\n',
	});
	expect((await here('sessions', '--stats')).stdout).toContain('0 sessions');
});

test('a state folder that is a file is said to be in the way, and stays as it is', async () => {
	const { state, here } = site();
	writeFileSync(join(state, 'kbwizard'), 'mine');
	for (const command of [['sessions'], ['undo', '--yes'], ['report']]) {
		const { status, stderr } = await here(...command);
		expect(status, command.join(' ')).not.toBe(0);
		expect(stderr, command.join(' ')).toContain('is in the way');
		expect(stderr, command.join(' ')).toContain('XDG_STATE_HOME');
	}
	expect(statSync(join(state, 'kbwizard')).isFile()).toBe(true);
});
