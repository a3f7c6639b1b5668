import { type ConnectionSettings, resolveSettings } from '../../src/evidence/postgres/connection-settings.ts';

/** The settings of a URI, with nothing of this machine's own in them. */
export function settingsOf(uri: string): ConnectionSettings {
	return resolveSettings(
		{ conninfo: uri },
		{
			env: {},
			osUser: 'nobody',
			home: null,
			platform: process.platform,
			readFile: () => null,
			isFolder: () => false,
		},
	);
}
