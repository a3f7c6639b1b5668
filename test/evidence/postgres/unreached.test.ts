/** What stands in the way before PostgreSQL has a say. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { attemptSession } from '../../../src/evidence/postgres/attempt.ts';
import { resolveSettings } from '../../../src/evidence/postgres/connection-settings.ts';
import type { Attempt } from '../../../src/evidence/postgres/postgres.ts';
import { errorResponse, type FakeServer, fakeServer, int32, message } from './fake-server.ts';
import { machine } from './surroundings.ts';

const servers: FakeServer[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});

async function listening(converse: (socket: Socket) => void): Promise<number> {
	const server = await fakeServer(converse);
	servers.push(server);
	return server.port;
}

async function attemptAt(conninfo: string, connectTimeoutMs = 5_000): Promise<Attempt> {
	const settings = resolveSettings(
		{ conninfo: `dbname=openiz password=hunter2 ${conninfo}`, connectTimeoutMs },
		machine(),
	);
	const { attempt, session } = await attemptSession(settings, { clock: () => new Date() });
	expect(session).toBeNull();
	expect(attempt.failure?.message).toMatch(/\w/);
	expect(JSON.stringify(attempt)).not.toContain('hunter2');
	return attempt;
}

const at = (port: number, more = '') => `host=127.0.0.1 port=${port} ${more}`;

describe('the way there', () => {
	it('refused: nothing listens on the port', async () => {
		const server = await fakeServer(() => undefined);
		await server.close();
		const attempt = await attemptAt(at(server.port));
		expect(attempt).toMatchObject({ verdict: 'refused', failure: { code: 'ECONNREFUSED', layer: 'tcp' } });
		expect(attempt.failure?.next.length).toBeGreaterThan(0);
	});

	it('refused: there is no socket in the folder', async () => {
		const attempt = await attemptAt('host=/nowhere-at-all');
		expect(attempt).toMatchObject({ verdict: 'refused', failure: { code: 'ENOENT' } });
		expect(attempt.failure?.message).toContain('/nowhere-at-all/.s.PGSQL.5432');
	});

	it('no such name', async () => {
		const attempt = await attemptAt('host=no-such-name.invalid');
		expect(attempt).toMatchObject({ verdict: 'no such name', failure: { layer: 'dns' } });
		expect(attempt.failure?.message).toContain('no-such-name.invalid');
	});

	it('no answer: packets are swallowed', async () => {
		// A stopped process whose queue of connections is full: the kernel drops what comes then.
		const program = `const s = require('node:net').createServer().listen(0, '127.0.0.1', 1, () => console.log(s.address().port))`;
		const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
		const fillers: Socket[] = [];
		try {
			const [line] = await once(child.stdout, 'data');
			const port = Number(String(line));
			child.kill('SIGSTOP');
			for (let taken = 0; taken < 8; taken += 1) {
				const socket = connect({ host: '127.0.0.1', port });
				socket.on('error', () => undefined);
				fillers.push(socket);
				const outcome = await Promise.race([
					once(socket, 'connect').then(() => 'connected' as const),
					new Promise<'stuck'>((resolve) => setTimeout(resolve, 300, 'stuck')),
				]);
				if (outcome === 'stuck') break;
			}
			const attempt = await attemptAt(at(port), 400);
			expect(attempt).toMatchObject({ verdict: 'no answer', failure: { code: 'timeout', layer: 'tcp' } });
			expect(attempt.durationMs).toBeLessThan(3_000);
		} finally {
			for (const socket of fillers) socket.destroy();
			child.kill('SIGKILL');
		}
	});

	it('goes on to the next host, and tells of the one that got farthest', async () => {
		const silent = await listening(() => undefined);
		const attempt = await attemptAt(`host=127.0.0.1,no-such-name.invalid port=${silent},5432`, 800);
		expect(attempt).toMatchObject({ verdict: 'silent', facts: { host: '127.0.0.1', port: silent } });
	});
});

describe('what answers, or does not', () => {
	it.each(['prefer', 'disable'])('silent: accepts and says nothing (sslmode=%s)', async (sslmode) => {
		const port = await listening(() => undefined);
		const attempt = await attemptAt(at(port, `sslmode=${sslmode}`), 300);
		expect(attempt).toMatchObject({
			verdict: 'silent',
			failure: { code: 'timeout', layer: sslmode === 'prefer' ? 'tls' : 'startup' },
		});
		expect(attempt.timings.map(({ layer }) => layer).slice(0, 2)).toEqual(['dns', 'tcp']);
	});

	it.each(['prefer', 'disable'])('silent: closes without a word (sslmode=%s)', async (sslmode) => {
		const port = await listening((socket) => socket.on('data', () => socket.destroy()));
		const attempt = await attemptAt(at(port, `sslmode=${sslmode}`));
		expect(attempt.verdict).toBe('silent');
	});

	it.each(['prefer', 'disable'])('could not fork: plain text after an E (sslmode=%s)', async (sslmode) => {
		const port = await listening((socket) =>
			socket.once('data', () =>
				socket.end('Ecould not fork new process for connection: Resource temporarily unavailable\n\0'),
			),
		);
		const attempt = await attemptAt(at(port, `sslmode=${sslmode}`));
		expect(attempt).toMatchObject({ verdict: 'could not fork', failure: { code: 'could-not-fork' } });
		expect(attempt.failure?.message).toContain('Resource temporarily unavailable');
	});

	it('otherwise: something else listens there', async () => {
		const port = await listening((socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n'));
		const attempt = await attemptAt(at(port));
		expect(attempt).toMatchObject({ verdict: 'otherwise', failure: { code: 'not-postgresql' } });
	});

	it('refuses what was slipped in behind the answer to the SSLRequest', async () => {
		const port = await listening((socket) => socket.once('data', () => socket.write('Sinjected')));
		expect((await attemptAt(at(port))).verdict).toBe('otherwise');
	});

	it.each([
		['no more connections allowed (max_client_conn)', 'pooler refused'],
		['query_wait_timeout', 'pooler refused'],
		['server login has been failing, cached error: connect failed', 'pooler refused'],
		['server login has been failing, cached error: FATAL: sorry, too many clients already', 'no slot at all'],
		['too many connections for role "ims"', 'role limit'],
		['database "openiz" is not currently accepting connections', 'database closed'],
		['database "openis" does not exist', 'otherwise'],
		['unsupported startup parameter: extra_float_digits', 'otherwise'],
		['SASL authentication failed', 'credentials refused'],
	])('a pooler says "%s": %s', async (text, verdict) => {
		const port = await listening((socket) =>
			socket.once('data', () => socket.end(errorResponse({ S: 'FATAL', C: '08P01', M: text }))),
		);
		const attempt = await attemptAt(at(port, 'sslmode=disable'));
		expect(attempt).toMatchObject({ verdict, failure: { code: '08P01', routine: null } });
		expect(attempt.failure?.message).toContain(text);
	});

	it.each([2, 7, 9, 4711])(
		'credentials refused: a login of kind %i, which the driver does not know',
		async (kind) => {
			const port = await listening((socket) =>
				socket.once('data', () => socket.write(message('R', int32(kind)))),
			);
			const attempt = await attemptAt(at(port, 'sslmode=disable'));
			expect(attempt).toMatchObject({
				verdict: 'credentials refused',
				failure: { code: 'authentication-method', layer: 'authentication' },
			});
		},
	);

	it('sends no password in a way that require_auth rules out', async () => {
		let received = '';
		const port = await listening((socket) => {
			socket.on('data', (chunk) => {
				received += chunk.toString('latin1');
			});
			socket.once('data', () => socket.write(message('R', int32(3))));
		});
		const attempt = await attemptAt(at(port, 'sslmode=disable require_auth=scram-sha-256'));
		expect(attempt.verdict).toBe('credentials refused');
		expect(received).not.toContain('hunter2');
	});

	it('makes terminal sequences and secrets of a server harmless', async () => {
		const port = await listening((socket) =>
			socket.once('data', () =>
				socket.end(errorResponse({ S: 'FATAL', C: 'XX000', M: '\x1b[31mred\x07 password=topsecret' })),
			),
		);
		const attempt = await attemptAt(at(port, 'sslmode=disable'));
		expect(attempt.verdict).toBe('otherwise');
		expect(attempt.failure?.message).toContain('red');
		expect(attempt.failure?.message).not.toMatch(/\x1b|\x07|topsecret/);
	});

	it('survives whatever bytes it is sent', async () => {
		let reply: Buffer = Buffer.alloc(0);
		const port = await listening((socket) => socket.once('data', () => socket.end(reply)));
		const lengthened = fc
			.tuple(
				fc.constantFrom('R', 'S', 'K', 'Z', 'E', 'T', 'D', 'N', 'v', 'A'),
				fc.uint8Array({ maxLength: 40 }),
			)
			.map(([type, body]) => message(type, Buffer.from(body)));
		const bytes = fc.oneof(
			fc.uint8Array({ maxLength: 60 }).map((each) => Buffer.from(each)),
			fc.array(lengthened, { maxLength: 4 }).map((each) => Buffer.concat(each)),
		);
		await fc.assert(
			fc.asyncProperty(bytes, async (each) => {
				reply = each;
				const attempt = await attemptAt(at(port, 'sslmode=disable'), 300);
				expect(attempt.failure).not.toBeNull();
			}),
			{ numRuns: 150, seed: 8 },
		);
	});
});

it('is given up when the signal says so, and leaves no socket open', async () => {
	let open = 0;
	const port = await listening((socket) => {
		open += 1;
		socket.on('close', () => {
			open -= 1;
		});
		socket.resume();
		stop.abort();
	});
	const stop = new AbortController();
	const settings = resolveSettings({ conninfo: at(port) }, machine());
	await expect(attemptSession(settings, { clock: () => new Date(), signal: stop.signal })).rejects.toThrow();
	await expect.poll(() => open).toBe(0);
});
