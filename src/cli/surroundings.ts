/** What libpq's rules are applied to: environment, home, files. */
import { readFileSync, statSync } from 'node:fs';
import type { FileRead, Surroundings } from '../evidence/postgres/surroundings.ts';
import type { World } from './world.ts';

function readFile(path: string, platform: string): FileRead | null {
	try {
		const { mode } = statSync(path);
		return { text: readFileSync(path, 'utf8'), mode: platform === 'win32' ? null : mode & 0o777 };
	} catch {
		// To libpq a file that cannot be read is one that is not there.
		return null;
	}
}

function isFolder(path: string): boolean {
	try {
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
}

export function surroundingsOf({ env, user, home, platform }: World): Surroundings {
	return { env, osUser: user, home, platform, readFile: (path) => readFile(path, platform), isFolder };
}
