/** The other end of a keeper: hands it requests and waits for its answers. */
import type { ChildProcess } from 'node:child_process';
import { forkEntry } from '../child-entry.ts';
import { type Created, isKeeperAnswer, type KeeperRequest, type ServerSpec } from './keeper-protocol.ts';
import { LabError } from './lab-error.ts';

/** One keeper, asked one thing at a time. */
export type KeeperClient = {
	/** Makes the server and starts it. @throws LabError, and the keeper is gone */
	create(spec: ServerSpec): Promise<Created>;
	/** @throws LabError with the end of the server's log. */
	ask(request: KeeperRequest): Promise<void>;
	/** Resolves when the server, its folder and the keeper are gone; at once when they are already. */
	end(): Promise<void>;
};

/** Starts the process; it ends, and its server with it, when this one does. */
export function startKeeper(): KeeperClient {
	const child: ChildProcess = forkEntry('keeper');
	const hint = [
		'Try again; if it stays so, start the server by hand from the folder of its programs to see why.',
	];
	let latest: Promise<unknown> = Promise.resolve();
	let ended: Promise<void> | null = null;
	// A process that could not be made is noticed as one that has ended.
	child.on('error', () => undefined);

	function exchange(request: KeeperRequest): Promise<Created | null> {
		return new Promise((resolve, reject) => {
			const settle = () => {
				child.off('message', onMessage).off('exit', onExit).off('error', onExit);
				child.channel?.unref();
				child.unref();
			};
			const onExit = () => {
				settle();
				if (request.type === 'end') resolve(null);
				else
					reject(
						new LabError('The process that keeps the lab server has ended, and the server with it.', hint),
					);
			};
			const onMessage = (message: unknown) => {
				if (!isKeeperAnswer(message)) return;
				// Its end is its exit: until then its folder may still be there.
				if (message.ok && request.type === 'end') return;
				settle();
				if (message.ok) resolve(message.created);
				else reject(new LabError(message.message, hint));
			};
			if (child.exitCode !== null || child.signalCode !== null || !child.connected) return onExit();
			child.on('message', onMessage).once('exit', onExit).once('error', onExit);
			child.ref();
			child.channel?.ref();
			child.send(request);
		});
	}

	/** One request at a time, so that an answer needs no number. */
	function queued(request: KeeperRequest): Promise<Created | null> {
		const next = latest.then(() => exchange(request));
		latest = next.catch(() => undefined);
		return next;
	}

	return {
		async create(spec) {
			try {
				const created = await queued({ type: 'create', spec });
				if (created !== null) return created;
				throw new LabError('The process that keeps the lab server did not say where it is.', hint);
			} catch (error) {
				if (child.connected) child.disconnect();
				throw error;
			}
		},
		async ask(request) {
			await queued(request);
		},
		end() {
			ended ??= queued({ type: 'end' }).then(() => undefined);
			return ended;
		},
	};
}
