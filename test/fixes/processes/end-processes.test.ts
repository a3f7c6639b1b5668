/** A server on which every slot is taken, the reserve too: one process after the other, until an administrator is in. */
import { platform } from 'node:os';
import type pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { listLinux } from '../../../src/evidence/host/linux-listing.ts';
import type { HostProcess } from '../../../src/evidence/host/listing.ts';
import { type LookAtServer, listingFor, serverLook } from '../../../src/evidence/host/look-at-server.ts';
import type { ParameterValues, PlanRow } from '../../../src/machine/ports.ts';
import { kb008 } from '../../content/kb008.ts';
import { stallLogin } from '../../evidence/host/silent-login.ts';
import { connect, describeOn, holdSlots, query, testMajors, until } from '../../helpers/postgres.ts';
import { type Fixing, fixingAt, fixingOn, planOf } from '../fixing.ts';
import { settingsOf } from '../settings.ts';

const article = kb008();
const id = 'make-room-on-the-servers-own-host';
const slots = 12;
const options = {
	settings: { max_connections: slots, superuser_reserved_connections: 3, max_wal_senders: 2 },
	databases: ['openiz'],
	roles: [{ name: 'ims' }, { name: 'stalled', password: 'never said' }],
	hba: ['host all stalled 127.0.0.1/32 scram-sha-256'],
};

const statuses = (rows: readonly PlanRow[]) => rows.map(({ status }) => status);

if (platform() !== 'linux') console.error('SKIPPED: sessions are ended by their processes on Linux only.');

