/** `write apply path=:path mode=0640`: the fence's body, with its values, becomes the content of a file. */
import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Fence, Solution } from '../article/article.ts';
import { fillFile, namesInFile } from '../article/file-text.ts';
import { ParameterError } from '../article/parameters.ts';
import { redacted } from '../evidence/untrusted.ts';
import type { Facts } from '../machine/ports.ts';
import { attributeValue, parameterOf } from './attribute.ts';
import type { Effect, Prepared } from './effect.ts';
import { planFileChange, preparedFileChanges } from './files/file-change.ts';
import { FileError, fileErrorOf, shownPath } from './files/file-error.ts';
import { assertFolderWritable, ownUid } from './files/file-state.ts';
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
			const change = planFileChange(wanted, () => Buffer.from(`${text}\n`), {
				mode: secrets.length > 0 ? secretMode : modeOf(fence),
			});
			if (change === null)
				return { kind: 'nothing to do', why: `${shownPath(wanted)} has this very content already` };
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
					consequences: [...notes, ...(secrets.length > 0 ? [secretNote(change.path, mode)] : [])],
					...(secrets.length > 0 ? { shown: withoutItsSecrets(`${text}\n`, `${shown}\n`) } : {}),
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
