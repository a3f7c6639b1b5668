/** The way back of a file that was written: what was kept beside it, put in its place, if nobody has touched it since. */
import { hostname } from 'node:os';
import type { FactValue } from '../../machine/ports.ts';
import type { Inverse } from '../../session/record.ts';
import type { WayBack } from '../effect.ts';
import { FileError, shownPath } from './file-error.ts';
import { type FileOperations, type FileState, fileState, hostFiles } from './file-state.ts';
import { removeFile, replaceFile } from './replace-file.ts';

export function fileBack(
	{ path, host, before, backup, afterUndo }: Extract<Inverse, { effect: 'file' }>,
	fs: FileOperations = hostFiles,
): Extract<WayBack, { readonly on: 'host' }> {
	const what = `the file ${shownPath(path)}`;
	const byHand =
		backup === null ? `remove ${shownPath(path)}` : `copy ${shownPath(backup)} over ${shownPath(path)}`;
	/** @throws FileError on another machine: the same path is another file there */
	const stateHere = (): FileState | null => {
		if (host !== hostname())
			throw new FileError('another-host', `${what} was changed on ${host}, and this is ${hostname()}`, [
				`run it on ${host}`,
			]);
		return fileState(path, fs);
	};
	let seen: FileState | null = null;
	return {
		on: 'host',
		before,
		shown,
		byHand: `on ${host}, ${byHand}`,
		async look() {
			const now = stateHere();
			seen = now;
			if (now === null && before !== null) return { is: 'gone', what };
			return { is: 'there', what, now: now?.sha256 ?? null };
		},
		async restore() {
			const now = stateHere();
			if (now === null) throw new FileError('ENOENT', `${what} is not there any more`, [byHand]);
			// Between the look and this the journal is written: what somebody saves meanwhile is not ours to replace.
			if (now.sha256 !== seen?.sha256)
				throw new FileError('file-changed', `${what} was changed by somebody else at this very moment`, [
					byHand,
				]);
			if (backup === null) {
				removeFile(now.path, fs);
				return afterUndo;
			}
			const kept = fileState(backup, fs);
			if (kept === null || kept.sha256 !== before)
				throw new FileError(
					'backup-lost',
					`${shownPath(backup)} is ${kept === null ? 'gone' : 'not what was kept there'}, so ${what} is left as it is`,
					['take the old values from the plan in the report: kbwizard report'],
				);
			replaceFile(now, kept.bytes, fs);
			removeFile(backup, fs);
			return afterUndo;
		},
	};
}

function shown(value: FactValue): string {
	return value === null ? 'not there' : `content ${String(value).slice(0, 12)}…`;
}
