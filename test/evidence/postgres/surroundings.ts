import type { ConnectionSettings } from '../../../src/evidence/postgres/connection-settings.ts';
import { resolveSettings } from '../../../src/evidence/postgres/connection-settings.ts';
import type { FileRead, Surroundings } from '../../../src/evidence/postgres/surroundings.ts';

export type FakeFile = string | FileRead;

/** A machine with nothing on it but what is given. */
export function machine({
	files = {},
	folders = [],
	...rest
}: Partial<Omit<Surroundings, 'readFile' | 'isFolder'>> & {
	readonly files?: Readonly<Record<string, FakeFile>>;
	readonly folders?: readonly string[];
} = {}): Surroundings {
	return {
		env: {},
		osUser: 'ada',
		home: '/home/ada',
		platform: 'linux',
		readFile: (path) => {
			const file = files[path];
			return typeof file === 'string' ? { text: file, mode: 0o600 } : (file ?? null);
		},
		isFolder: (path) => folders.includes(path),
		...rest,
	};
}

/** Settings for a connection string, on such a machine. */
export function settingsFor(
	conninfo: string,
	files: Readonly<Record<string, FakeFile>> = {},
): ConnectionSettings {
	return resolveSettings({ conninfo }, machine({ files }));
}
