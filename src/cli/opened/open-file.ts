/** A file that is named on the command line, whatever it is: found out by what is in it. */
import { readFile, stat } from 'node:fs/promises';
import { BundleError } from '../../evidence/bundle/bundle-error.ts';
import { longestBundle } from '../../evidence/bundle/file-text.ts';
import { systemCode } from '../../system-code.ts';
import { ExpectedError } from '../errors.ts';
import { exitStatus } from '../exit-status.ts';
import type { World } from '../world.ts';
import { openBundle } from './open-bundle.ts';
import { openDiagnosis } from './open-diagnosis.ts';
import { openJournalFile } from './open-journal-file.ts';
import type { Opened } from './opened.ts';

export type FileToOpen = {
	/** As given. */
	readonly path: string;
	readonly bytes: Buffer;
	/** When it was last written, ISO 8601. */
	readonly writtenAt: string;
	/** ARTICLE as given; null: the file says it. */
	readonly article: string | null;
	/** Files that the user trusts, by their text. */
	readonly trust: readonly string[];
};

/** @throws ExpectedError: 65 where it cannot be used, 64 where its article is not there */
export async function openFile(
	path: string,
	{ article, trust }: Pick<FileToOpen, 'article' | 'trust'>,
	world: World,
): Promise<Opened> {
	try {
		const { size, mtime, isFile } = await lookAt(path);
		if (!isFile) throw new BundleError('not-a-file', 'it is not a file', ['name the file itself']);
		if (size > longestBundle) {
			throw new BundleError('too-large', 'it is larger than any bundle', [
				'name the file that the script of kbwizard collect wrote',
			]);
		}
		const file = { path, bytes: await readFile(path), writtenAt: mtime, article, trust };
		// One line of JSON may be either; a bundle never begins like that.
		if (/^(?:\xef\xbb\xbf)?\s*\{/.test(file.bytes.subarray(0, 100).toString('latin1')))
			return (await openDiagnosis(file, world)) ?? (await openJournalFile(file, world));
		return await openBundle(file, world);
	} catch (error) {
		if (error instanceof BundleError) throw unreadable(path, error.code, error.message, error.next);
		const code = systemCode(error);
		if (code === null || error instanceof ExpectedError) throw error;
		throw unreadable(path, code, code === 'ENOENT' ? 'there is no such file' : code, ['look at the path']);
	}
}

function unreadable(path: string, code: string, why: string, next: readonly string[]): ExpectedError {
	return new ExpectedError(code, `could not open ${path}: ${why}`, next, exitStatus.badData);
}

async function lookAt(path: string) {
	const found = await stat(path);
	return { size: found.size, mtime: found.mtime.toISOString(), isFile: found.isFile() };
}
