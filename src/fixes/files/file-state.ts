/** A file as it is before it is changed. */
import { createHash } from 'node:crypto';
import nodeFs from 'node:fs';
import { platform } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { ownUser } from '../../own-user.ts';
import { systemCode } from '../../system-code.ts';
import { FileError, fileErrorOf, shownPath } from './file-error.ts';

/** What is asked of the file system: one call is one step, between any two of which the process may be killed. */
export type FileOperations = Pick<
	typeof nodeFs,
	| 'accessSync'
	| 'closeSync'
	| 'fchmodSync'
	| 'fchownSync'
	| 'fsyncSync'
	| 'ftruncateSync'
	| 'linkSync'
	| 'lstatSync'
	| 'openSync'
	| 'readdirSync'
	| 'readFileSync'
	| 'realpathSync'
	| 'renameSync'
	| 'statSync'
	| 'unlinkSync'
	| 'writeFileSync'
>;

export const hostFiles: FileOperations = nodeFs;

export type FileState = {
	/** The file itself: absolute, symbolic links followed. */
	readonly path: string;
	readonly bytes: Buffer;
	/** Of the bytes, in hex. */
	readonly sha256: string;
	/** Permission bits. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** What a person should know about where it is; mostly empty. */
	readonly notes: readonly string[];
};

/** A configuration file is far smaller; beyond it, it is something else. */
const largest = 16 * 1024 * 1024;

export function sha256Of(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Reads a file with what has to be kept of it. Null: there is none.
 * @throws FileError where it cannot be read, or is no ordinary file
 */
export function fileState(path: string, fs: FileOperations = hostFiles): FileState | null {
	const given = resolve(path);
	try {
		const real = realPath(given, fs);
		if (real === null) return null;
		const stats = fs.statSync(real);
		if (stats.isDirectory()) throw fileErrorOf(Object.assign(new Error(), { code: 'EISDIR' }), 'read', given);
		if (!stats.isFile())
			throw new FileError('not-a-file', `${shownPath(given)} is not an ordinary file`, [
				'give the path of the file itself',
			]);
		if (stats.size > largest)
			throw new FileError(
				'too-large',
				`${shownPath(given)} has ${stats.size} bytes, which is no configuration`,
				['give the path of the configuration file'],
			);
		const bytes = fs.readFileSync(real);
		return {
			path: real,
			bytes,
			sha256: sha256Of(bytes),
			mode: stats.mode & 0o7777,
			uid: stats.uid,
			gid: stats.gid,
			notes: [
				...(real === given
					? []
					: [
							`${shownPath(given)} leads by a symbolic link to ${shownPath(real)}: that file is changed, the link stays.`,
						]),
				...(stats.nlink > 1 && platform() !== 'win32'
					? [
							`${shownPath(real)} has ${stats.nlink - 1} other name (hard link): what is there by it stays as it is.`,
						]
					: []),
			],
		};
	} catch (error) {
		throw fileErrorOf(error, 'read', given);
	}
}

/** Where a file that is not there yet will stand: its folder's links followed. @throws FileError */
export function newPath(path: string, fs: FileOperations = hostFiles): string {
	const given = resolve(path);
	try {
		return join(fs.realpathSync(dirname(given)), basename(given));
	} catch (error) {
		throw fileErrorOf(error, 'write', given);
	}
}

/** Null: nothing is there. A link to nowhere is an error of its own. */
function realPath(path: string, fs: FileOperations): string | null {
	try {
		return fs.realpathSync(path);
	} catch (error) {
		if (systemCode(error) !== 'ENOENT') throw error;
	}
	try {
		fs.lstatSync(path);
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return null;
		throw error;
	}
	throw new FileError('dangling-link', `${shownPath(path)} is a symbolic link that leads nowhere`, [
		'mend the link, or give the path of the file itself',
	]);
}

/** Whether a file can be made there, before anybody is asked. @throws FileError */
export function assertFolderWritable(path: string, fs: FileOperations = hostFiles): void {
	try {
		fs.accessSync(dirname(path), nodeFs.constants.W_OK);
	} catch (error) {
		throw fileErrorOf(error, 'write', path);
	}
}

/**
 * Whether it could be replaced with its owner kept, before anybody is asked: the mode is looked at itself, because
 * root may write everything, and who made a file read-only meant it.
 * @throws FileError
 */
export function assertReplaceable({ path, mode, uid }: FileState, fs: FileOperations = hostFiles): void {
	if ((mode & 0o222) === 0)
		throw new FileError('read-only', `${shownPath(path)} is read-only`, [
			'somebody may have meant that: ask, make it writable (chmod u+w; on Windows attrib -r), then make a new plan',
		]);
	try {
		fs.accessSync(path, nodeFs.constants.W_OK);
		fs.accessSync(dirname(path), nodeFs.constants.W_OK);
	} catch (error) {
		throw fileErrorOf(error, 'write to', path);
	}
	const me = ownUid();
	if (me !== null && me !== 0 && me !== uid)
		throw new FileError(
			'another-owner',
			`${shownPath(path)} belongs to another user, and only that one or root can keep it so`,
			[`run as the user with the number ${uid}, or as root`],
		);
}

/** Null: users have no numbers here, or ours cannot be told. */
export function ownUid(): number | null {
	const { uid } = ownUser();
	return uid < 0 ? null : uid;
}
