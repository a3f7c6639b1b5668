/** Ending (or cancelling) exactly the sessions that were shown, and seeing each of them gone. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Keeper, type PostgresSession, QueryError } from '../evidence/postgres/postgres.ts';
import type { FactValue, PlanRow, Row } from '../machine/ports.ts';
import { messageOf } from './failure.ts';
import { counted } from './in-words.ts';
import { endSessions, stillThere } from './sql.ts';

export type Signal = 'pg_terminate_backend' | 'pg_cancel_backend';

/** Sessions per statement: each repeats the preview's query once. */
export const batchSize = 200;
/** How long a signalled session may take to be gone, in milliseconds: it rolls back first. */
const goneTimeoutMs = 5_000;
const lookEveryMs = 100;
/** How long a new session is tried for after a loss, in milliseconds: a fence may be waiting to be lifted. */
const findOutMs = 3_000;

/** The statements that this list will be ended by. */
export function endingStatements(
	preview: string,
	rows: readonly PlanRow[],
	signal: Signal,
): readonly string[] {
	return batches(planned(rows)).map((batch) => endSessions(preview, batch, signal));
}

function planned(rows: readonly PlanRow[]): readonly PlanRow[] {
	return rows.filter(({ status }) => status === 'planned');
}

function batches(rows: readonly PlanRow[]): readonly (readonly PlanRow[])[] {
	return Array.from({ length: Math.ceil(rows.length / batchSize) }, (_, index) =>
		rows.slice(index * batchSize, (index + 1) * batchSize),
	);
}

export type Ending = {
	/** Holds the session; it may move to another database between the signals and the look after them. */
	readonly keeper: Keeper;
	/** The query that listed the sessions. */
	readonly preview: string;
	readonly signal: Signal;
	readonly onProgress: (text: string) => void;
	/** What is done as soon as the signals are sent, before anybody is seen gone. */
	readonly onSignalled?: () => Promise<void>;
	/** Aborted: no further signal is sent. Null: nothing stops it. */
	readonly stop: AbortSignal | null;
};

export type Ended = {
	readonly rows: readonly PlanRow[];
	/** What broke it off, most likely a lost session; the rows say what was found out afterwards. Null: nothing did. */
	readonly broken: Error | null;
};

/**
 * Ends the planned ones among the rows; the others are returned as they are. The preview is asked again beside
 * (pid, backend_start), in the statement that signals, so that whoever began to work since is spared.
 */
export async function endListed(
	{ keeper, preview, signal, onProgress, onSignalled, stop }: Ending,
	rows: readonly PlanRow[],
): Promise<Ended> {
	const results = new Map<string, PlanRow>();
	const signalled: Signalled[] = [];
	const listed = planned(rows);
	let broken: Error | null = null;
	try {
		for (const batch of batches(listed)) {
			if (stop?.aborted) break;
			onProgress(`${signal === 'pg_terminate_backend' ? 'ending' : 'cancelling'} ${counted(listed.length)}`);
			for (const answer of await signalBatch(heldBy(keeper), preview, batch, signal)) {
				if ('queryStart' in answer) signalled.push(answer);
				else results.set(keyOf(answer.row), answer.row);
			}
		}
		await onSignalled?.();
		for (const row of await seenGone(heldBy(keeper), signalled, signal, onProgress))
			results.set(keyOf(row), row);
	} catch (error) {
		broken = error instanceof Error ? error : new Error(String(error));
		const open = listed.filter((row) => !results.has(keyOf(row)));
		for (const row of await whatBecameOf(keeper, open, broken)) results.set(keyOf(row), row);
	}
	return { rows: rows.map((row) => results.get(keyOf(row)) ?? row), broken };
}

/** After a loss: connects again, and looks who is still there. Nobody is told to end a second time. */
async function whatBecameOf(
	keeper: Keeper,
	rows: readonly PlanRow[],
	{ message }: Error,
): Promise<readonly PlanRow[]> {
	for (const deadline = Date.now() + findOutMs; rows.length > 0; await delay(lookEveryMs)) {
		await keeper.reconnect();
		try {
			if (keeper.session !== null) return await lookedAt(keeper.session, rows);
		} catch {
			// Lost again: there may be time for another try.
		}
		if (Date.now() > deadline) break;
	}
	return rows.map((row) => ({ ...row, why: `what became of it is not known: ${message}` }));
}

