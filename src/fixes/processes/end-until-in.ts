/** One process after the other is told to end, while a session is tried for; the first that is had ends it. */
import { platform } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Backend } from '../../evidence/host/backends.ts';
import type { LookAtServer, ServerLook, ServerSeen } from '../../evidence/host/look-at-server.ts';
import { programOfServer, type ServerProgram } from '../../evidence/host/server-program.ts';
import type { Attempt } from '../../evidence/postgres/postgres.ts';
import type { PlanRow } from '../../machine/ports.ts';
import type { ApplyContext } from '../effect.ts';
import { isWanted, stateOf, type Wanted } from './choose-processes.ts';
import { sendSignal } from './send-signal.ts';

/** How long a process may take to be gone, in milliseconds: it rolls back first. */
const goneTimeoutMs = 5_000;
const lookEveryMs = 50;
/** How long a freed slot is tried for before the next process has to end, in milliseconds. */
const takeMs = 2_000;
/** Logins that are ready when a process is told to end: its own client is back within milliseconds. */
const shots = 8;

export type ProcessesToEnd = {
	readonly seen: ServerSeen;
	readonly wanted: Wanted;
	readonly chosen: readonly Backend[];
	/** One for each that was chosen. */
	readonly rows: readonly PlanRow[];
	readonly program: ServerProgram;
	/** Whose process this program is; -1 on Windows. */
	readonly uid: number;
	readonly look: LookAtServer;
};

export type EndedUntilIn = {
	readonly rows: readonly PlanRow[];
	/** The latest answer of the server to us. */
	readonly attempt: Attempt;
};

/** The keeper holds the session that is had; none is held where it was not had. */
export async function endUntilIn(
	{ keeper, onProgress, signal }: Pick<ApplyContext, 'keeper' | 'onProgress' | 'signal'>,
	list: ProcessesToEnd,
): Promise<EndedUntilIn> {
	const rows: PlanRow[] = [];
	// A slot may have freed by itself meanwhile; and whoever is refused for another reason is helped by nobody's end.
	let attempt = await keeper.attempt();
	for (const row of list.rows) {
		if (signal?.aborted === true) rows.push(row);
		else if (keeper.session !== null) rows.push(spared(row, 'a session was had before its turn'));
		else if (!isForSlots(attempt)) rows.push(spared(row, 'its slot would not let us in'));
		else {
			onProgress(`ending process ${row.pid}, ${rows.length + 1} of ${list.rows.length} at most`);
			const poised = await keeper.poise(shots);
			const ended = await endOne(row, list, () => poised.go());
			await poised.giveUp();
			rows.push(ended);
			if (keeper.session === null)
				attempt = await keeper.wait({
					forMs: ended.status === 'ended' ? takeMs : 0,
					...(signal === null ? {} : { signal }),
				});
		}
	}
	return { rows, attempt };
}

/** Whether it is a slot that is wanted. */
export function isForSlots({ verdict }: Pick<Attempt, 'verdict'>): boolean {
	return verdict === 'no slot at all' || verdict === 'ordinary slots gone';
}

const spared = (row: PlanRow, why: string): PlanRow => ({ ...row, status: 'spared', why });

/** Looked at once more, told to end, and seen gone. @param onSignalled done as soon as it is told, and waited for */
async function endOne(
	row: PlanRow,
	list: ProcessesToEnd,
	onSignalled: () => Promise<void>,
): Promise<PlanRow> {
	const shown = list.chosen.find(({ pid }) => pid === row.pid);
	if (shown === undefined)
		return { ...row, status: 'refused', why: 'it is not among those that were listed' };
	const look = () => list.look(new AbortController().signal);
	const changed = await changeSince(row, shown, list, await look());
	if (changed !== null) return changed;
	const { ok, words } = await sendSignal(list.program, row.pid, list.uid);
	if (ok) await onSignalled();
	for (const deadline = Date.now() + (ok ? goneTimeoutMs : 0); ; await delay(lookEveryMs)) {
		const now = await look();
		if (now.kind === 'seen' && !isThere(now, shown))
			return ok
				? { ...row, status: 'ended', why: null }
				: { ...row, status: 'gone', why: 'it ended by itself at that moment' };
		if (!ok) return { ...row, status: 'refused', why: words };
		if (Date.now() > deadline)
			return {
				...row,
				status: 'refused',
				why: `it was told to end, and ${goneTimeoutMs / 1000} s later it had not`,
			};
	}
}

const isThere = ({ children }: ServerSeen, { pid, started }: Backend): boolean =>
	children.some((child) => child.pid === pid && child.started === started);

/** Why it is not told to end after all; null: it is as it was shown, and a process of this very server. */
async function changeSince(
	row: PlanRow,
	shown: Backend,
	{ seen, wanted, program }: ProcessesToEnd,
	now: ServerLook,
): Promise<PlanRow | null> {
	const refused = (why: string): PlanRow => ({ ...row, status: 'refused', why });
	if (now.kind === 'not seen') return refused(now.why);
	const { postmaster, children, listing } = now;
	const isSame = postmaster.pid === seen.postmaster.pid && postmaster.started === seen.postmaster.started;
	if (!isSame) return { ...row, status: 'gone', why: 'the server was started anew' };
	const named = await programOfServer(postmaster, platform());
	if (named.kind !== 'found' || named.program.dataDir !== program.dataDir)
		return refused('postmaster.pid does not name this server any more');
	if (!isThere(now, shown)) return { ...row, status: 'gone', why: 'it had ended by itself' };
	const child = children.find(({ pid }) => pid === row.pid);
	const [its, servers] = [listing.programOf(row.pid), listing.programOf(postmaster.pid)];
	if (child?.uid !== postmaster.uid || its !== servers)
		return refused('it is another program, or another user’s');
	const backend = now.all.backends.find(({ pid }) => pid === row.pid);
	const state = stateOf(shown);
	if (backend !== undefined && isWanted(backend, { ...wanted, state })) return null;
	const isNow = backend === undefined ? null : stateOf(backend);
	return spared(row, isNow === 'at work' ? 'at work again' : `it is not ${state ?? 'as shown'} any more`);
}
