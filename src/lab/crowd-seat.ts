/** One connection of a crowd: opened, used, lost, opened again. */
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { createLabClient, socketFrom } from './client.ts';
import type { CrowdMember } from './crowd-protocol.ts';

const backoff = { firstMs: 60, mostMs: 1_500 } as const;

export type CrowdCounts = { held: number; refused: number };

export type SeatContext = {
	readonly signal: AbortSignal;
	/** Whether this seat shall (still) have a connection; asked before every attempt. */
	readonly wanted: () => boolean;
	/** Opens one connection when it is its turn: an application opens a few at a time, not a hundred. */
	readonly inTurn: <T>(open: () => Promise<T>) => Promise<T>;
	readonly counts: CrowdCounts;
	readonly changed: () => void;
};

/** What is done on a connection; ends when it is lost or has done its work. `drop` closes it without a word. */
export type SeatWork = (client: pg.Client, lost: Promise<void>, drop: () => void) => Promise<void>;

/** Keeps one seat until it is not wanted any more. Refusals are waited out, with jitter. */
export async function keepSeat(member: CrowdMember, work: SeatWork, context: SeatContext): Promise<void> {
	const { signal, wanted, inTurn, counts, changed } = context;
	const always = member.kind === 'sessions' ? member.retriesEveryMs : null;
	let delayMs: number = always ?? backoff.firstMs;
	while (!signal.aborted && wanted()) {
		const socket = socketFrom(member.from);
		const client = createLabClient(member.uri, {
			socket,
			...(member.kind === 'sessions' && member.applicationName !== null
				? { applicationName: member.applicationName }
				: {}),
		});
		// Not `once`: it fails on the error that the server's parting words are.
		const lost = new Promise<void>((resolve) => client.once('end', () => resolve()));
		try {
			// Its turn may come long after it was asked for.
			const connected = await inTurn(async () => {
				if (signal.aborted || !wanted()) return false;
				await client.connect();
				return true;
			});
			if (!connected) return;
		} catch {
			counts.refused += 1;
			changed();
			await pause(delayMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
			delayMs = always ?? Math.min(delayMs * 2, backoff.mostMs);
			continue;
		}
		delayMs = always ?? backoff.firstMs;
		counts.held += 1;
		changed();
		const close = () => void client.end().catch(() => undefined);
		signal.addEventListener('abort', close, { once: true });
		try {
			await work(client, lost, () => socket.destroy());
		} catch {
			// Cut off, or its statement was cancelled: either way this connection's work is over.
		} finally {
			signal.removeEventListener('abort', close);
			await client.end().catch(() => undefined);
			counts.held -= 1;
			changed();
		}
	}
}
