/** Files that an effect writes: backed up, journalled with their way back, replaced whole. */
import { hostname, platform } from 'node:os';
import type { Done } from '../../machine/ports.ts';
import type { ApplyContext, EffectOutcome, PreparedEffect } from '../effect.ts';
import { failureOf, messageOf, statusOfFailure, stopFailure } from '../failure.ts';
import { journalled } from '../fix-journal.ts';
import { FileError, shownPath } from './file-error.ts';
import {
	assertReplaceable,
	type FileOperations,
	type FileState,
	fileState,
	hostFiles,
	newPath,
	sha256Of,
} from './file-state.ts';
import { backupPath, backupsBeside, createFile, replaceKeeping } from './replace-file.ts';
import { unifiedDiff } from './unified-diff.ts';

export type FileChange = {
	/** The file itself, absolute. */
	readonly path: string;
	/** Null: it is not there yet. */
	readonly before: FileState | null;
	readonly after: Buffer;
	/** Permission bits of a file that is not there yet; else its own are kept. */
	readonly mode: number;
	/** What is still to be done once it has been taken back, for a person; null: nothing. */
	readonly afterUndo: string | null;
	/** What a person should know about the file itself; mostly empty. */
	readonly notes: readonly string[];
};

export type FileChangeOptions = {
	/** The fence's language, for the journal. */
	readonly effect: string;
	/** What a person should know first. */
	readonly consequences: readonly string[];
	/** Text as it may be shown in the diff, besides what is redacted everywhere: a text's own secrets masked. */
	readonly shown?: (text: string) => string;
	readonly fs?: FileOperations;
};

export type PlanFileOptions = {
	/** Permission bits of a file that is not there yet. */
	readonly mode?: number;
	readonly afterUndo?: string | null;
	readonly fs?: FileOperations;
};

/**
 * Looks at a file, and at whether it may be changed; `edit` says what it becomes. Null: it is so already.
 * @throws FileError, and whatever `edit` throws
 */
export function planFileChange(
	path: string,
	edit: (before: FileState | null) => Buffer,
	options: PlanFileOptions = {},
): FileChange | null {
	const before = fileState(path, options.fs);
	return changeFrom(before, before?.path ?? newPath(path, options.fs), edit(before), options);
}

/**
 * The same of a file that was looked at before. Null: it is so already.
 * @throws FileError
 */
export function changeFrom(
	before: FileState | null,
	path: string,
	after: Buffer,
	{ mode = 0o600, afterUndo = null, fs = hostFiles }: PlanFileOptions = {},
): FileChange | null {
	if (before?.bytes.equals(after) === true) return null;
	if (before !== null) assertReplaceable(before, fs);
	return { path, before, after, mode, afterUndo, notes: notesOf(path, before, fs) };
}

/** The effect that writes these files, in order, and shows them first. */
export function preparedFileChanges(
	changes: readonly FileChange[],
	{ effect, consequences, shown = (text) => text, fs = hostFiles }: FileChangeOptions,
): PreparedEffect {
	return {
		statements: [],
		consequences: [...consequences, ...changes.flatMap(({ notes }) => notes)],
		undoable: changes.map(({ path, before }) =>
			before === null
				? `the file ${shownPath(path)}, removed again`
				: `the file ${shownPath(path)}, byte for byte as it was`,
		),
		diff: changes
			.map(({ path, before, after }) =>
				unifiedDiff(
					path,
					before === null ? null : shown(before.bytes.toString('utf8')),
					shown(after.toString('utf8')),
				),
			)
			.join('\n'),
		apply: (context) => applyChanges(context, changes, effect, fs),
	};
}

function notesOf(path: string, before: FileState | null, fs: FileOperations): readonly string[] {
	if (before === null) return [`${shownPath(path)} is not there yet; it is created.`];
	const inPlace =
		platform() === 'win32' ? ' Its content is replaced in place, so that its access rights stay.' : '';
	const older = backupsBeside(path, fs);
	return [
		...before.notes,
		`A copy of ${shownPath(path)} is kept beside it first (….kbwizard-SESSION.bak, with the same owner and rights).${inPlace}`,
		...(older.length === 0
			? []
			: [
					`Copies of earlier sessions lie there too: ${older.map(shownPath).join(', ')}. They hold what the file held, passwords too.`,
				]),
	];
}

async function applyChanges(
	context: ApplyContext,
	changes: readonly FileChange[],
	effect: string,
	fs: FileOperations,
): Promise<EffectOutcome> {
	const done: Done[] = [];
	for (const change of changes) {
		const stopped = stopFailure(context.signal);
		if (stopped !== null) return { rows: [], done, failure: stopped };
		const what = `the file ${shownPath(change.path)}`;
		context.onProgress(`writing ${shownPath(change.path)}`);
		try {
			done.push(await applyOne(context, change, effect, fs));
		} catch (error) {
			done.push({ what, status: statusOfFailure(error), why: messageOf(error) });
			return { rows: [], done, failure: failureOf(error, ['look at the file, then make a new plan']) };
		}
	}
	return { rows: [], done, failure: null };
}

async function applyOne(
	{ journal, plan, solution }: ApplyContext,
	{ path, before, after, mode, afterUndo }: FileChange,
	effect: string,
	fs: FileOperations,
): Promise<Done> {
	const current = fileState(path, fs);
	if (current?.sha256 !== before?.sha256)
		throw new FileError('file-changed', `${shownPath(path)} has been changed since the plan was made`, [
			'make a new plan',
		]);
	const backup = current === null ? null : backupPath(path, journal.session, fs);
	const old = current?.sha256 ?? null;
	await journalled(
		journal,
		{
			plan,
			solution: solution.id,
			effect,
			object: `file ${path}`,
			old,
			set: sha256Of(after),
			inverse: { effect: 'file', path, host: hostname(), before: old, backup, afterUndo },
			statement: null,
		},
		async () => {
			if (current === null || backup === null) {
				createFile(path, after, mode, fs);
				return;
			}
			replaceKeeping(current, after, backup, fs);
		},
		() => ({ status: 'done', why: null, rows: [] }),
	);
	if (fileState(path, fs)?.sha256 !== sha256Of(after))
		throw new FileError('file-changed', `${shownPath(path)} does not hold what was written to it`, [
			backup === null
				? 'see who else writes it'
				: `see who else writes it; what it was before is kept as ${shownPath(backup)}`,
		]);
	const kept = backup === null ? 'created' : `written; what it was is kept as ${shownPath(backup)}`;
	return { what: `the file ${shownPath(path)}: ${kept}`, status: 'done', why: null };
}
