import { existsSync, realpathSync } from 'node:fs';

/** What stands for “it is not on this machine”. */
export const notHere = 'none';

/** The files of a list with commas between; a path that is there as a whole is one. Empty: none is on this machine. */
export function configFiles(list: string): readonly string[] {
	const whole = list.trim();
	if (whole === '' || whole.toLowerCase() === notHere) return [];
	if (existsSync(whole)) return [whole];
	const files = whole.split(',').map((path) => path.trim());
	return distinctFiles(files.filter((path) => path !== ''));
}

/** Each file once, by the first of its names: one file is one instance, however often and by whatever link it is given. */
export function distinctFiles(paths: readonly string[]): readonly string[] {
	const byFile = new Map<string, string>();
	for (const path of paths) {
		const file = fileAt(path);
		if (!byFile.has(file)) byFile.set(file, path);
	}
	return [...byFile.values()];
}

function fileAt(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		// What is the matter with it is told by whoever reads it.
		return path;
	}
}
