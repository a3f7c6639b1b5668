import { beforeEach, expect, it } from 'vitest';
import { resolveSettings } from '../../../src/evidence/postgres/connection-settings.ts';
import { createKeeper, type PostgresKeeper } from '../../../src/evidence/postgres/keeper.ts';
import { proveLogin } from '../../../src/evidence/postgres/prove-login.ts';
import { pauseBefore } from '../../../src/evidence/postgres/waiting.ts';
import type { ConnectionEvent } from '../../../src/machine/ports.ts';
import {
	connect,
	describeOn,
	type HeldSlots,
	holdSlots,
	type LabServer,
	query,
	testMajors,
	until,
} from '../../helpers/postgres.ts';
import { releasedAfterEach } from '../../helpers/released.ts';
import { machine } from './surroundings.ts';

const { releases } = releasedAfterEach();

const settingsOf = (uri: string) => resolveSettings({ conninfo: uri }, machine());

type Watched = { readonly keeper: PostgresKeeper; readonly events: ConnectionEvent[] };

function keeperOf(uri: string, rescue: string | null = null): Watched {
	const keeper = createKeeper(settingsOf(uri), { rescue: rescue === null ? null : settingsOf(rescue) });
	const events: ConnectionEvent[] = [];
	keeper.subscribe((event) => events.push(event));
	releases.push(() => keeper.close());
	return { keeper, events };
}

async function fill(server: LabServer): Promise<HeldSlots> {
	const slots = await holdSlots(7, server.uri({ user: 'app', database: 'openiz' }));
	releases.push(slots.release);
	return slots;
}

const types = (events: readonly ConnectionEvent[]) =>
	events.map(({ type }) => type.replace('connection.', ''));

/** Counts our sessions as often as it can, by a session of its own, until told to stop. */
async function watchSessions(
	server: LabServer,
): Promise<() => Promise<{ readonly most: number; readonly looks: number }>> {
	const client = await connect(server.superuser, 'watcher');
	let watching = true;
	let most = 0;
	let looks = 0;
	const loop = (async () => {
		while (watching) {
			const { rows } = await client.query<{ count: number }>(
				"select count(*)::int as count from pg_stat_activity where application_name = 'kbwizard'",
			);
			most = Math.max(most, rows[0]?.count ?? 0);
			looks += 1;
		}
	})();
	return async () => {
		watching = false;
		await loop;
		await client.end();
		return { most, looks };
	};
}

/** Client sessions beside the one that counts them; while it is refused, too many. */
async function othersThan(uri: string): Promise<number> {
	const counted = query(
		uri,
		"select count(*)::int as n from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
	);
	const [row] = await counted.catch(() => [{ n: Number.POSITIVE_INFINITY }]);
	return Number(row?.n ?? 0);
}

const options = {
	settings: {
		max_connections: 10,
		superuser_reserved_connections: 3,
		max_wal_senders: 0,
		wal_level: 'minimal',
	},
	databases: ['openiz', 'openiz_audit'],
	roles: [{ name: 'app' }],
} as const;

