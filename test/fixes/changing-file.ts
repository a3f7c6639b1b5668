/** A change to one file with a journal of its own and no server. */
import { hostname } from 'node:os';
import { createKeeper } from '../../src/evidence/postgres/keeper.ts';
import type { ApplyContext, EffectOutcome } from '../../src/fixes/effect.ts';
import { planFileChange, preparedFileChanges } from '../../src/fixes/files/file-change.ts';
import { type FileOperations, hostFiles } from '../../src/fixes/files/file-state.ts';
import { undoAll } from '../../src/fixes/undo.ts';
import type { Undone } from '../../src/machine/ports.ts';
import { type Journal, openJournal } from '../../src/session/journal.ts';
import { fixArticle, solutionOf } from './article.ts';
import { settingsOf } from './settings.ts';

export function journalIn(stateDir: string): Journal {
	return openJournal({
		stateDir,
		clock: () => new Date(),
		writer: { pid: process.pid, host: hostname(), isAlive: () => true },
	});
}

/** Nothing listens there, and nothing is asked of it. */
const unasked = () => createKeeper(settingsOf('postgres://nobody@127.0.0.1:1/none'));

/** For an effect that is about files alone. */
export function applyingTo(journal: Journal): ApplyContext {
	return {
		keeper: unasked(),
		journal,
		plan: 'plan-1',
		solution: solutionOf(fixArticle(), 'limit'),
		launchGuardian: null,
		connectTo: null,
		onProgress: () => undefined,
		signal: null,
		takeBack: async () => ({ session: '', undone: [], skipped: [] }),
	};
}

/** Plans and applies `text` as the file's new content. @throws FileError where it cannot be planned */
export async function change(
	path: string,
	text: string,
	journal: Journal,
	fs: FileOperations = hostFiles,
	between: () => void = () => undefined,
): Promise<EffectOutcome> {
	const planned = planFileChange(path, () => Buffer.from(text), { mode: 0o640, fs });
	if (planned === null) throw new Error('there is nothing to change');
	const effect = preparedFileChanges([planned], { effect: 'write', consequences: [], fs });
	between();
	return effect.apply(applyingTo(journal));
}

export function undo(journal: Journal): Promise<Undone> {
	return undoAll(unasked(), journal, journal.records, () => undefined);
}
