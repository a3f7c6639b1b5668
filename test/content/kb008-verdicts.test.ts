/** The queries in the very trouble they are for, on the oldest and the newest server that everything is shown on. */
import type pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { connect, describeOn, holdSlots, query, testMajors, until } from '../helpers/postgres.ts';
import { type Diagnosis, diagnose } from './kb008.ts';

const server = {
	databases: ['openiz'],
	roles: [{ name: 'ims' }, { name: 'stranger' }, { name: 'reporting' }],
	settings: { max_connections: 18, superuser_reserved_connections: 3, max_prepared_transactions: 2 },
};

/** Ordinary slots of it. */
const usable = 15;

/** How an ordinary role is refused then: what the attempt leaves behind as facts. */
const refused = {
	connect: 'ordinary slots gone',
	known: { database: 'openiz', can_we_connect__code: '53300', can_we_connect__routine: 'InitPostgres' },
};

const first = ({ causes }: Diagnosis) => causes.map(({ id, standing }) => `${id}: ${standing}`)[0];

describeOn(testMajors, 'the verdicts of KB008', server, (lab, major) => {
	const held: { release(): Promise<void> }[] = [];
	const ims = () => lab().uri({ user: 'ims', database: 'openiz' });

	/** Sessions of the IMS, gone after the test. */
	async function sessions(count: number, uri = ims(), applicationName = ''): Promise<readonly pg.Client[]> {
		const slots = await holdSlots(count, uri, applicationName);
		held.push(slots);
		return slots.clients;
	}

	/** Sends without waiting for the answer, which may never come. */
	function send(clients: readonly pg.Client[], sql: string): void {
		for (const client of clients) client.query(sql).catch(() => undefined);
	}

	async function waiting(count: number): Promise<void> {
		await until(
			async () => {
				const [row] = await query(
					lab().superuser,
					"SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
				);
				return row?.n === count;
			},
			{ what: `${count} sessions to wait` },
		);
	}

	async function diagnosed(
		options: Parameters<typeof diagnose>[2] = {},
		uri = lab().superuser,
	): Promise<Diagnosis> {
		const client = await connect(uri, 'kbwizard');
		try {
			return await diagnose(client, major, { known: { database: 'openiz' }, ...options });
		} finally {
			await client.end();
		}
	}

	afterEach(async () => {
		await query(
			lab().superuser,
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('ims', 'stranger', 'reporting')",
		);
		await Promise.all(held.splice(0).map((slots) => slots.release()));
		for (const change of [
			'ALTER ROLE ims CONNECTION LIMIT -1',
			'ALTER DATABASE openiz CONNECTION LIMIT -1',
			'ALTER DATABASE openiz ALLOW_CONNECTIONS true',
		])
			await query(lab().superuser, change);
		await until(
			async () => {
				const rows = await query(
					lab().superuser,
					"SELECT FROM pg_stat_activity WHERE usename IN ('ims', 'stranger', 'reporting')",
				);
				return rows.length === 0;
			},
			{ what: 'the sessions to be gone' },
		);
	});

	test('idle pools in every slot are pools that are too large, and only that', async () => {
		await sessions(usable);
		const found = await diagnosed(refused);
		expect(found.verdicts['are-the-connection-slots-used-up']).toBe('full');
		expect(found.facts['are-the-connection-slots-used-up']).toMatchObject({
			used: 15,
			usable: 15,
			limit: 18,
		});
		expect(found.causes.map(({ id }) => id)).toEqual(['pools-larger-than-the-server']);
		expect(first(found)).toBe('pools-larger-than-the-server: proved');
	});

	test('administrators in the reserve do not make it more than full', async () => {
		await sessions(usable);
		await sessions(1, lab().superuser, 'psql');
		const found = await diagnosed(refused);
		expect(found.facts['are-the-connection-slots-used-up']).toMatchObject({ used: 15, usable: 15, free: 0 });
		expect(found.facts['do-idle-pools-hold-the-slots']).toMatchObject({ idle_in_pools: 15, slots: 15 });
	});

	test('a role that sees only itself gets an upper bound and no wrong number', async () => {
		await sessions(usable - 1);
		const found = await diagnosed({}, lab().uri({ user: 'stranger' }));
		expect(found.verdicts['are-the-connection-slots-used-up']).toBe('hidden');
		expect(found.facts['are-the-connection-slots-used-up']).toMatchObject({ used: null, at_most: 15 });
		expect(found.verdicts['who-holds-the-slots']).toBe('hidden');
		expect(found.verdicts['do-idle-pools-hold-the-slots']).toBe('hidden');
		expect(found.causes).toEqual([]);
		expect(found.facts['is-the-limit-high-enough']?.arithmetic).toContain(
			'14 from places that this role cannot see',
		);
	});

	test('where even the upper bound leaves room, such a role proves it', async () => {
		await sessions(5);
		const found = await diagnosed({}, lab().uri({ user: 'stranger' }));
		expect(found.verdicts['are-the-connection-slots-used-up']).toBe('free');
		expect(found.facts['are-the-connection-slots-used-up']).toMatchObject({ used: null, free: 9 });
	});

	test('the application’s own role sees its own sessions, and so who holds the slots', async () => {
		await sessions(usable - 1);
		const found = await diagnosed(refused, ims());
		expect(found.verdicts['are-the-connection-slots-used-up']).toBe('full');
		expect(first(found)).toBe('pools-larger-than-the-server: proved');
	});

	test('sessions that are opened one by one and never used again are a leak, not a pool', async () => {
		await sessions(2);
		const client = await connect(lab().superuser, 'kbwizard');
		const found = await diagnose(client, major, {
			secondLook: async () => {
				let opened = 0;
				const before = Date.now();
				// A leak is slow: the next one is due when the clock of the server says so.
				while (opened < 9) {
					await until(() => Date.now() - before > opened * 450, { what: 'the next session to be due' });
					await sessions(1);
					opened += 1;
				}
			},
		}).finally(() => client.end());
		expect(found.verdicts['are-idle-sessions-growing']).toBe('growing');
		expect(first(found)).toBe('a-connection-leak: proved');
		expect(found.causes.map(({ id }) => id)).not.toContain('pools-larger-than-the-server');
	});

	test('a pool that is being filled at that moment is no leak', async () => {
		await sessions(2);
		const found = await diagnosed({ secondLook: async () => void (await sessions(8)) });
		expect(found.verdicts['are-idle-sessions-growing']).toBe('steady');
		expect(found.causes).toEqual([]);
	});

	test('open transactions in every slot', async () => {
		for (const client of await sessions(usable)) await client.query('BEGIN');
		const found = await diagnosed(refused);
		expect(found.causes.map(({ id }) => id)).toEqual(['sessions-idle-in-transaction']);
	});

	test('pools that have grown because others are stuck are suspected, not proved', async () => {
		await sessions(9);
		const [root, ...stuck] = await sessions(usable - 9);
		await root?.query('BEGIN; SELECT pg_advisory_xact_lock(5)');
		send(stuck, 'SELECT pg_advisory_xact_lock(5)');
		await waiting(stuck.length);
		const found = await diagnosed(refused);
		expect(found.verdicts['do-idle-pools-hold-the-slots']).toBe('pools, nearly');
		expect(found.causes.filter(({ standing }) => standing === 'proved').map(({ id }) => id)).not.toContain(
			'pools-larger-than-the-server',
		);
	});

	test('a pile-up names its root, also to a role that may not look at it', async () => {
		const [root] = await sessions(1);
		await root?.query('CREATE TEMP TABLE t (); BEGIN; SELECT pg_advisory_xact_lock(1)');
		const [rootPid] = (await root?.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))?.rows ?? [];
		send(await sessions(11), 'SELECT pg_advisory_xact_lock(1)');
		await waiting(11);
		const found = await diagnosed();
		expect(found.verdicts['does-one-session-block-many']).toBe('many');
		expect(found.facts['does-one-session-block-many']).toMatchObject({
			blocker_pid: rootPid?.pid,
			victims: 11,
		});
		expect(first(found)).toBe('a-lock-pile-up: proved');
		const stranger = await diagnosed({}, lab().uri({ user: 'stranger' }));
		expect(stranger.facts['does-one-session-block-many']).toMatchObject({ blocker_pid: rootPid?.pid });
	});

	test('an advisory lock of a session that is idle is told from a pile-up', async () => {
		const [root] = await sessions(1);
		await root?.query('SELECT pg_advisory_lock(2)');
		send(await sessions(4), 'SELECT pg_advisory_lock(2)');
		await waiting(4);
		expect(first(await diagnosed())).toBe('an-advisory-lock-held-by-an-idle-session: proved');
	});

	test('a prepared transaction blocks without a session', async () => {
		const [owner] = await sessions(1);
		await owner?.query("BEGIN; SELECT pg_advisory_xact_lock(3); PREPARE TRANSACTION 'forgotten'");
		send(await sessions(2), 'SELECT pg_advisory_xact_lock(3)');
		await waiting(2);
		const lately = await diagnosed();
		await until(
			async () =>
				(
					await query(
						lab().superuser,
						"SELECT FROM pg_prepared_xacts WHERE now() - prepared >= interval '2 s'",
					)
				).length > 0,
			{ what: 'the transaction to be older than any manager needs' },
		);
		const found = await diagnosed();
		await query(ims(), "ROLLBACK PREPARED 'forgotten'");
		expect(lately.verdicts['does-one-session-block-many']).toBe('just prepared');
		expect(lately.causes).toEqual([]);
		expect(first(found)).toBe('a-forgotten-prepared-transaction: proved');
	});

	test('two who wait for a moment are ordinary life', async () => {
		const [root] = await sessions(1);
		await root?.query('BEGIN; SELECT pg_advisory_xact_lock(4)');
		send(await sessions(2), 'SELECT pg_advisory_xact_lock(4)');
		await waiting(2);
		const found = await diagnosed();
		expect(found.verdicts['does-one-session-block-many']).toBe('few');
		expect(found.causes).toEqual([]);
	});

	test('all at work is too few slots, which nothing else explains', async () => {
		send(await sessions(usable), 'SELECT pg_sleep(60)');
		const found = await diagnosed(refused);
		expect(found.verdicts['who-holds-the-slots']).toBe('working');
		expect(found.causes.map(({ id }) => id)).toEqual(['max-connections-too-low']);
	});

	test('queries that outlive the command timeout are abandoned for certain, else it is likely at most', async () => {
		send(await sessions(usable), 'SELECT pg_sleep(60)');
		await until(
			async () => {
				const rows = await query(
					lab().superuser,
					"SELECT FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep' AND now() - query_start > interval '1.1 s'",
				);
				return rows.length === usable;
			},
			{ what: 'the queries to be a second old' },
		);
		expect((await diagnosed(refused)).verdicts['do-queries-run-on-that-nobody-waits-for']).toBe('few');
		const found = await diagnosed({ ...refused, known: { ...refused.known, command_timeout_s: 1 } });
		expect(found.verdicts['do-queries-run-on-that-nobody-waits-for']).toBe('outlived');
		expect(found.causes.map(({ id, standing }) => `${id}: ${standing}`)).toEqual([
			'abandoned-queries: proved',
		]);
	});

	test('a commit that waits: an ordinary role takes no standby for lost that it only cannot see', async () => {
		const streams = await connect(`${lab().uri({ database: 'openiz' })}?replication=database`);
		const [writer] = await sessions(1);
		await query(lab().superuser, "ALTER SYSTEM SET synchronous_standby_names = 'standby_1'");
		await query(lab().superuser, 'SELECT pg_reload_conf()');
		try {
			await until(
				async () => {
					const [row] = await query(lab().superuser, 'SHOW synchronous_standby_names');
					return row?.synchronous_standby_names === 'standby_1';
				},
				{ what: 'the setting to be read' },
			);
			await writer?.query('SET synchronous_commit = on');
			send(writer === undefined ? [] : [writer], 'CREATE TEMP TABLE t ()');
			await until(
				async () =>
					(await query(lab().superuser, "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'")).length >
					0,
				{ what: 'the commit to wait' },
			);
			const verdict = async (uri: string) =>
				(await diagnosed({}, uri)).verdicts['do-commits-wait-for-a-standby'];
			expect(await verdict(ims())).toBe('hidden');
			expect(await verdict(lab().superuser)).toBe('waiting');
			await streams.end();
			await until(
				async () => (await query(lab().superuser, 'SELECT FROM pg_stat_replication')).length === 0,
				{ what: 'the stream to be gone' },
			);
			expect(await verdict(ims())).toBe('waiting');
		} finally {
			await streams.end().catch(() => undefined);
			await query(lab().superuser, 'ALTER SYSTEM RESET synchronous_standby_names');
			await query(lab().superuser, 'SELECT pg_reload_conf()');
		}
	});

	test('another application in a server with room is nothing to blame', async () => {
		await sessions(4);
		await sessions(5, lab().uri({ user: 'reporting', database: 'openiz' }), 'Metabase');
		const found = await diagnosed();
		expect(found.verdicts['does-another-application-hold-the-slots']).toBe('room left');
		expect(found.causes).toEqual([]);
	});

	test('another application in most slots is named', async () => {
		await sessions(5);
		await sessions(10, lab().uri({ user: 'reporting', database: 'openiz' }), 'Metabase');
		const found = await diagnosed(refused);
		expect(found.facts['does-another-application-hold-the-slots']).toMatchObject({
			other_application: 'Metabase',
			other_role: 'reporting',
			other_sessions: 10,
		});
		expect(first(found)).toBe('another-application-holds-the-slots: proved');
	});

	test('a number that waits for a restart is missed only where it is larger', async () => {
		await sessions(usable);
		const waitingFor = async (slots: number) => {
			await query(lab().superuser, `ALTER SYSTEM SET max_connections = ${slots}`);
			await query(lab().superuser, 'SELECT pg_reload_conf()');
			await until(
				async () =>
					(
						await query(
							lab().superuser,
							`SELECT FROM pg_settings s, pg_file_settings f WHERE s.pending_restart AND f.name = s.name AND f.setting = '${slots}'`,
						)
					).length > 0,
				{ what: 'the setting to be read' },
			);
			return diagnosed(refused);
		};
		try {
			const raised = await waitingFor(100);
			expect(raised.verdicts['does-the-number-in-the-file-count']).toBe('more after a restart');
			expect(first(raised)).toBe('a-setting-not-applied: proved');
			const lowered = await waitingFor(12);
			expect(lowered.verdicts['does-the-number-in-the-file-count']).toBe('fewer after a restart');
			expect(lowered.causes.map(({ id }) => id)).toEqual(['pools-larger-than-the-server']);
		} finally {
			await query(lab().superuser, 'ALTER SYSTEM RESET max_connections');
			await query(lab().superuser, 'SELECT pg_reload_conf()');
		}
	});

	describe('limits that have nothing to do with max_connections', () => {
		test('of a role', async () => {
			await query(lab().superuser, 'ALTER ROLE ims CONNECTION LIMIT 4');
			await sessions(4);
			const found = await diagnosed();
			expect(found.causes.map(({ id }) => id)).toEqual(['a-role-connection-limit']);
			expect(found.facts['is-a-role-at-its-connection-limit']).toMatchObject({
				limited_role: 'ims',
				role_used: 4,
				role_limit: 4,
			});
		});

		test('of a database', async () => {
			await query(lab().superuser, 'ALTER DATABASE openiz CONNECTION LIMIT 4');
			await sessions(4);
			expect((await diagnosed()).causes.map(({ id }) => id)).toEqual(['a-database-connection-limit']);
		});

		test('a fence of 0 left behind, and a database that was closed', async () => {
			await query(lab().superuser, 'ALTER DATABASE openiz CONNECTION LIMIT 0');
			const fenced = await diagnosed();
			expect(fenced.verdicts['is-a-database-at-its-limit-or-closed']).toBe('fenced');
			expect(first(fenced)).toBe('a-database-connection-limit: proved');
			await query(lab().superuser, 'ALTER DATABASE openiz ALLOW_CONNECTIONS false');
			expect(first(await diagnosed())).toBe('a-database-closed-to-connections: proved');
		});

		test('another database that is closed is mentioned, not proved', async () => {
			await query(lab().superuser, 'CREATE DATABASE archive ALLOW_CONNECTIONS false');
			const found = await diagnosed();
			await query(lab().superuser, 'DROP DATABASE archive');
			expect(found.verdicts['is-a-database-at-its-limit-or-closed']).toBe('another is closed');
			expect(first(found)).toBe('a-database-closed-to-connections: suspected');
		});
	});

	test('parallel workers of a healthy server are not taken for sessions', async () => {
		const [client] = await sessions(1);
		await client?.query(
			`SET max_parallel_workers_per_gather = 4; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
			 SET min_parallel_table_scan_size = 0; SET ${major < 16 ? 'force_parallel_mode' : 'debug_parallel_query'} = on`,
		);
		// Where no worker can be had at its beginning a query runs on alone: then it is begun anew.
		let begun: number | null = null;
		await until(
			async () => {
				const rows = await query(
					lab().superuser,
					"SELECT FROM pg_stat_activity WHERE backend_type = 'parallel worker'",
				);
				if (rows.length > 0) return true;
				if (client === undefined || (begun !== null && performance.now() - begun < 2_000)) return false;
				await query(
					lab().superuser,
					"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query ~ '^SELECT count.*pg_attribute' AND state = 'active'",
				);
				send([client], 'SELECT count(*) FROM pg_attribute a, pg_attribute b, pg_attribute c');
				begun = performance.now();
				return false;
			},
			{ what: 'a parallel worker', timeoutMs: 30_000 },
		);
		for (const uri of [lab().superuser, ims(), lab().uri({ user: 'stranger' })])
			expect((await diagnosed({}, uri)).causes).toEqual([]);
		const seen = await diagnosed();
		expect(seen.facts['are-the-connection-slots-used-up']).toMatchObject({ used: 2 });
	});
});
