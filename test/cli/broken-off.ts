/** Runs of the built program that are killed in the middle of a change, and what they leave. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { parseJournal } from '../../src/session/read-journal.ts';
import type { JournalRecord } from '../../src/session/record.ts';
import { connect, query, until } from '../helpers/postgres.ts';
import { ended, start } from './run-cli.ts';

/** Of the test that something is made for: its context, for tests that run side by side. */
export type Cleaning = Pick<TestContext, 'onTestFinished'>;

/** A folder for state that goes away with the test. */
export function stateFolder({ onTestFinished }: Cleaning): string {
	const folder = mkdtempSync(join(tmpdir(), 'kbwizard-broken-'));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** The journals under a state folder, the oldest first. */
export function journalFiles(state: string): readonly string[] {
	const dir = join(state, 'kbwizard', 'sessions');
	return readdirSync(dir)
		.filter((name) => name.endsWith('.jsonl'))
		.sort()
		.map((name) => join(dir, name));
}

/** The records of the latest journal; none where there is none yet. */
export function recordsIn(state: string): readonly JournalRecord[] {
	try {
		const file = journalFiles(state).at(-1);
		return file === undefined ? [] : parseJournal(readFileSync(file)).records;
	} catch {
		return [];
	}
}

/** Starts a command and waits until its journal shows what `reached` looks for. */
export async function runUntil(
	{ onTestFinished }: Cleaning,
	args: readonly string[],
	state: string,
	reached: (records: readonly JournalRecord[]) => boolean,
): Promise<ChildProcessWithoutNullStreams> {
	const child = start(args, { env: { XDG_STATE_HOME: state } });
	onTestFinished(() => {
		child.kill('SIGKILL');
	});
	await until(() => reached(recordsIn(state)), { what: 'the journal to get there', timeoutMs: 30_000 });
	return child;
}

/** Ends it as a power cut would. */
export async function killed(child: ChildProcessWithoutNullStreams): Promise<void> {
	const end = ended(child);
	child.kill('SIGKILL');
	await end;
}

/** The processes that a process has started (Linux). */
export function childrenOf(pid: number | undefined): readonly number[] {
	return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
		.split(' ')
		.filter((each) => each !== '')
		.map(Number);
}

/** A session whose backend is stopped: it is told to end, and does not until it is let go. */
export async function stubbornSession({ onTestFinished }: Cleaning, uri: string): Promise<() => void> {
	const client = await connect(uri, 'holder');
	const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
	const pid = rows[0]?.pid ?? 0;
	process.kill(pid, 'SIGSTOP');
	const letGo = () => {
		try {
			process.kill(pid, 'SIGCONT');
		} catch {
			// It has ended.
		}
	};
	onTestFinished(async () => {
		letGo();
		await client.end().catch(() => undefined);
	});
	return letGo;
}

/** How a database stands: its limit, whether it is open, and what a fence noted in it. */
export async function standing(uri: string, database: string): Promise<unknown> {
	const [row] = await query(
		uri,
		`select d.datconnlimit as limit, d.datallowconn as open,
		   (select s.setconfig::text from pg_db_role_setting s where s.setdatabase = d.oid) as note
		 from pg_database d where d.datname = $1`,
		[database],
	);
	return row;
}
