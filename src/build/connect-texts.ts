/**
 * Writes `src/evidence/refusal-text/translations.ts` from the message catalogues of the server, of libpq, of pg_isready
 * and of the C library: a client that is refused prints a text and no SQLSTATE.
 *
 *     node src/build/connect-texts.ts /usr/share/locale 15 > src/evidence/refusal-text/translations.ts
 */
import { argv, stdout } from 'node:process';
import { languagesOf, opening, quoted, readCatalogues, translationsOf } from './message-catalogue.ts';

const server = {
	'no slot': ['sorry, too many clients already'],
	'ordinary slots': ['remaining connection slots are reserved for non-replication superuser connections'],
	'role limit': ['too many connections for role "%s"'],
	'database limit': ['too many connections for database "%s"'],
	walsenders: ['number of requested standby connections exceeds max_wal_senders (currently %d)'],
	'database closed': ['database "%s" is not currently accepting connections'],
	'not ready': [
		'the database system is starting up',
		'the database system is shutting down',
		'the database system is in recovery mode',
		'the database system is not yet accepting connections',
		'the database system is not accepting connections',
	],
	'no entry': [
		'no pg_hba.conf entry for host "%s", user "%s", database "%s", %s',
		'no pg_hba.conf entry for replication connection from host "%s", user "%s", %s',
		'pg_hba.conf rejects connection for host "%s", user "%s", database "%s", %s',
		'pg_hba.conf rejects replication connection for host "%s", user "%s", %s',
	],
	'wrong password': [
		'password authentication failed for user "%s"',
		'authentication failed for user "%s": host rejected',
		'authentication failed for user "%s": invalid authentication method',
		...['Peer', 'Ident', 'GSSAPI', 'SSPI', 'PAM', 'LDAP', 'RADIUS', 'BSD', 'certificate', '"trust"'].map(
			(method) => `${method} authentication failed for user "%s"`,
		),
	],
	'no role': ['role "%s" does not exist', 'role "%s" is not permitted to log in'],
	'no database': ['database "%s" does not exist'],
	'no fork': ['could not fork new process for connection: '],
};
const client = {
	'no such name': ['could not translate host name "%s" to address: %s\n'],
	timeout: ['timeout expired\n'],
	'closed without answer': [
		'server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\n',
	],
	'no method': [
		'authentication method %u not supported\n',
		'SSPI authentication not supported\n',
		'GSSAPI authentication not supported\n',
	],
	'no tls': ['server does not support SSL, but SSL was required\n'],
	'root certificate': [
		'root certificate file "%s" does not exist\nEither provide the file or change sslmode to disable server certificate verification.\n',
	],
	tls: [
		'SSL error: %s\n',
		'SSL SYSCALL error: %s\n',
		'could not establish SSL connection: %s\n',
		'server certificate for "%s" does not match host name "%s"\n',
		'could not read certificate file "%s": %s\n',
	],
	'not postgresql': [
		'received invalid response to SSL negotiation: %c\n',
		'expected authentication request from server, but received %c\n',
	],
	// A server that cannot fork answers the first question with an error, and libpq does not show its words.
	'error instead of tls': ['server sent an error response during SSL exchange\n'],
	'by socket': ['\tIs the server running locally and accepting connections on that socket?\n'],
	'by network': ['\tIs the server running on that host and accepting TCP/IP connections?\n'],
};
const system = {
	refused: ['Connection refused'],
	'no file': ['No such file or directory', 'Permission denied'],
	reset: ['Connection reset by peer', 'Broken pipe'],
	unreachable: ['Connection timed out', 'No route to host', 'Network is unreachable'],
};
const tool = { 'ready says no': ['rejecting connections\n'], 'ready says nothing': ['no response\n'] };

const [folder = '/usr/share/locale', major = '15'] = argv.slice(2);
const libpq = `libpq5-${major}.mo`;
// The C library speaks more languages than PostgreSQL's own messages come in.
const languages = languagesOf(folder, libpq);
const parts = [
	[server, readCatalogues(folder, `postgres-${major}.mo`)],
	[client, readCatalogues(folder, libpq)],
	[tool, readCatalogues(folder, `pgscripts-${major}.mo`)],
	[system, readCatalogues(folder, 'libc.mo', languages)],
] as const;

/** The part of a message that does not depend on its occasion: its first line, of the reserve its opening. */
function essence(name: string, text: string): string {
	if (name === 'ordinary slots') return opening(text);
	const line = text.trim().split('\n')[0] ?? '';
	return line.replace(/^[\s:]+|[\s:]+$/g, '');
}

const entries = parts.flatMap(([messages, catalogues]) =>
	Object.entries(messages).map(([name, texts]) => {
		const said = translationsOf(catalogues, texts).map((text) => essence(name, text));
		return `\t${quoted(name)}: [\n${[...new Set(said)].map((text) => `\t\t${quoted(text)},\n`).join('')}\t],\n`;
	}),
);

stdout.write(`/**
 * What a refused client prints in other languages than English. Made by src/build/connect-texts.ts from the message
 * catalogues of PostgreSQL ${major} (server, libpq, pg_isready) as Debian ships them, the PostgreSQL Licence, and from the names that
 * the C library (glibc) has for the system's errors. \`%s\`, \`%d\`, \`%u\` and \`%c\` stand for what differs each time.
 */
export const translations = {
${entries.join('')}} as const satisfies Readonly<Record<string, readonly string[]>>;
`);
