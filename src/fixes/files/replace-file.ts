/**
 * A file is replaced whole: what stands under its name is the old content or the new one, whenever the process is
 * killed or the power fails. On Windows the content is written in place instead, since a new file would lose the access
 * rights of the old one; the backup that is made before is then what a crash in that moment leaves.
 */
import { randomBytes } from 'node:crypto';
import { platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../../system-code.ts';
import { FileError, fileErrorOf, shownPath } from './file-error.ts';
import {
	assertReplaceable,
	type FileOperations,
	type FileState,
	hostFiles,
	ownUid,
	sha256Of,
} from './file-state.ts';

type Rights = Pick<FileState, 'mode' | 'uid' | 'gid'>;

/** A temporary file lives for a moment; one that is older was left by a process that was killed. In milliseconds. */
const leftoverAfterMs = 60_000;
/** How its name goes on after the file's: of a new content, or of a backup. */
const leftoverName = /^(?:[\w-]+\.bak\.kbwizard-)?[0-9a-f]{12}\.tmp$/;

/**
 * Puts new content in the place of what `before` read, keeping owner and mode.
 * @throws FileError; the file is then as it was, but for the code `torn` (Windows)
 */
export function replaceFile(before: FileState, content: Buffer, fs: FileOperations = hostFiles): void {
	const { path } = before;
	try {
		assertReplaceable(before, fs);
		removeLeftovers(path, fs);
		if (platform() === 'win32') {
			assertUnchanged(before, fs);
			writeInPlace(before, content, fs);
			return;
		}
		writeBeside(path, content, before, fs, (temporary) => {
			assertUnchanged(before, fs);
			fs.renameSync(temporary, path);
		});
	} catch (error) {
		throw fileErrorOf(error, 'replace', path);
	}
}

/**
 * Writes a file that is not there yet. What root writes belongs to whom its folder belongs to: a service's account must
 * be able to read what is written for it.
 * @throws FileError, `EEXIST` where it is
 */
export function createFile(
	path: string,
	content: Buffer,
	mode: number,
	fs: FileOperations = hostFiles,
): void {
	try {
		removeLeftovers(path, fs);
		const folder = fs.statSync(dirname(path));
		const { uid, gid } = ownUid() === 0 ? folder : { uid: -1, gid: -1 };
		writeBeside(path, content, { mode, uid, gid }, fs, (temporary) => {
			publishNew(temporary, path, fs);
		});
	} catch (error) {
		throw fileErrorOf(error, 'write', path);
	}
}

/** A byte-identical copy beside the file, with its owner, its mode not wider. @throws FileError */
export function backUp(
	{ path, bytes, ...rights }: FileState,
	backup: string,
	fs: FileOperations = hostFiles,
): void {
	try {
		writeBeside(backup, bytes, rights, fs, (temporary) => fs.renameSync(temporary, backup));
	} catch (error) {
		throw fileErrorOf(error, `back up ${shownPath(path)} as`, backup);
	}
}

/**
 * Replaces a file, with a copy of what it was beside it; the copy of a file that was not changed after all goes again,
 * but for one that was not written to its end and has nothing else to be mended from.
 * @throws FileError as `backUp` and `replaceFile` do
 */
export function replaceKeeping(
	before: FileState,
	content: Buffer,
	backup: string,
	fs: FileOperations = hostFiles,
): void {
	backUp(before, backup, fs);
	try {
		replaceFile(before, content, fs);
	} catch (error) {
		// One that cannot be removed is named by the next plan.
		if (!(error instanceof FileError) || error.failure.code !== 'torn') removeIfThere(backup, fs);
		throw error;
	}
}

/** Where the copy goes: beside the file, under the session's name, and nowhere that something stands already. */
export function backupPath(path: string, session: string, fs: FileOperations = hostFiles): string {
	for (let number = 1; ; number += 1) {
		const backup = `${path}.kbwizard-${session}${number === 1 ? '' : `-${number}`}.bak`;
		if (!isThere(backup, fs)) return backup;
	}
}

/** Copies that earlier sessions kept beside a file: their names. */
export function backupsBeside(path: string, fs: FileOperations = hostFiles): readonly string[] {
	try {
		const prefix = `${basename(path)}.kbwizard-`;
		return fs.readdirSync(dirname(path)).filter((name) => name.startsWith(prefix) && name.endsWith('.bak'));
	} catch {
		return [];
	}
}

/** With what a killed process left of it under its temporary name. @throws FileError */
export function removeFile(path: string, fs: FileOperations = hostFiles): void {
	try {
		removeLeftovers(path, fs);
		fs.unlinkSync(path);
		syncFolder(path, fs);
	} catch (error) {
		throw fileErrorOf(error, 'remove', path);
	}
}

/** The temporary file has its owner and mode, and is on the disk, before anybody can meet it under the real name. */
function writeBeside(
	path: string,
	content: Buffer,
	rights: Rights,
	fs: FileOperations,
	publish: (temporary: string) => void,
): void {
	const temporary = join(dirname(path), `.${basename(path)}.kbwizard-${randomBytes(6).toString('hex')}.tmp`);
	const handle = fs.openSync(temporary, 'wx', 0o600);
	try {
		try {
			fs.writeFileSync(handle, content);
			// The mode comes after the owner, who would otherwise clear bits of it.
			if (rights.uid >= 0 && platform() !== 'win32') fs.fchownSync(handle, rights.uid, rights.gid);
			fs.fchmodSync(handle, rights.mode);
			fs.fsyncSync(handle);
		} finally {
			fs.closeSync(handle);
		}
		publish(temporary);
	} catch (error) {
		removeIfThere(temporary, fs);
		throw error;
	}
	syncFolder(path, fs);
}

function writeInPlace({ path, bytes }: FileState, content: Buffer, fs: FileOperations): void {
	const write = (text: Buffer): void => {
		const handle = fs.openSync(path, 'r+');
		try {
			fs.writeFileSync(handle, text);
			fs.ftruncateSync(handle, text.length);
			fs.fsyncSync(handle);
		} finally {
			fs.closeSync(handle);
		}
	};
	try {
		write(content);
	} catch (error) {
		try {
			write(bytes);
		} catch {
			throw new FileError('torn', `${shownPath(path)} was not written to its end`, [
				'put the copy that lies beside it (….kbwizard-….bak) in its place',
			]);
		}
		throw error;
	}
}

function assertUnchanged({ path, sha256 }: FileState, fs: FileOperations): void {
	if (sha256Of(fs.readFileSync(path)) !== sha256)
		throw new FileError('file-changed', `${shownPath(path)} has been changed since it was read`, [
			'make a new plan',
		]);
}

/** File systems without hard links say it by one of these. */
const noLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Gives the temporary file its name, and never in the place of a file that somebody has made in between: a link is
 * refused where a rename would replace. Without hard links the name is taken first, by an empty file of our own.
 */
function publishNew(temporary: string, path: string, fs: FileOperations): void {
	try {
		fs.linkSync(temporary, path);
	} catch (error) {
		const code = systemCode(error) ?? '';
		if (code === 'EEXIST') throw alreadyThere(path);
		if (!noLinks.has(code)) throw error;
		takeName(path, fs);
		try {
			fs.renameSync(temporary, path);
		} catch (failed) {
			removeIfThere(path, fs);
			throw failed;
		}
		return;
	}
	removeIfThere(temporary, fs);
}

function takeName(path: string, fs: FileOperations): void {
	try {
		fs.closeSync(fs.openSync(path, 'wx', 0o600));
	} catch (error) {
		throw systemCode(error) === 'EEXIST' ? alreadyThere(path) : error;
	}
}

function alreadyThere(path: string): FileError {
	return new FileError('EEXIST', `${shownPath(path)} is there already`, ['make a new plan']);
}

/** What killed processes left beside the file, under its own name too. One that cannot be removed hurts nobody. */
function removeLeftovers(path: string, fs: FileOperations): void {
	const prefix = `.${basename(path)}.kbwizard-`;
	const folder = dirname(path);
	const old = Date.now() - leftoverAfterMs;
	const own = fs.lstatSync(path, { throwIfNoEntry: false });
	for (const name of fs.readdirSync(folder)) {
		if (!name.startsWith(prefix) || !leftoverName.test(name.slice(prefix.length))) continue;
		try {
			const file = join(folder, name);
			const { ino, dev, mtimeMs } = fs.lstatSync(file);
			// Published, and not yet without its first name: nobody is at work on it any more.
			const published = ino !== 0 && ino === own?.ino && dev === own.dev;
			if (published || mtimeMs < old) fs.unlinkSync(file);
		} catch {}
	}
}

function removeIfThere(path: string, fs: FileOperations): void {
	try {
		fs.unlinkSync(path);
	} catch {
		// It was renamed, or the disk takes no changes at all: the next run removes it.
	}
}

function isThere(path: string, fs: FileOperations): boolean {
	try {
		fs.lstatSync(path);
		return true;
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return false;
		throw error;
	}
}

/** Makes a rename survive a power cut. Where folders cannot be synced, old or new is what is found then. */
function syncFolder(path: string, fs: FileOperations): void {
	try {
		const folder = fs.openSync(dirname(path), 'r');
		try {
			fs.fsyncSync(folder);
		} finally {
			fs.closeSync(folder);
		}
	} catch {}
}
