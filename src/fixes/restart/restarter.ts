/**
 * The restarter: a process that outlives the wizard for as long as a restart takes. What has been stopped is started
 * again, whatever becomes of the wizard meanwhile (kill -9 included). An entry of the bundle; started by
 * `forkEntry('restarter')`.
 */
import { isOrders, type RestarterAnswer } from './orders.ts';
import { restartServer } from './sequence.ts';

let latest: Promise<void> = Promise.resolve();

function tell(message: RestarterAnswer): void {
	// Nobody to tell is the case that this process exists for.
	if (process.send !== undefined && process.connected)
		process.send(message, undefined, undefined, () => undefined);
}

process.on('message', (message) => {
	if (!isOrders(message)) return;
	latest = latest.then(async () => {
		const result = await restartServer(message, (text) => tell({ type: 'progress', text }));
		tell({ type: 'result', result });
	});
});
process.once('disconnect', () => void latest.finally(() => process.exit()));
// A Ctrl-C is the wizard's to deal with; a server that is stopped is started whoever asks us to end.
for (const name of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(name, () => undefined);
