/** What a real server's processes and sockets say, without a session and with one. */
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { platform } from 'node:os';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../../src/article/article.ts';
import { listLinux } from '../../../src/evidence/host/linux-listing.ts';
import type { ListHost } from '../../../src/evidence/host/listing.ts';
import { serverLook } from '../../../src/evidence/host/look-at-server.ts';
import { createProcessesSource } from '../../../src/evidence/host/observe-processes.ts';
import { createKeeper, type PostgresKeeper } from '../../../src/evidence/postgres/keeper.ts';
import type { Facts, Observation } from '../../../src/machine/ports.ts';
import { answer, asBefore, kb008 } from '../../content/kb008.ts';
import { settingsOf } from '../../fixes/settings.ts';
import { connect, describeOn, holdSlots, query, testMajors, until } from '../../helpers/postgres.ts';
import { releasedAfterEach } from '../../helpers/released.ts';
import { sayNothing, stallLogin } from './silent-login.ts';

const onLinux = platform() === 'linux';
if (!onLinux) console.error('SKIPPED: processes of a real server are looked at on Linux only.');
if (!onLinux && process.env.CI === 'true') throw new Error('processes are looked at on Linux only');

const { atEnd } = releasedAfterEach();

const articles = kb008().checks;
const processes: Check | undefined = articles.find(({ id }) => id === 'what-do-the-processes-show');
const logins = articles.find(({ id }) => id === 'are-slots-held-by-sessions-still-logging-in');

const list: ListHost = (_, signal) => listLinux('/proc', signal);
/** As somebody who is neither root nor the server's own user sees it. */
const ordinaryList: ListHost = async (port, signal) => ({
	...(await list(port, signal)),
	socketsOf: () => null,
	isApart: () => null,
	ownerOf: () => null,
});

function looking(
	uri: string,
	how: ListHost = list,
): { readonly keeper: PostgresKeeper; observe(facts?: Facts): Promise<Observation> } {
	const settings = settingsOf(uri);
	const keeper = createKeeper(settings);
	atEnd(keeper, () => keeper.close());
	const source = createProcessesSource({
		keeper,
		look: serverLook(keeper, settings, how),
		maxRows: 100,
		clock: () => new Date(),
		againMs: 100,
	});
	return {
		keeper,
		async observe(facts = {}) {
			if (processes === undefined) throw new Error('KB008 has no check of the processes');
			return source({ check: processes, facts }, new AbortController().signal);
		},
	};
}

const options = {
	auth: 'scram' as const,
	settings: { max_connections: 10, superuser_reserved_connections: 3 },
	databases: ['openiz'],
	roles: [
		{ name: 'ims', password: 'ims-pw' },
		{ name: 'stranger', password: 'stranger-pw' },
	],
};

