/** Every way a real server says no, told apart by what it does not translate. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { expect, it } from 'vitest';
import { attemptSession } from '../../../src/evidence/postgres/attempt.ts';
import { verdictOfServer } from '../../../src/evidence/postgres/classify.ts';
import { resolveSettings } from '../../../src/evidence/postgres/connection-settings.ts';
import type { Attempt, PostgresSession } from '../../../src/evidence/postgres/postgres.ts';
import {
	connect,
	describeOn,
	type HeldSlots,
	holdSlots,
	type LabServer,
	query,
	testMajors,
	until,
	withServer,
} from '../../helpers/postgres.ts';
import { releasedAfterEach } from '../../helpers/released.ts';
import { machine } from './surroundings.ts';

const tls = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');
const files = { '/ca.crt': tls('ca.crt'), '/other-ca.crt': tls('other-ca.crt') };

const { releases } = releasedAfterEach();

async function held(count: number, uri: string): Promise<HeldSlots> {
	const slots = await holdSlots(count, uri);
	releases.push(slots.release);
	return slots;
}

async function attemptAt(
	conninfo: string,
): Promise<{ readonly attempt: Attempt; readonly session: PostgresSession | null }> {
	const outcome = await attemptSession(resolveSettings({ conninfo }, machine({ files })), {
		clock: () => new Date(),
	});
	releases.push(async () => outcome.session?.close());
	return outcome;
}

const verdictAt = async (conninfo: string) => (await attemptAt(conninfo)).attempt;

/** As keywords, so that a test can add to it. */
function conninfo(server: LabServer, user: string, more = ''): string {
	const password = user === 'postgres' ? new URL(server.superuser).password : `${user}-pw`;
	return `host=localhost hostaddr=127.0.0.1 port=${server.port} user=${user} password=${password} dbname=openiz sslmode=disable ${more}`;
}

const options = {
	auth: 'scram',
	settings: {
		max_connections: 10,
		superuser_reserved_connections: 3,
		max_wal_senders: 0,
		wal_level: 'minimal',
		ssl: true,
	},
	dataFiles: { 'server.crt': tls('server.crt'), 'server.key': tls('server.key') },
	databases: ['openiz', 'small', 'fenced', 'closed'],
	roles: [
		{ name: 'app', password: 'app-pw' },
		{ name: 'limited', password: 'limited-pw', attributes: 'CONNECTION LIMIT 1' },
		{ name: 'rejected', password: 'rejected-pw' },
		{ name: 'encrypted', password: 'encrypted-pw' },
		{ name: 'plain', password: 'plain-pw' },
	],
	hba: [
		'host all rejected 127.0.0.1/32 reject',
		'hostssl all encrypted 127.0.0.1/32 scram-sha-256',
		'hostnossl all encrypted 127.0.0.1/32 reject',
		'hostnossl all plain 127.0.0.1/32 scram-sha-256',
		'hostssl all plain 127.0.0.1/32 reject',
	],
} as const;