/** Which of them are still there; who ended the others cannot be told from that. @throws QueryError */
export async function lookedAt(
	session: PostgresSession,
	rows: readonly PlanRow[],
): Promise<readonly PlanRow[]> {
	if (rows.length === 0) return [];
	const { rows: found } = await session.read(stillThere(rows), [], { maxRows: rows.length });
	const there = new Set(found.map(({ pid }) => pid));
	return rows.map(
		(row): PlanRow =>
			there.has(row.pid)
				? { ...row, status: 'refused', why: 'it was still there when it was looked at afterwards' }
				: { ...row, status: 'gone', why: 'it was not there any more when it was looked at afterwards' },
	);
}

function heldBy({ session }: Keeper): PostgresSession {
	if (session === null) throw new Error('the session is gone');
	return session;
}

function keyOf({ pid, backend_start }: Pick<PlanRow, 'pid' | 'backend_start'>): string {
	return `${pid} ${backend_start}`;
}

type Signalled = { readonly row: PlanRow; readonly queryStart: FactValue };
type Answer = Signalled | { readonly row: PlanRow };

async function signalBatch(
	session: PostgresSession,
	preview: string,
	batch: readonly PlanRow[],
	signal: Signal,
): Promise<readonly Answer[]> {
	try {
		const { rows } = await session.write(endSessions(preview, batch, signal));
		const byKey = new Map(rows.map((row) => [`${String(row.pid)} ${String(row.backend_start)}`, row]));
		return batch.map((row) => answerOf(row, byKey.get(keyOf(row)) ?? null));
	} catch (error) {
		if (!(error instanceof QueryError) || error.lost) throw error;
		const [only] = batch;
		if (batch.length === 1 && only !== undefined)
			return [{ row: { ...only, status: 'refused', why: messageOf(error) } }];
		// One that may not be ended for a reason we could not foresee must not save the others: one by one.
		const answers: Answer[] = [];
		for (const row of batch) answers.push(...(await signalBatch(session, preview, [row], signal)));
		return answers;
	}
}

function answerOf(planned: PlanRow, found: Row | null): Answer {
	const row = (status: PlanRow['status'], why: string | null): Answer => ({
		row: { ...planned, status, why },
	});
	if (found === null || found.present !== true) return row('gone', 'it had ended by itself');
	if (found.client !== true) return row('refused', "it is not a client's session");
	if (found.still !== true)
		return found.state === 'active'
			? row('spared', 'at work again')
			: row('spared', 'it is not what was shown any more');
	if (found.may !== true) return row('refused', 'this role may not end it');
	if (found.signalled !== true) return row('gone', 'it ended by itself at that moment');
	return { row: planned, queryStart: found.query_start ?? null };
}

/** Looks until each is gone (or, cancelled, does something else), or the time is up. */
async function seenGone(
	session: PostgresSession,
	signalled: readonly Signalled[],
	signal: Signal,
	onProgress: (text: string) => void,
): Promise<readonly PlanRow[]> {
	const done: PlanRow[] = [];
	let left = signalled;
	for (const deadline = Date.now() + goneTimeoutMs; left.length > 0; await delay(lookEveryMs)) {
		const { rows } = await session.read(stillThere(left.map(({ row }) => row)), [], { maxRows: left.length });
		const there = new Map(rows.map((row) => [row.pid, row]));
		const isLeft = ({ row, queryStart }: Signalled) => {
			const now = there.get(row.pid);
			if (now === undefined) return false;
			return signal === 'pg_terminate_backend' || (now.state === 'active' && now.query_start === queryStart);
		};
		done.push(
			...left.filter((each) => !isLeft(each)).map(({ row }): PlanRow => ({ ...row, status: 'ended' })),
		);
		left = left.filter(isLeft);
		onProgress(`${done.length} of ${signalled.length} ended`);
		if (Date.now() > deadline) break;
	}
	const why = `it was told to end, and ${goneTimeoutMs / 1000} s later it had not`;
	return [...done, ...left.map(({ row }): PlanRow => ({ ...row, status: 'refused', why }))];
}
