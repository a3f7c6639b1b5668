import { existsSync } from 'node:fs';

/** What stands for “it is not on this machine”. */
export const notHere = 'none';

/** The files of a list with commas between; a path that is there as a whole is one. Empty: none is on this machine. */
export function configFiles(list: string): readonly string[] {
	const whole = list.trim();
	if (whole === '' || whole.toLowerCase() === notHere) return [];
	if (existsSync(whole)) return [whole];
	const files = whole.split(',').map((path) => path.trim());
	return [...new Set(files.filter((path) => path !== ''))];
}