describeOn(testMajors, 'a refused connection', options, (server, major) => {
	it('connected: every layer is timed, and no secret is kept', async () => {
		const { attempt, session } = await attemptAt(conninfo(server(), 'app'));
		expect(attempt).toMatchObject({ verdict: 'connected', failure: null });
		expect(attempt.timings.map(({ layer }) => layer)).toEqual([
			'dns',
			'tcp',
			'startup',
			'authentication',
			'query',
		]);
		expect(attempt.server).toMatchObject({
			version: server().version,
			slot: 'ordinary',
			superuser: false,
			provider: 'unknown',
		});
		expect(session).toMatchObject({ pooled: false });
		expect(JSON.stringify({ attempt, session })).not.toContain('app-pw');
	});

	it('ordinary slots gone', async () => {
		await held(7, server().uri({ user: 'app', database: 'openiz' }));
		expect(await verdictAt(conninfo(server(), 'app'))).toMatchObject({
			verdict: 'ordinary slots gone',
			failure: { code: '53300', routine: 'InitPostgres', layer: 'startup' },
			server: { slot: null, version: null },
		});
		const { failure } = await verdictAt(conninfo(server(), 'app'));
		// From 16 on the refusal itself says so, in words that no language translates.
		expect(failure?.message).toContain(
			major < 16 ? 'those that are left are for superusers.' : 'are for superusers alone by now.',
		);
		expect(failure?.message).not.toContain('alive');
		const superuser = await verdictAt(conninfo(server(), 'postgres'));
		expect(superuser).toMatchObject({
			verdict: 'connected',
			server: { slot: 'reserved', provider: 'self-hosted' },
		});
	});

	it('no slot at all', async () => {
		await held(10, server().superuser);
		expect(await verdictAt(conninfo(server(), 'postgres'))).toMatchObject({
			verdict: 'no slot at all',
			failure: { code: '53300', routine: 'InitProcess' },
		});
		// Encrypted or not, the question for it is answered without a slot: so there is a living server.
		const asked = conninfo(server(), 'postgres').replace('sslmode=disable', 'sslmode=prefer');
		const { failure } = await verdictAt(asked);
		expect(failure).toMatchObject({ code: '53300', routine: 'InitProcess' });
		expect(failure?.message).toContain('alive: it had answered the question for TLS');
		expect(failure?.next[0]).toMatch(/^Run this on the server's own host/);
	});

	it('role limit', async () => {
		await held(1, server().uri({ user: 'limited', database: 'openiz' }));
		expect(await verdictAt(conninfo(server(), 'limited'))).toMatchObject({
			verdict: 'role limit',
			failure: { code: '53300', routine: 'InitializeSessionUserId' },
		});
	});

	it('database limit, also a fence that was left behind', async () => {
		await query(server().superuser, 'alter database fenced connection limit 0');
		await query(server().superuser, 'alter database small connection limit 1');
		await held(1, server().uri({ user: 'app', database: 'small' }));
		for (const database of ['small', 'fenced']) {
			const attempt = await verdictAt(conninfo(server(), 'app', `dbname=${database}`));
			expect(attempt).toMatchObject({
				verdict: 'database limit',
				failure: { code: '53300', routine: 'CheckMyDatabase' },
			});
		}
	});

	it('walsender limit', async () => {
		const config = { connectionString: server().superuser, replication: 'true' };
		const client = new pg.Client(config);
		client.on('error', () => undefined);
		const error = await client.connect().then(
			() => null,
			(thrown: unknown) => thrown,
		);
		if (!(error instanceof pg.DatabaseError)) throw new Error(`not refused: ${error}`);
		const { code = '', routine = null, message } = error;
		expect(verdictOfServer({ code, routine, message, detail: null })).toBe('walsender limit');
	});

	it('database closed', async () => {
		await query(server().superuser, 'alter database closed allow_connections false');
		expect(await verdictAt(conninfo(server(), 'postgres', 'dbname=closed'))).toMatchObject({
			verdict: 'database closed',
			failure: { code: '55000', routine: 'CheckMyDatabase' },
		});
	});

	it.each([
		['app', 'password=wrong', '28P01'],
		['nobody', '', '28P01'],
		['rejected', '', '28000'],
	])('credentials refused: %s %s', async (user, more, code) => {
		expect(await verdictAt(conninfo(server(), user, more))).toMatchObject({
			verdict: 'credentials refused',
			failure: { code, layer: 'authentication' },
		});
	});

	it('credentials refused: a password is wanted and none was given', async () => {
		const attempt = await verdictAt(conninfo(server(), 'app', "password=''"));
		expect(attempt).toMatchObject({ verdict: 'credentials refused', failure: { code: 'no-password' } });
		expect(attempt.failure?.next.join()).toContain('-W');
	});

	it('otherwise: no such database, and it is named', async () => {
		const attempt = await verdictAt(conninfo(server(), 'app', 'dbname=opneiz'));
		expect(attempt).toMatchObject({ verdict: 'otherwise', failure: { code: '3D000' } });
		expect(attempt.failure?.message).toContain('no database opneiz');
	});

	it('tells the refusals apart in another language', async () => {
		// These servers come without translations, so the real refusal is given another text.
		await held(7, server().uri({ user: 'app', database: 'openiz' }));
		const { failure } = await verdictAt(conninfo(server(), 'app'));
		const message = 'die verbleibenden Verbindungen sind reserviert';
		const translated = {
			code: failure?.code ?? '',
			routine: failure?.routine ?? null,
			message,
			detail: null,
		};
		expect(verdictOfServer(translated)).toBe('ordinary slots gone');
	});

	it.each([
		['app', 'sslmode=prefer', /^TLS/],
		['app', 'sslmode=require', /^TLS/],
		['app', 'sslmode=require channel_binding=require', /^TLS/],
		['app', 'sslmode=verify-ca sslrootcert=/ca.crt', /^TLS/],
		['app', 'sslmode=verify-full sslrootcert=/ca.crt', /^TLS/],
		['encrypted', 'sslmode=allow', /^TLS/],
	])('encrypts: %s %s', async (user, more, protocol) => {
		const attempt = await verdictAt(conninfo(server(), user, more));
		expect(attempt).toMatchObject({ verdict: 'connected', facts: { tls: expect.stringMatching(protocol) } });
	});

	it.each([
		['plain', 'sslmode=prefer'],
		['app', 'sslmode=allow'],
		['app', 'sslmode=disable'],
	])('does without encryption: %s %s', async (user, more) => {
		expect(await verdictAt(conninfo(server(), user, more))).toMatchObject({
			verdict: 'connected',
			facts: { tls: null },
		});
	});

	it.each([
		['sslmode=verify-full sslrootcert=/ca.crt host=127.0.0.1', 'ERR_TLS_CERT_ALTNAME_INVALID'],
		['sslmode=verify-ca sslrootcert=/other-ca.crt', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
		['sslmode=require sslrootcert=/other-ca.crt', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
		['sslmode=verify-full sslrootcert=/missing.crt', 'no-root-certificate'],
	])('tls refused: %s', async (more, code) => {
		expect(await verdictAt(conninfo(server(), 'app', more))).toMatchObject({
			verdict: 'tls refused',
			failure: { code, layer: 'tls' },
		});
	});

	it('credentials refused: the server lets this role in by TLS only', async () => {
		const attempt = await verdictAt(conninfo(server(), 'encrypted'));
		expect(attempt).toMatchObject({
			verdict: 'credentials refused',
			failure: { code: '28000', routine: 'ClientAuthentication' },
		});
	});

	it('will not do with less than channel_binding=require', async () => {
		const attempt = await verdictAt(conninfo(server(), 'app', 'channel_binding=require'));
		expect(attempt).toMatchObject({
			verdict: 'credentials refused',
			failure: { code: 'authentication-method' },
		});
	});

	it('cancels over an encrypted connection', async () => {
		const { session } = await attemptAt(conninfo(server(), 'app', 'sslmode=require'));
		if (session === null) throw new Error('not connected');
		const sleeping = session.read('select pg_sleep(30)', [], { timeoutMs: 30_000 });
		sleeping.catch(() => undefined);
		await until(
			async () =>
				(
					await query(
						server().superuser,
						`select 1 from pg_stat_activity where pid = ${session.pid} and wait_event = 'PgSleep'`,
					)
				).length > 0,
			{ what: 'the query to run' },
		);
		await session.cancel();
		await expect(sleeping).rejects.toMatchObject({
			lost: false,
			failure: { code: '57014', message: expect.stringContaining('cancelled') },
		});
	});

	it('goes on to the next host when one refuses, and keeps to the kind of server that is wanted', async () => {
		const two = `${conninfo(server(), 'app')} host=127.0.0.1,127.0.0.1 hostaddr='' port=1,${server().port}`;
		expect(await verdictAt(two)).toMatchObject({ verdict: 'connected', facts: { port: server().port } });
		const standby = await verdictAt(conninfo(server(), 'app', 'target_session_attrs=standby'));
		expect(standby).toMatchObject({ verdict: 'otherwise', failure: { code: 'session-attributes' } });
		const rather = await verdictAt(conninfo(server(), 'app', 'target_session_attrs=prefer-standby'));
		expect(rather.verdict).toBe('connected');
	});

	it('comes in by the Unix socket', async () => {
		const attempt = await verdictAt(server().uri({ user: 'app', database: 'openiz', socket: true }));
		expect(attempt).toMatchObject({ verdict: 'connected', facts: { address: null, tls: null } });
		expect(attempt.timings.map(({ layer }) => layer)).not.toContain('dns');
	});

	it('starting or stopping; and tls refused by a server that has none', async () => {
		await withServer(major, {}, async (other) => {
			const plain = await attemptAt(`${other.superuser}?sslmode=require`);
			expect(plain.attempt).toMatchObject({ verdict: 'tls refused', failure: { code: 'tls-not-offered' } });
			const client = await connect(other.superuser);
			await other.shutDown('smart', { wait: false });
			const attempt = await until(
				async () => {
					const next = await verdictAt(other.superuser);
					return next.verdict === 'connected' ? null : next;
				},
				{ what: 'the shutdown to begin' },
			);
			expect(attempt).toMatchObject({ verdict: 'starting or stopping', failure: { code: '57P03' } });
			await client.end();
		});
	});
});
