/**
 * Refusals as servers of other languages and providers send them. The servers from npm carry no translations, so the
 * messages are recorded ones: what decides is the SQLSTATE and the routine, which nobody translates.
 */
import { afterEach, expect, it } from 'vitest';
import { attemptSession } from '../../../src/evidence/postgres/attempt.ts';
import { resolveSettings } from '../../../src/evidence/postgres/connection-settings.ts';
import { errorResponse, type FakeServer, fakeServer, message } from './fake-server.ts';
import { machine } from './surroundings.ts';

const servers: FakeServer[] = [];
afterEach(async () => {
	await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A login at something that answers the first message with this one. */
async function verdictAfter(answer: Buffer) {
	const server = await fakeServer((socket) => socket.once('data', () => socket.end(answer)));
	servers.push(server);
	const conninfo = `host=127.0.0.1 port=${server.port} dbname=openiz user=ims password=x sslmode=disable`;
	const { attempt } = await attemptSession(resolveSettings({ conninfo }, machine()), {
		clock: () => new Date(),
	});
	return attempt;
}

it.each([
	[
		'ordinary slots gone',
		'ПРЕДУПРЕЖДЕНИЕ',
		'53300',
		'InitPostgres',
		'оставшиеся слоты подключений зарезервированы',
	],
	['no slot at all', 'FATAL', '53300', 'InitProcess', 'tut mir leid, schon zu viele Verbindungen'],
	['no slot at all', '致命错误', '53300', 'ProcessStartupPacket', '对不起, 已经有太多的客户'],
	['role limit', 'FATAL', '53300', 'InitializeSessionUserId', 'trop de connexions pour le rôle « ims »'],
	['database limit', '致命的エラー', '53300', 'CheckMyDatabase', 'データベース"openiz"への接続が多すぎます'],
	[
		'walsender limit',
		'FATAL',
		'53300',
		'InitWalSenderSlot',
		'número de conexiones standby pedidas excede max_wal_senders',
	],
	[
		'walsender limit',
		'FATAL',
		'53300',
		'InitProcess',
		'число запрошенных подключений резервных серверов превышает max_wal_senders (сейчас: 10)',
	],
	[
		'database closed',
		'FATAL',
		'55000',
		'CheckMyDatabase',
		'la base de données « openiz » n’accepte plus les connexions',
	],
	['starting or stopping', 'FATAL', '57P03', 'ProcessStartupPacket', 'das Datenbanksystem startet'],
	[
		'credentials refused',
		'FATAL',
		'28P01',
		'auth_failed',
		'falha de autenticação da senha para usuário "ims"',
	],
	['credentials refused', 'FATAL', '28000', 'ClientAuthentication', '客户端没有符合 pg_hba.conf 的记录'],
])('%s, in the words of %s %s %s', async (verdict, severity, code, routine, text) => {
	const answer = errorResponse({ S: severity, V: 'FATAL', C: code, M: text, F: 'x.c', L: '1', R: routine });
	const attempt = await verdictAfter(answer);
	expect(attempt).toMatchObject({ verdict, failure: { code, routine } });
	expect(attempt.failure?.message).toContain(text);
});

it('a text that is not UTF-8 changes nothing: the server does not know our encoding yet', async () => {
	const text = Buffer.from('die verbleibenden Verbindungen sind für Superuser reserviert', 'latin1');
	const answer = message('E', 'SFATAL\0C53300\0M', text, '\0RInitPostgres\0\0');
	expect(await verdictAfter(answer)).toMatchObject({ verdict: 'ordinary slots gone' });
});

it('a server that cannot fork says so in its own language, and without a code: the form decides', async () => {
	const answer = Buffer.from('Ekonnte neuen Prozess für Verbindung nicht starten (fork-Fehler)\n\0');
	expect(await verdictAfter(answer)).toMatchObject({ verdict: 'could not fork' });
});

it.each([
	// RDS and Aurora name their own role in PostgreSQL's text.
	[
		'ordinary slots gone',
		'InitPostgres',
		'remaining connection slots are reserved for non-replication superuser and rds_superuser connections',
	],
	// PostgreSQL 16 and later, where a provider uses reserved_connections.
	[
		'ordinary slots gone',
		'InitPostgres',
		'remaining connection slots are reserved for roles with privileges of the "pg_use_reserved_connections" role',
	],
	// Supavisor before Supabase's servers, and RDS Proxy: neither names a routine.
	[
		'pooler refused',
		null,
		'MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size',
	],
	['pooler refused', null, 'Max client connections reached'],
	['pooler refused', null, 'Timed-out waiting to acquire database connection'],
])('a provider’s own words: %s, %s', async (verdict, routine, text) => {
	const fields = { S: 'FATAL', V: 'FATAL', C: routine === null ? 'XX000' : '53300', M: text };
	const answer = errorResponse(routine === null ? fields : { ...fields, R: routine });
	expect(await verdictAfter(answer)).toMatchObject({ verdict });
});
