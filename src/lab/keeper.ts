/**
 * The keeper: a process that owns one server and its folder, and ends both when its owner is gone, however the
 * owner went. An entry of the bundle; started by `forkEntry('keeper')`.
 */
import { isKeeperRequest, type KeeperAnswer, type KeeperRequest } from './keeper-protocol.ts';
import { createPostmaster, type Postmaster } from './postmaster.ts';

let postmaster: Postmaster | null = null;
/** One thing after the other: an end that comes during the start waits for it. */
let latest: Promise<void> = Promise.resolve();
let ending = false;

async function serve(request: KeeperRequest): Promise<KeeperAnswer> {
	switch (request.type) {
		case 'create':
			postmaster ??= await createPostmaster(request.spec, {
				environment: process.env,
				isWindows: process.platform === 'win32',
				kill: (pid, signal) => process.kill(pid, signal),
			});
			return { ok: true, created: postmaster.created };
		case 'start':
			await postmaster?.start();
			return { ok: true, created: null };
		case 'shut down':
			await postmaster?.shutDown(request.mode, request.wait);
			return { ok: true, created: null };
		case 'end':
			await postmaster?.end();
			return { ok: true, created: null };
	}
}

function answer(message: KeeperAnswer): Promise<void> {
	return new Promise((resolve) => {
		// Nobody to answer to is the case that this process exists for.
		if (process.send === undefined || !process.connected) resolve();
		else process.send(message, undefined, undefined, () => resolve());
	});
}

function take(request: KeeperRequest): void {
	latest = latest.then(async () => {
		if (ending) return;
		ending = request.type === 'end';
		try {
			await answer(await serve(request));
		} catch (error) {
			await answer({ ok: false, message: error instanceof Error ? error.message : String(error) });
		}
		if (ending) process.exit();
	});
}

process.on('message', (message) => {
	if (isKeeperRequest(message)) take(message);
});
process.once('disconnect', () => take({ type: 'end' }));
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => take({ type: 'end' }));
