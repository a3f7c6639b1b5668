import { expect, it } from 'vitest';
import { connectVerdictOf } from '../../../src/evidence/refusal-text/connect-verdict.ts';
import { textRules } from '../../../src/evidence/refusal-text/rules.ts';

const at = 'psql: error: connection to server at "db1.example" (10.0.0.7), port 5433 failed: ';
const hint = '\n\tIs the server running on that host and accepting TCP/IP connections?';

it.each([
	[
		'ordinary slots gone',
		`${at}FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute`,
	],
	[
		'ordinary slots gone',
		'psql: FATAL:  remaining connection slots are reserved for non-replication superuser connections',
	],
	['no slot at all', `${at}FATAL:  sorry, too many clients already`],
	['role limit', `${at}FATAL:  too many connections for role "ims"`],
	['database limit', `${at}FATAL:  too many connections for database "openiz"`],
	[
		'walsender limit',
		`${at}FATAL:  number of requested standby connections exceeds "max_wal_senders" (currently 2)`,
	],
	['database closed', `${at}FATAL:  database "openiz" is not currently accepting connections`],
	[
		'starting or stopping',
		`${at}FATAL:  the database system is not accepting connections\nDETAIL:  Hot standby mode is disabled.`,
	],
	['credentials refused', `${at}FATAL:  password authentication failed for user "ims"`],
	[
		'credentials refused',
		`${at}FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "ims", database "openiz", no encryption`,
	],
	['credentials refused', `${at}fe_sendauth: no password supplied`],
	['tls refused', `${at}server does not support SSL, but SSL was required`],
	['refused', `${at}Connection refused${hint}`],
	['refused', `${at}Connection refused (0x0000274D/10061)${hint}`],
	[
		'refused',
		'psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?',
	],
	[
		'refused',
		'could not connect to server: Connection refused\n\tIs the server running on host "db1" (10.0.0.7) and accepting\n\tTCP/IP connections on port 5432?',
	],
	['no answer', `${at}timeout expired`],
	['no answer', `${at}No route to host${hint}`],
	[
		'no such name',
		'psql: error: could not translate host name "db1.example" to address: Name or service not known',
	],
	[
		'silent',
		`${at}server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.`,
	],
	['could not fork', `${at}could not fork new process for connection: Resource temporarily unavailable`],
	['could not fork', `${at}server sent an error response during SSL exchange`],
	['pooler refused', `${at}FATAL:  no more connections allowed (max_client_conn)`],
	['otherwise', `${at}FATAL:  database "opneiz" does not exist`],
	['starting or stopping', '/var/run/postgresql:5432 - rejecting connections'],
	[
		'ordinary slots gone',
		'Npgsql.PostgresException (0x80004005): 53300: remaining connection slots are reserved for non-replication superuser connections',
	],
])('%s: %s', (verdict, text) => {
	expect(connectVerdictOf(text)?.verdict).toBe(verdict);
});

it('takes the word of a server over that of an address that nobody answers at', () => {
	const text = `psql: error: connection to server at "localhost" (::1), port 5432 failed: Connection refused${hint}
connection to server at "localhost" (127.0.0.1), port 5432 failed: FATAL:  sorry, too many clients already`;
	expect(connectVerdictOf(text)).toMatchObject({
		verdict: 'no slot at all',
		code: '53300',
		layer: 'startup',
	});
});

it('reads what a mail made of it', () => {
	const text =
		'> psql: error: connection to server at “db1” (10.0.0.7), port 5432\r\n> failed: FATAL:\u00a0 too many connections for\r\n> role “ims”';
	expect(connectVerdictOf(text)).toMatchObject({
		verdict: 'role limit',
		named: { host: 'db1', port: 5432, user: 'ims', database: null },
	});
});

it('goes by the routine where a driver prints it, for that is not translated', () => {
	const text =
		"error: Verbindung nicht möglich { code: '53300', severity: 'FATAL', routine: 'CheckMyDatabase' }";
	expect(connectVerdictOf(text)).toMatchObject({ verdict: 'database limit', routine: 'CheckMyDatabase' });
});

it.each(['', 'ERROR:  relation "visits" does not exist', '53300', 'localhost:5432 - accepting connections'])(
	'says nothing of %j',
	(text) => {
		expect(connectVerdictOf(text)).toBeNull();
	},
);

it('tells the person what it means without a secret', () => {
	const verdict = connectVerdictOf(
		`psql "host=db1 password=geheim"\n${at}FATAL:  sorry, too many clients already`,
	);
	expect(verdict?.failure.message).toContain('db1.example:5433 has no connection slot left');
	expect(JSON.stringify(verdict)).not.toContain('geheim');
});

it('knows every text of every language, and mistakes none for another', () => {
	const mistaken = textRules.flatMap(({ texts, verdict, code, beside }) =>
		texts.filter((text) => {
			const said = text.replaceAll('%s', 'ims').replaceAll(/%[duc]/g, '10');
			const found = connectVerdictOf(
				`psql: error: connection to server at "db1" (10.0.0.7), port 5432 failed: FATAL:  ${said}\n\t${beside?.[1] ?? ''}`,
			);
			return found?.verdict !== verdict || found.code !== code;
		}),
	);
	expect(mistaken).toEqual([]);
	expect(textRules.flatMap(({ texts }) => texts).length).toBeGreaterThan(500);
});
