/** Takes back what an earlier session has in force. */
import { needsServer } from '../fixes/undo.ts';
import type { Undone } from '../machine/ports.ts';
import { changesInForce } from '../session/in-force.ts';
import type { Journal } from '../session/journal.ts';
import type { SessionSummary } from '../session/list-sessions.ts';
import { closeSession } from './close-session.ts';
import { compose } from './compose.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { reopenSession } from './open-session.ts';
import { reachServer } from './reach-server.ts';
import { articleForUndo } from './session-article.ts';
import type { World } from './world.ts';

export type UndoneSession = { readonly undone: Undone; readonly status: ExitStatus };

/** What a later session lifted of this one is not in force, whatever its own journal says. */
function withLifted(journal: Journal, sessions: readonly SessionSummary[]) {
	const others = sessions.filter(({ session }) => session !== journal.session);
	const lifted = others.flatMap(({ records }) =>
		records.filter((record) => record.kind === 'lifted' && record.of === journal.session),
	);
	return [...journal.records, ...lifted];
}

/** @param left changes that are in force still */
export function statusOfUndo({ undone }: Undone, left: number): ExitStatus {
	if (left === 0) return exitStatus.done;
	return undone.length === 0 ? exitStatus.notDone : exitStatus.partly;
}

/**
 * @param sessions all there are
 * @param onProgress told what is being taken back
 * @throws ExpectedError with status 2 where the server cannot be reached, JournalError where the session is in use
 */
export async function undoSession(
	chosen: SessionSummary,
	sessions: readonly SessionSummary[],
	connection: ConnectionOptions,
	onProgress: (text: string) => void,
	world: World,
): Promise<UndoneSession> {
	const { loaded } = await articleForUndo(chosen, world);
	const journal = reopenSession(chosen.session, world);
	const waitMs = connection.waitMs ?? 0;
	const composition = compose({
		loaded,
		connection,
		logs: [],
		configs: [],
		maxRows: null,
		journal,
		waitMs,
		world,
	});
	let isBack = false;
	try {
		const { keeper, fixer } = composition;
		if (needsServer(chosen.inForce))
			await reachServer(keeper, { waitMs, otherwise: 'nothing was taken back', signal: world.signal });
		const undone = await fixer.undo(withLifted(journal, sessions), onProgress);
		await journal.append({ kind: 'undone', undone }, { durable: true });
		const left = changesInForce(withLifted(journal, sessions)).length;
		isBack = left === 0;
		return { undone, status: statusOfUndo(undone, left) };
	} finally {
		await composition.close();
		// How bad it was when somebody looked last is told still.
		const end = { outcome: 'undone', severity: chosen.closed?.severity ?? null } as const;
		await closeSession(journal, isBack ? end : null, composition.journalProblem, world);
	}
}
