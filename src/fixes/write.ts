/**
 * `write apply path=:path mode=0640`: the fence's body, with its values, becomes the content of a file; with
 * `keep=entries` its lines go among those that are there, as of a list with an entry a line.
 */
import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Fence, Solution } from '../article/article.ts';
import { fillFile, namesInFile } from '../article/file-text.ts';
import { ParameterError } from '../article/parameters.ts';
import { cleanText, redacted } from '../evidence/untrusted.ts';
import type { Facts, Row } from '../machine/ports.ts';
import { attributeValue, parameterOf } from './attribute.ts';
import type { Effect, Prepared } from './effect.ts';
import { planFileChange, preparedFileChanges } from './files/file-change.ts';
import { FileError, fileErrorOf, shownPath } from './files/file-error.ts';
import { assertFolderWritable, type FileState, ownUid } from './files/file-state.ts';
import { amongLines, keyOf } from './keep-lines.ts';
import { shellWord } from './restart/program.ts';

/** Its owner may read it and write it, his group may read it. */
const usualMode = 0o640;
/** Of a file with a secret in it, whatever the article says: its owner's alone. */
const secretMode = 0o600;

export const write: Effect = {
	language: 'write',
	async prepare({ solution, fence, preview, values }) {
		const path = attributeValue(fence, 'path', values);
		const parameter = parameterOf(fence, 'path');
		const ask = (problem: string): Prepared => ({
			kind: 'parameter',
			name: parameter ?? 'path',
			problem,
			choices: [],
		});
		if (path === null) return ask('which file is it to be? Give its whole path');
		const wanted = String(path);
		if (!isAbsolute(wanted)) return ask('it must be the whole path, from the root on');

		const secrets = secretsOf(solution, fence);
		const rows = preview?.rows ?? [];
		let text: string;
		let shown: string;
		try {
			text = fillFile(fence.body, values, rows);
			shown = fillFile(fence.body, { ...values, ...masked(secrets) }, rows);
		} catch (error) {
			if (!(error instanceof ParameterError)) throw error;
			return { kind: 'parameter', name: error.parameter, problem: error.message, choices: [] };
		}
		try {
			const notes = notesOnPlace(wanted);
			const keeps = fence.attributes.keep === 'entries';
			const change = planFileChange(
				wanted,
				(before) => Buffer.from(keeps ? withEntries(before, text) : `${text}\n`),
				{ mode: secrets.length > 0 ? secretMode : modeOf(fence) },
			);
			if (change === null)
				return {
					kind: 'nothing to do',
					why: `${shownPath(wanted)} has this very ${keeps ? 'entry' : 'content'} already`,
				};
			if (change.before === null) assertFolderWritable(change.path);
			const mode = change.before?.mode ?? null;
			if (secrets.length > 0 && isOpenToAll(mode))
				return {
					kind: 'unavailable',
					why: `it will hold a secret, and everybody on this machine may read ${shownPath(change.path)}`,
					next: [`take that right away first: chmod 600 ${shellWord(change.path)}`],
				};
			return {
				kind: 'ready',
				effect: preparedFileChanges([change], {
					effect: 'write',
					consequences: [
						...notes,
						...notesOfRows(rows),
						...placeNotes(change.path, change.before, keeps),
						...(secrets.length > 0 ? [secretNote(change.path, mode)] : []),
					],
					...(secrets.length === 0
						? {}
						: { shown: keeps ? onlyKeys : withoutItsSecrets(`${text}\n`, `${shown}\n`) }),
				}),
			};
		} catch (error) {
			if (!(error instanceof FileError)) throw error;
			const { code, message, next } = error.failure;
			if (code === 'ENOENT' || code === 'ENOTDIR')
				return ask(`${shownPath(dirname(wanted))} is not a folder that is there`);
			return { kind: 'unavailable', why: message, next };
		}
	},
};

/** The secret parameters that the body names. */
function secretsOf({ parameters }: Solution, { body }: Fence): readonly string[] {
	const named = namesInFile(body);
	return parameters
		.filter(
			({ name, type }) => (type.kind === 'secret' || type.kind === 'connection') && named.includes(name),
		)
		.map(({ name }) => name);
}

function masked(secrets: readonly string[]): Facts {
	return Object.fromEntries(secrets.map((name) => [name, redacted]));
}

