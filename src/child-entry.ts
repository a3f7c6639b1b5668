/**
 * Programs of our own that run beside the wizard and outlive it for a moment: each is an entry of the bundle, and
 * a file of the source tree.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where each entry stands in the source tree, relative to this file. */
const sources = {
	guardian: 'fixes/guardian.ts',
	restarter: 'fixes/restart/restarter.ts',
	keeper: 'lab/keeper.ts',
	crowd: 'lab/crowd.ts',
} as const;

export type ChildEntryName = keyof typeof sources;

/**
 * The file to run for a child process: beside the running bundle (`dist/keeper.js`), or in the source tree, which a
 * Node that strips types runs as it is.
 */
export function childEntry(name: ChildEntryName): string {
	const here = fileURLToPath(import.meta.url);
	return extname(here) === '.ts' ? join(dirname(here), sources[name]) : join(dirname(here), `${name}.js`);
}

/**
 * Starts an entry as a process of its own: its own session (a Ctrl-C in the terminal does not reach it), no streams
 * of ours, only a message channel. The channel closes when this process ends, however it ends; the entry notices by
 * its `disconnect` event. It does not keep this process alive: hold `child.channel.ref()` while an answer is due.
 */
export function forkEntry(name: ChildEntryName): ChildProcess {
	const child = fork(childEntry(name), [], {
		detached: true,
		execArgv: [],
		serialization: 'json',
		stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
		windowsHide: true,
	});
	child.unref();
	child.channel?.unref();
	return child;
}
