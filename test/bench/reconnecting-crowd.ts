/**
 * The crowd of `waiting.ts`, as a process of its own: so many clients, each of which holds its session for a while, then
 * comes back, and tries again after so many milliseconds where it is refused. Told by arguments: URI, clients, backoff, and
 * the mean time that a session is held.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const [uri = '', clients = '0', backoff = '0', heldFor = '0'] = process.argv.slice(2);

async function one(): Promise<void> {
	for (;;) {
		const client = new pg.Client({ connectionString: uri, application_name: 'crowd' });
		client.on('error', () => undefined);
		try {
			await client.connect();
		} catch {
			await client.end().catch(() => undefined);
			await delay(Number(backoff));
			continue;
		}
		// Each leaves at its own time, at any moment as likely as at any other.
		await delay(-Math.log(1 - Math.random()) * Number(heldFor));
		await client.end().catch(() => undefined);
	}
}

for (let client = 0; client < Number(clients); client += 1) void one();