describeOn(testMajors, 'the keeper', options, (server) => {
	const app = (database = 'openiz') => server().uri({ user: 'app', database });
	const admin = () => server().superuser;

	/** A backend outlives its client by a moment: with ten slots that decides the next test. */
	beforeEach(() =>
		until(() => othersThan(admin()).then((others) => others === 0), {
			what: 'the sessions of the test before to be gone',
		}),
	);

	it('connects once and answers from the session that it holds', async () => {
		const { keeper, events } = keeperOf(app());
		expect(keeper.session).toBeNull();
		expect((await keeper.attempt()).verdict).toBe('connected');
		const pid = keeper.session?.pid;
		expect((await keeper.attempt()).verdict).toBe('connected');
		expect(keeper.session?.pid).toBe(pid);
		expect(types(events)).toEqual(['connecting', 'held']);
	});

	it('says that the slots are gone, and holds nothing', async () => {
		await fill(server());
		const { keeper, events } = keeperOf(app());
		expect((await keeper.attempt()).verdict).toBe('ordinary slots gone');
		expect(keeper.session).toBeNull();
		expect(await keeper.gauge()).toBeNull();
		expect(types(events)).toEqual(['connecting', 'refused']);
	});

	it('comes in by the rescue role, and goes on looking whether ordinary ones get in', async () => {
		const slots = await fill(server());
		const { keeper, events } = keeperOf(app(), admin());
		expect((await keeper.attempt()).verdict).toBe('ordinary slots gone');
		expect(keeper.session?.server).toMatchObject({ user: 'postgres', slot: 'reserved', superuser: true });
		expect(await keeper.gauge()).toMatchObject({ used: 7, usable: 7, limit: 10 });
		expect((await keeper.attempt()).verdict).toBe('ordinary slots gone');
		// One for the slot that the rescue's own session takes, one for the login.
		await Promise.all(slots.clients.slice(0, 2).map((client) => client.end()));
		await until(async () => (await keeper.attempt()).verdict === 'connected', { what: 'an ordinary login' });
		expect(keeper.session?.server.user).toBe('postgres');
		expect(types(events).slice(0, 4)).toEqual(['connecting', 'refused', 'connecting', 'held']);
	});

	it('comes back by the rescue role after a loss, though an ordinary one would get in by then', async () => {
		const slots = await fill(server());
		const { keeper, events } = keeperOf(app(), admin());
		await keeper.attempt();
		const pid = keeper.session?.pid;
		await Promise.all(slots.clients.slice(0, 3).map((client) => client.end()));
		await query(admin(), 'select pg_terminate_backend($1::int)', [pid]);
		await until(() => types(events).includes('lost'), { what: 'the loss to be told' });
		expect((await keeper.attempt()).verdict).toBe('connected');
		expect(keeper.session?.server.user).toBe('postgres');
		expect(keeper.session?.pid).not.toBe(pid);
	});

	it('hides the gauge from a role that does not see every session', async () => {
		const other = await connect(admin());
		releases.push(() => other.end());
		const { keeper } = keeperOf(app());
		await keeper.attempt();
		expect(await keeper.gauge()).toBeNull();
	});

	it('waits for a slot, visibly, and takes the first that frees', async () => {
		const slots = await fill(server());
		const { keeper, events } = keeperOf(app());
		expect((await keeper.attempt()).verdict).toBe('ordinary slots gone');
		const waiting = keeper.wait({ forMs: 20_000 });
		await until(() => types(events).filter((type) => type === 'waiting').length >= 2, {
			what: 'the waiting',
		});
		await slots.clients[0]?.end();
		const attempt = await waiting;
		expect(attempt).toMatchObject({ verdict: 'connected', server: { slot: 'waited' } });
		expect(keeper.session?.server.slot).toBe('waited');
		expect(events.at(-1)).toMatchObject({ type: 'connection.held', server: { slot: 'waited' } });
		// The diagnosis still tells how it began.
		expect(keeper.takeOpening()?.verdict).toBe('ordinary slots gone');
		expect(keeper.takeOpening()).toBeNull();
	});

	it('takes a slot of the reserve, where that is the first that frees', async () => {
		const slots = await fill(server());
		const reserve = await holdSlots(3, admin());
		releases.push(reserve.release);
		const { keeper } = keeperOf(app(), admin());
		expect((await keeper.attempt()).verdict).toBe('no slot at all');
		const waiting = keeper.wait({ forMs: 20_000 });
		await slots.clients[0]?.end();
		await waiting;
		expect(keeper.session?.server).toMatchObject({ user: 'postgres', slot: 'waited' });
	});

	it('makes logins ready that hold no slot, and takes the one that frees', async () => {
		const slots = await fill(server());
		const { keeper } = keeperOf(app());
		expect((await keeper.attempt()).verdict).toBe('ordinary slots gone');
		const poised = await keeper.poise(3);
		expect(
			await query(
				admin(),
				'select count(*)::int as n from pg_stat_activity where pid <> pg_backend_pid() and usename is not null and backend_type = $1',
				['client backend'],
			),
		).toEqual([{ n: 7 }]);
		expect(keeper.session).toBeNull();
		await slots.clients[0]?.end();
		await until(() => othersThan(admin()).then((others) => others === 6), { what: 'the slot to be free' });
		await poised.go();
		expect(keeper.session?.server).toMatchObject({ user: 'app', slot: 'waited' });
		expect((await keeper.session?.read('select 1 as one'))?.rows).toEqual([{ one: 1 }]);
		await until(() => othersThan(admin()).then((others) => others === 7), {
			what: 'the others to have been given up',
		});
	});

	it('waits no longer than it may, and stops when told', async () => {
		await fill(server());
		const { keeper } = keeperOf(app());
		expect((await keeper.wait({ forMs: 120 })).verdict).toBe('ordinary slots gone');
		expect((await keeper.wait({ forMs: 0 })).verdict).toBe('ordinary slots gone');
		const stop = new AbortController();
		const waiting = keeper.wait({ forMs: null, signal: stop.signal });
		stop.abort();
		expect((await waiting).verdict).toBe('ordinary slots gone');
		expect(keeper.session).toBeNull();
	});

	it('waits only for what passes by itself', async () => {
		const { keeper, events } = keeperOf(server().uri({ user: 'nobody', database: 'openiz' }));
		const attempt = await keeper.wait({ forMs: 20_000 });
		expect(attempt.verdict).toBe('credentials refused');
		expect(types(events)).toEqual(['connecting', 'refused']);
	});

	it('wins a slot from a crowd that reconnects, more often than not', async () => {
		await fill(server());
		let crowding = true;
		const taken = new Set<Awaited<ReturnType<typeof connect>>>();
		// Fifteen that try again every 200 ms, as a pool does, and keep what they get for a second.
		const crowd = Array.from({ length: 15 }, async () => {
			while (crowding) {
				const client = await connect(app(), 'crowd').catch(() => null);
				if (client !== null) taken.add(client);
				await new Promise((resolve) => setTimeout(resolve, client === null ? 200 : 1_000));
				if (client !== null) {
					taken.delete(client);
					await client.end();
				}
			}
		});
		await query(
			admin(),
			"select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holder'",
		);
		const crowded = "select count(*)::int as count from pg_stat_activity where application_name = 'crowd'";
		let won = 0;
		for (let round = 0; round < 5; round += 1) {
			// What the last round held is the crowd's again before the next one begins.
			await until(async () => (await query(admin(), crowded))[0]?.count === 7, {
				what: 'the crowd to take all',
			});
			const { keeper } = keeperOf(app());
			if ((await keeper.wait({ forMs: 8_000 })).verdict === 'connected') won += 1;
			await keeper.close();
		}
		crowding = false;
		await Promise.all(crowd);
		expect(won).toBeGreaterThanOrEqual(3);
	});

	it('tells of a loss, and comes back', async () => {
		const { keeper, events } = keeperOf(app());
		await keeper.attempt();
		const pid = keeper.session?.pid;
		await query(admin(), `select pg_terminate_backend(${pid})`);
		await until(() => types(events).includes('lost'), { what: 'the loss' });
		expect(keeper.session).toBeNull();
		expect(events.at(-1)).toMatchObject({ type: 'connection.lost', failure: { code: '57P01' } });
		expect((await keeper.reconnect()).verdict).toBe('connected');
		expect(keeper.session?.pid).not.toBe(pid);
	});

	it('lets the refusal stand when it does not come back', async () => {
		const { keeper } = keeperOf(app());
		await keeper.attempt();
		await query(admin(), 'alter database openiz allow_connections false');
		releases.push(() => query(admin(), 'alter database openiz allow_connections true'));
		await query(admin(), `select pg_terminate_backend(${keeper.session?.pid})`);
		expect((await keeper.reconnect()).verdict).toBe('database closed');
		expect(await keeper.ensureSession()).toBeNull();
	});

	it('moves to another database, or keeps what it has', async () => {
		const { keeper } = keeperOf(app());
		await keeper.attempt();
		expect((await keeper.move('openiz_audit')).verdict).toBe('connected');
		expect(keeper.session?.server.database).toBe('openiz_audit');
		const pid = keeper.session?.pid;
		expect((await keeper.move('nowhere')).verdict).toBe('otherwise');
		expect(keeper.session?.pid).toBe(pid);
		expect((await keeper.session?.read('select current_database() as name'))?.rows).toEqual([
			{ name: 'openiz_audit' },
		]);
	});

	it('never holds more than one session, but for the moment of a move', async () => {
		const stop = await watchSessions(server());
		const { keeper } = keeperOf(app());
		for (let round = 0; round < 5; round += 1) {
			await Promise.all([
				keeper.attempt(),
				keeper.attempt(),
				keeper.ensureSession(),
				keeper.wait({ forMs: 0 }),
				keeper.gauge(),
			]);
		}
		await query(admin(), `select pg_terminate_backend(${keeper.session?.pid})`);
		await Promise.all([keeper.reconnect(), keeper.ensureSession(), keeper.attempt()]);
		const held = await stop();
		expect(held.looks).toBeGreaterThan(10);
		expect(held.most).toBe(1);
	});

	it('ends a move within a tenth of a second', async () => {
		const { keeper } = keeperOf(app());
		await keeper.attempt();
		const start = performance.now();
		await keeper.move('openiz_audit');
		const both = performance.now() - start;
		expect(both).toBeLessThan(500);
		// The one that was left is closed; the server takes a moment to end it.
		await until(() => othersThan(admin()).then((others) => others === 1), { what: 'one session to be left' });
		const left = await query(
			admin(),
			"select datname from pg_stat_activity where application_name = 'kbwizard'",
		);
		expect(left).toEqual([{ datname: 'openiz_audit' }]);
	});

	it('proves a login by one that is gone again at once', async () => {
		expect(await proveLogin(settingsOf(app()))).toMatchObject({
			ok: true,
			attempt: { verdict: 'connected' },
		});
		await until(
			async () =>
				(await query(admin(), "select 1 from pg_stat_activity where application_name = 'kbwizard'"))
					.length === 0,
			{ what: 'the login to be gone' },
		);
		await fill(server());
		expect(await proveLogin(settingsOf(app()))).toMatchObject({
			ok: false,
			attempt: { verdict: 'ordinary slots gone' },
		});
	});

	it('leaves nothing behind when it is closed while it waits', async () => {
		await fill(server());
		const { keeper } = keeperOf(app());
		const waiting = keeper.wait({ forMs: null });
		await keeper.close();
		expect((await waiting).failure).not.toBeNull();
		await until(
			async () =>
				(await query(admin(), "select 1 from pg_stat_activity where application_name = 'kbwizard'"))
					.length === 0,
			{ what: 'our sessions to be gone' },
		);
	});
});

it('waits 50 ms at first and 400 at most, never in step', () => {
	expect(pauseBefore(1, () => 1)).toBe(50);
	expect(pauseBefore(1_000, () => 1)).toBe(400);
	expect(pauseBefore(1_000, () => 0)).toBe(40);
});