describeOn(platform() === 'linux' ? testMajors : [], 'ending processes', options, (server) => {
	/** Those of this server, its background processes among them. */
	const processes = async (): Promise<readonly HostProcess[]> => {
		const all = (await listLinux()).processes;
		const postmaster = all.find(({ title }) => title.includes(server().dataDir));
		return all.filter(({ parent }) => parent === postmaster?.pid);
	};
	/** Those that are there to stay: a worker of autovacuum and a login that is refused end by themselves. */
	const named = (list: readonly HostProcess[]) =>
		list
			.filter(({ title }) =>
				/^postgres: (?!.*autovacuum worker)(?!.* (?:startup|authentication)$)/.test(title),
			)
			.map(({ pid, started }) => `${pid} ${started}`);

	/** Superusers in all slots; some of them may stand for something else. */
	const full = async (leave = 0): Promise<readonly pg.Client[]> => {
		await until(async () => (await processes()).every(({ title }) => !title.includes('127.0.0.1')), {
			what: 'the sessions of the test before to be gone',
		});
		const held = await holdSlots(slots - leave, server().uri({ database: 'openiz' }));
		onTestFinished(() => held.release());
		return held.clients;
	};
	const locked = (overrides = {}): Promise<Fixing> => fixingAt(server().superuser, { article, ...overrides });
	const apply = async (
		{ fixer, plan }: Fixing,
		parameters: ParameterValues = {},
		meanwhile = async () => {},
	) => {
		const made = planOf(await plan(id, parameters));
		await meanwhile();
		return fixer.apply(made, { yes: true, typed: made.confirm }, () => undefined);
	};

	test('one idle session is ended, the administrator is in, and nobody else is touched', async () => {
		await full();
		const fixing = await locked();
		expect(fixing.keeper.session).toBeNull();
		const before = await processes();
		const plan = planOf(await fixing.plan(id));
		expect(plan).toMatchObject({ confirm: '127.0.0.1', undoable: [] });
		expect(plan.rows).toHaveLength(3);
		expect(plan.rows[0]?.columns).toMatchObject({ usename: 'postgres', datname: 'openiz', state: 'idle' });
		expect(plan.statements).toEqual(
			plan.rows.map(({ pid }) => expect.stringMatching(new RegExp(`pg_ctl kill TERM ${pid}$`))),
		);
		const applied = await fixing.fixer.apply(plan, { yes: true, typed: plan.confirm }, () => undefined);
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		expect(applied.done.at(-1)).toEqual({ what: 'a session as postgres is held', status: 'done', why: null });
		const ended = applied.rows.filter(({ status }) => status === 'ended');
		expect(statuses(applied.rows)).toEqual(['ended', 'spared', 'spared']);
		// A real login, held; everybody else is the process that they were.
		const { session } = fixing.keeper;
		expect(session?.server).toMatchObject({ user: 'postgres', superuser: true });
		expect((await session?.read('select pg_backend_pid() as pid'))?.rows).toEqual([{ pid: session?.pid }]);
		const after = new Set(named(await processes()));
		const lost = named(before)
			.filter((name) => !after.has(name))
			.map((name) => Number(name.split(' ')[0]));
		expect(lost).toEqual(ended.map(({ pid }) => pid));
		const kinds = fixing.journal.records.map(({ kind }) => kind);
		expect(kinds.indexOf('outcome')).toBeGreaterThan(kinds.indexOf('intent'));
		expect(fixing.journal.records.find(({ kind }) => kind === 'intent')).toMatchObject({
			effect: 'terminate processes',
			inverse: null,
		});
	});

	test('who is not idle any more is spared, and that nobody got in is said', async () => {
		const [first, second] = await full();
		if (first === undefined || second === undefined) throw new Error('no sessions');
		const fixing = await locked();
		// The oldest, but not idle.
		await first.query('begin');
		const { rows: own } = await second.query<{ pid: number }>('select pg_backend_pid() as pid');
		const { rows, outcome, failure } = await apply(fixing, { sessions: '1' }, async () => {
			await second.query('begin');
		});
		expect([outcome, failure?.code]).toEqual(['nothing', 'no-session']);
		expect(rows).toMatchObject([{ pid: own[0]?.pid, status: 'spared', why: 'it is not idle any more' }]);
		expect(fixing.keeper.session).toBeNull();
	});

	test('another program, another process of that number, another server: none is told to end', async () => {
		await full();
		const changed = (
			change: (seen: Extract<Awaited<ReturnType<LookAtServer>>, { kind: 'seen' }>) => object,
		) => {
			let looks = 0;
			const look: LookAtServer = async (signal) => {
				const seen = await serverLook(
					{ session: null, lastAttempt: fixing.keeper.lastAttempt },
					settingsOf(server().superuser),
					listingFor('linux'),
				)(signal);
				looks += 1;
				// As it was listed; and then, beside the signal, something else.
				return looks === 1 || seen.kind !== 'seen' ? seen : { ...seen, ...change(seen) };
			};
			return look;
		};
		let fixing = await locked();
		const before = named(await processes());
		const outcomes: unknown[] = [];
		for (const look of [
			changed(({ listing }) => ({ listing: { ...listing, programOf: (pid: number) => `/bin/${pid}` } })),
			changed(({ children }) => ({ children: children.map((child) => ({ ...child, uid: 12_345 })) })),
			changed(({ children }) => ({ children: children.map((child) => ({ ...child, started: '0' })) })),
			changed(({ postmaster }) => ({ postmaster: { ...postmaster, started: '0' } })),
		]) {
			fixing = await locked({ lookAtServer: look });
			const { rows } = await apply(fixing, { sessions: '1' });
			outcomes.push(rows.map(({ status, why }) => `${status}: ${why}`));
		}
		expect(outcomes).toEqual([
			['refused: it is another program, or another user’s'],
			['refused: it is another program, or another user’s'],
			['gone: it had ended by itself'],
			['gone: the server was started anew'],
		]);
		const after = named(await processes());
		expect(before.filter((each) => !after.includes(each))).toEqual([]);
	});

	test('logins that stall are ended where they are asked for, by state', async () => {
		await until(async () => (await processes()).every(({ title }) => !title.includes('127.0.0.1')), {
			what: 'the sessions of the test before to be gone',
		});
		const { port } = server();
		const stalled = await Promise.all(
			Array.from({ length: slots }, () => stallLogin(port, { user: 'stalled', database: 'openiz' })),
		);
		onTestFinished(() => {
			for (const socket of stalled) socket.destroy();
		});
		const fixing = await locked();
		const problem = `no session is idle; there are ${slots} logging in`;
		const planned = await until(
			async () => {
				const asked = await fixing.plan(id);
				return asked.kind === 'parameter' && asked.problem === problem ? asked : null;
			},
			{ what: 'the logins to be old enough' },
		);
		expect(planned).toMatchObject({ name: 'state', choices: ['logging in'] });
		const { outcome, rows } = await apply(fixing, { state: 'logging in' });
		expect(outcome).toBe('done');
		expect(statuses(rows)[0]).toBe('ended');
		expect(fixing.keeper.session?.server.user).toBe('postgres');
	});

	test('it is for when nobody gets in: not where a session is held, nor where an administrator would', async () => {
		await full(3);
		const admin = await fixingOn(server().superuser, { article });
		expect(await admin.plan(id)).toEqual({
			kind: 'nothing to do',
			why: 'a session is held as postgres: this is for when none can be had',
		});
		const ordinary = await fixingAt(server().uri({ user: 'ims', database: 'openiz' }), { article });
		expect(await ordinary.plan(id)).toMatchObject({
			kind: 'unavailable',
			next: ['come in as a superuser: -U postgres, or --rescue CONNINFO'],
		});
		await expect(query(server().superuser, 'select 1')).resolves.toHaveLength(1);
		expect(await connect(server().superuser).then((client) => client.end())).toBeUndefined();
	});
});
