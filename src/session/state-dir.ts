/** Where the program keeps what must outlive it. */
import { posix, win32 } from 'node:path';

export type StateDirInput = {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** As `process.platform`. */
	readonly platform: string;
	readonly home: string;
};

/**
 * The folder for state: `$XDG_STATE_HOME/kbwizard` on any platform, else the platform's own place. A relative
 * XDG_STATE_HOME is ignored, as the XDG base directory specification wants. Nothing is created.
 */
export function stateDir({ env, platform, home }: StateDirInput): string {
	const path = platform === 'win32' ? win32 : posix;
	const xdg = env.XDG_STATE_HOME;
	if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, 'kbwizard');
	switch (platform) {
		case 'win32':
			return path.join(env.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'kbwizard');
		case 'darwin':
			return path.join(home, 'Library', 'Application Support', 'kbwizard');
		default:
			return path.join(home, '.local', 'state', 'kbwizard');
	}
}
