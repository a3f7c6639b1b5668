/** A pool of plain clients that comes back as soon as it is cut off, as a connection pool under load does. */
import pg from 'pg';
import { until } from '../helpers/postgres.ts';

export type Pool = {
	/** Connections it holds now. */
	held(): number;
	/** Logins that were refused, by SQLSTATE. */
	readonly refused: Map<string, number>;
	/** How many it wants from now on. */
	want(size: number): void;
	end(): Promise<void>;
};

export async function reconnectingPool(uri: string, size: number, retryMs = 20): Promise<Pool> {
	const clients = new Set<pg.Client>();
	const refused = new Map<string, number>();
	let wanted = size;
	let ended = false;

	async function keepOne(): Promise<void> {
		while (!ended) {
			if (clients.size >= wanted) {
				await pause();
				continue;
			}
			const client = new pg.Client({ connectionString: uri });
			clients.add(client);
			const gone = new Promise<void>((resolve) => client.once('end', () => resolve()));
			client.on('error', () => undefined);
			try {
				await client.connect();
				await gone;
			} catch (error) {
				const code = error instanceof Error && 'code' in error ? String(error.code) : 'none';
				refused.set(code, (refused.get(code) ?? 0) + 1);
				await client.end().catch(() => undefined);
			}
			clients.delete(client);
			await pause();
		}
	}
	const pause = () => new Promise((resolve) => setTimeout(resolve, retryMs));

	const loops = Array.from({ length: size }, keepOne);
	const pool: Pool = {
		held: () => [...clients].filter((client) => 'processID' in client && client.processID !== null).length,
		refused,
		want(count) {
			wanted = count;
		},
		async end() {
			ended = true;
			await Promise.all([...clients].map((client) => client.end().catch(() => undefined)));
			await Promise.all(loops);
		},
	};
	await until(() => pool.held() >= size, { what: `a pool of ${size}` });
	return pool;
}