function modeOf({ attributes: { mode } }: Fence): number {
	return mode !== undefined && /^0?[0-7]{3}$/.test(mode) ? Number.parseInt(mode, 8) : usualMode;
}

/** The new text with its secrets masked; of an older one, which may hold others, only the lines that stay. */
function withoutItsSecrets(text: string, shown: string): (text: string) => string {
	const harmless = new Set(shown.split('\n'));
	return (any) =>
		any === text
			? shown
			: any
					.split('\n')
					.map((line) => (harmless.has(line) ? line : redacted))
					.join('\n');
}

/** A list of secrets: whose there are. */
function onlyKeys(any: string): string {
	return any
		.split('\n')
		.map((line) => (line.trim() === '' ? line : `${keyOf(line) ?? ''} ${redacted}`.trim()))
		.join('\n');
}

/** @throws FileError where the file is none of text, whose bytes would not survive */
function withEntries(before: FileState | null, text: string): string {
	const old = before?.bytes.toString('utf8') ?? '';
	if (before !== null && !Buffer.from(old).equals(before.bytes))
		throw new FileError('not-text', `${shownPath(before.path)} is no text in UTF-8`, [
			'write the line into it by hand, in its own encoding',
		]);
	const lines = old.replace(/\r?\n$/, '').split('\n');
	return `${amongLines(old === '' ? [] : lines, text.split('\n')).join('\n')}\n`;
}

/** What the preview has to say about its own rows, in a column called `note`: once each. */
function notesOfRows(rows: readonly Row[]): readonly string[] {
	return [...new Set(rows.flatMap(({ note = null }) => (note === null ? [] : [cleanText(String(note))])))];
}

/** What becomes of a file that is there; whose a new one is, where that is root's alone. */
function placeNotes(path: string, before: FileState | null, keeps: boolean): readonly string[] {
	if (before !== null)
		return [
			keeps
				? `${shownPath(path)} is there already: its other entries stay.`
				: `${shownPath(path)} is there already: all that it says is replaced.`,
		];
	return ownUid() === 0 && statSync(dirname(path)).uid === 0
		? [
				`${shownPath(path)} will belong to root, as its folder does: give it to the account that reads it (chown), or its service does not start.`,
			]
		: [];
}

/** Without user ids, as on Windows, a mode says nothing. @param mode null: there is no such file yet */
function isOpenToAll(mode: number | null): boolean {
	return mode !== null && ownUid() !== null && (mode & 0o007) !== 0;
}

function secretNote(path: string, mode: number | null): string {
	const open = mode !== null && (mode & 0o077) !== 0;
	return open
		? `It will hold a secret, and the group of ${shownPath(path)} may open it too (mode ${mode.toString(8)}): chmod 600 it first, if that is not meant.`
		: `It holds a secret: only the owner of ${shownPath(path)} may read it (mode 600).`;
}

/**
 * What a person should know about the folder: where a link leads, and who else could put another file in this one's place.
 * @throws FileError where somebody else's link stands under the name
 */
function notesOnPlace(path: string): readonly string[] {
	const folder = dirname(path);
	let real: string;
	let stats: Stats;
	try {
		real = realpathSync(folder);
		stats = statSync(real);
	} catch (error) {
		throw fileErrorOf(error, 'write', path);
	}
	const me = ownUid();
	const link = linkAt(join(real, basename(path)));
	if (link !== null && me !== null && link.uid !== me && link.uid !== 0)
		throw new FileError('foreign-link', `${shownPath(path)} is a symbolic link that another user made`, [
			'give the path of the file itself',
		]);
	return [
		...(real === folder ? [] : [`${shownPath(folder)} leads by a symbolic link to ${shownPath(real)}.`]),
		...(me !== null && stats.uid !== me && stats.uid !== 0
			? [
					`The folder ${shownPath(real)} belongs to another user (number ${stats.uid}), who can replace the file.`,
				]
			: []),
		...(me !== null && (stats.mode & 0o002) !== 0
			? [`Anybody may write in ${shownPath(real)}: a folder of its own would be safer.`]
			: []),
	];
}

/** Null: there is none. */
function linkAt(path: string): Stats | null {
	const stats = lstatSync(path, { throwIfNoEntry: false });
	return stats?.isSymbolicLink() === true ? stats : null;
}
