/** What settings are looked up in; passed in, so that nothing here reads the process. */
export type Surroundings = {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Null: it could not be found out. */
	readonly osUser: string | null;
	/** Null: there is none. */
	readonly home: string | null;
	readonly platform: NodeJS.Platform;
	/** Null: no such file, or it cannot be read. */
	readonly readFile: (path: string) => FileRead | null;
	readonly isFolder: (path: string) => boolean;
};

export type FileRead = {
	readonly text: string;
	/** Permission bits; null: the platform has none. */
	readonly mode: number | null;
};

/** Where libpq looks for its files: `~/.postgresql` and the like. Null: there is no home. */
export function libpqFolder(surroundings: Surroundings): string | null {
	if (surroundings.platform === 'win32') {
		const base = surroundings.env.APPDATA;
		return base === undefined || base === '' ? null : `${base}\\postgresql`;
	}
	return surroundings.home === null ? null : `${surroundings.home}/.postgresql`;
}

/** A file of libpq's that lies in the home folder itself, but for Windows. */
export function homeFile(surroundings: Surroundings, unixName: string, windowsName: string): string | null {
	if (surroundings.platform === 'win32') {
		const folder = libpqFolder(surroundings);
		return folder === null ? null : `${folder}\\${windowsName}`;
	}
	return surroundings.home === null ? null : `${surroundings.home}/${unixName}`;
}