describe.runIf(onLinux)('on the server’s own host', () => {
	describeOn(testMajors, 'the processes', options, (server, major) => {
		const ims = () => server().uri({ user: 'ims', database: 'openiz' });

		async function stalled(count: number): Promise<void> {
			const wait = { user: 'ims', database: 'openiz' };
			const sockets = await Promise.all(Array.from({ length: count }, () => stallLogin(server().port, wait)));
			atEnd(sockets, () => hungUp(sockets));
		}

		/** Their slots are free again. */
		async function hungUp(sockets: readonly Socket[]): Promise<void> {
			for (const socket of sockets) socket.destroy();
			await until(() => connect(server().superuser).then((client) => client.end().then(() => true)), {
				what: 'a slot',
			});
		}

		async function held(count: number, uri = ims()): Promise<readonly pg.Client[]> {
			const slots = await holdSlots(count, uri, '');
			return atEnd(slots, async () => {
				await query(
					server().superuser,
					"select pg_terminate_backend(pid) from pg_stat_activity where usename in ('ims', 'stranger')",
				);
				await slots.release();
			}).clients;
		}

		it('shows logins that stall where not even a superuser gets in', async () => {
			await stalled(10);
			const silent = await sayNothing(server().port);
			atEnd(silent, async () => silent.destroy());
			const { keeper, observe } = looking(server().superuser);
			expect((await keeper.attempt()).verdict).toBe('no slot at all');
			const seen = await until(
				async () => {
					const found = await observe();
					return found.kind === 'verdict' && found.facts.logins_stalled === 10 ? found : null;
				},
				{ what: 'logins that are two seconds old' },
			);
			expect(seen).toMatchObject({
				verdict: 'stalled logins',
				source: 'host',
				facts: {
					slots_held: 10,
					slots_in_words: '10',
					logins_stalled: 10,
					logged_in_processes: 0,
					most_held_by: 'ims on openiz from 127.0.0.1 (10)',
				},
				rows: [{ sessions: 10, role: 'ims', database: 'openiz', client: '127.0.0.1', state: 'logging in' }],
			});
			// The same without the right to look into anybody's files.
			expect(await looking(server().superuser, ordinaryList).observe()).toMatchObject({
				verdict: 'stalled logins',
				facts: { slots_held: 10 },
			});
		});

		it('says who holds the slots, and counts no connection that has said nothing', async () => {
			await held(5);
			await held(2, server().uri({ user: 'stranger', database: 'postgres', socket: true }));
			const silent = await sayNothing(server().port);
			atEnd(silent, async () => silent.destroy());
			const { keeper, observe } = looking(ims());
			expect((await keeper.attempt()).verdict).toBe('ordinary slots gone');
			const found = await until(
				async () => {
					const each = await observe();
					return each.kind === 'verdict' && each.facts.connections_silent === 1 ? each : null;
				},
				{ what: 'the silent one’s process' },
			);
			expect(found).toMatchObject({
				verdict: 'slots held',
				facts: {
					slots_held: 7,
					processes_idle: 7,
					most_held_by: 'ims on openiz from 127.0.0.1 (5)',
					not_shown: '; of 2 on the Unix socket it cannot be seen whether their clients are still there',
				},
				rows: [
					{ sessions: 5, role: 'ims', database: 'openiz', client: '127.0.0.1', clients_gone: 0 },
					{ sessions: 2, role: 'stranger', database: 'postgres', client: 'local' },
				],
			});
		});

		it('sees by the sockets that clients have given up on their queries', async () => {
			const clients = await held(4);
			for (const client of clients) client.query('select pg_sleep(600)').catch(() => undefined);
			const { observe } = looking(ims(), ordinaryList);
			const found = await until(
				async () => {
					const each = await observe({ usable: 12 });
					return each.kind === 'verdict' && each.facts.processes_working === 4 ? each : null;
				},
				{ what: 'the queries to run' },
			);
			expect(found.verdict).toBe('quiet');
			// As a driver does after its command timeout: no cancel, no goodbye.
			for (const client of clients) streamOf(client).destroy();
			const gone = await until(
				async () => {
					const each = await observe({ usable: 12 });
					return each.kind === 'verdict' && each.verdict === 'clients gone' ? each : null;
				},
				{ what: 'the sockets to close' },
			);
			expect(gone).toMatchObject({ facts: { clients_gone: 4 } });
		});

		it('tells a pile-up and open transactions by the titles', async () => {
			const [root, ...others] = await held(6);
			await root?.query('begin; select pg_advisory_xact_lock(7)');
			const { observe } = looking(ims());
			for (const client of others.slice(0, 2)) await client.query('begin');
			// As many are idle for good: it is not the open transactions that fill the server.
			expect(await observe({ usable: 7 })).toMatchObject({ verdict: 'slots held' });
			for (const client of others.slice(2)) await client.query('begin');
			expect(await observe({ usable: 7 })).toMatchObject({
				verdict: 'idle in transaction',
				facts: { processes_in_transaction: 6 },
			});
			for (const client of others) client.query('select pg_advisory_xact_lock(7)').catch(() => undefined);
			await until(
				async () => {
					const found = await observe({ usable: 7 });
					return found.kind === 'verdict' && found.verdict === 'blocked';
				},
				{ what: 'five sessions to wait' },
			);
		});

		it('lets an ordinary role see in the server, too, how many stall, and on every version', async () => {
			await stalled(4);
			await held(2);
			const client = await connect(server().uri({ user: 'stranger', database: 'openiz' }));
			atEnd(client, () => client.end());
			if (logins === undefined) throw new Error('KB008 has no check of logins');
			const first = await answer(client, logins, major, {});
			expect(first).toMatchObject({ verdict: 'not seen', facts: { stalled: 0 } });
			expect(await answer(client, logins, major, asBefore(first?.facts ?? {}))).toMatchObject({
				verdict: 'stalled',
				facts: { stalled: 4, sessions: 3, usable: 7 },
			});
		});
	});

	it('is not about another program’s port', async () => {
		const other = createServer().listen(0, '127.0.0.1');
		await new Promise((resolve) => other.once('listening', resolve));
		atEnd(other, async () => other.close());
		const address = other.address();
		const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
		const settings = settingsOf(`postgresql://ims@127.0.0.1:${port}/openiz?connect_timeout=1`);
		const keeper = createKeeper(settings);
		atEnd(keeper, () => keeper.close());
		const look = (how: ListHost) => {
			if (processes === undefined) throw new Error('KB008 has no check of the processes');
			const clock = () => new Date();
			return createProcessesSource({ keeper, look: serverLook(keeper, settings, how), maxRows: 9, clock })(
				{ check: processes, facts: {} },
				new AbortController().signal,
			);
		};
		expect(await look(list)).toMatchObject({
			kind: 'absent',
			why: expect.stringMatching(/^node.* \(process \d+\) listens on port \d+, not PostgreSQL$/),
		});
		expect((await look(ordinaryList)).kind).toBe('absent');
	});
});

/** The socket below a client, which it does not hand out. */
function streamOf(client: pg.Client): { destroy(): unknown } {
	const connection: unknown = Reflect.get(client, 'connection');
	const stream: unknown =
		typeof connection === 'object' && connection !== null ? Reflect.get(connection, 'stream') : null;
	if (
		typeof stream === 'object' &&
		stream !== null &&
		'destroy' in stream &&
		typeof stream.destroy === 'function'
	) {
		const { destroy } = stream;
		return { destroy: () => destroy.call(stream) };
	}
	throw new Error('pg.Client has no stream any more');
}
