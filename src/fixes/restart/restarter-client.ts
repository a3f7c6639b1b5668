/** The wizard's end of the process that restarts the server. */
import { forkEntry } from '../../child-entry.ts';
import type { OnProgress } from '../fixer.ts';
import { isAnswer, type RestartOrders, type RestartResult } from './orders.ts';

/**
 * Has the server restarted by a process of its own, which comes to its end even if this one does not.
 * @throws Error when that process is gone: then it is not known how far it came
 */
export function restartBy(orders: RestartOrders, onProgress: OnProgress): Promise<RestartResult> {
	return new Promise((resolve, reject) => {
		const child = forkEntry('restarter');
		child.ref();
		child.channel?.ref();
		const settle = () => {
			child.off('message', onMessage).off('exit', onExit).off('error', onExit);
			child.on('error', () => undefined);
			if (child.connected) child.disconnect();
			child.unref();
		};
		const onExit = () => {
			settle();
			reject(new Error('the process that restarts the server has ended before it said what became of it'));
		};
		const onMessage = (message: unknown) => {
			if (!isAnswer(message)) return;
			if (message.type === 'progress') onProgress(message.text);
			else {
				settle();
				resolve(message.result);
			}
		};
		child.on('message', onMessage).once('exit', onExit).once('error', onExit);
		child.send(orders, (error) => {
			if (error !== null) onExit();
		});
	});
}
