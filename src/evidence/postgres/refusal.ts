/** A refused connection in a person's words: what happened, on what, and what to do next. */
import type { Failure, Layer } from '../../machine/ports.ts';
import { cleanText, withoutSecrets } from '../untrusted.ts';
import type { RefusalVerdict } from './classify.ts';
import type { HostPlace } from './hosts.ts';

export type Refusal = {
	readonly verdict: RefusalVerdict;
	readonly code: string;
	readonly routine: string | null;
	readonly layer: Layer;
	/** The server's or the system's own words; may be empty. */
	readonly words: string;
	/** Whom it was about; null: the words alone are known, and they do not say. */
	readonly place: Pick<HostPlace, 'kind' | 'host' | 'port'> | null;
	readonly user: string | null;
	readonly database: string | null;
	/** It had answered the question for TLS before, which takes no slot. Absent: it was not asked. */
	readonly answeredTls?: boolean;
};

type Advice = { readonly what: (refusal: Refusal) => string; readonly next: readonly string[] };

/** How a place is called: `host:port`, or the socket's path. */
export function placeName(place: Refusal['place']): string {
	if (place === null) return 'the server';
	const { kind, host, port } = place;
	if (kind === 'unix') return `${host}/.s.PGSQL.${port}`;
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

const roleName = ({ user }: Refusal): string => (user === null ? 'this role' : `the role ${user}`);
const databaseName = ({ database }: Refusal): string =>
	database === null ? 'this database' : `the database ${database}`;

const advice: Readonly<Record<RefusalVerdict, Advice>> = {
	'ordinary slots gone': {
		what: ({ place, user, words }) =>
			`${placeName(place)} has no connection slot left for an ordinary role${user === null ? '' : ` such as ${user}`}: those that are left are for ${leftFor(words)}.`,
		next: [
			'Wait for the first slot that frees: --wait 60s.',
			'Come in by a role with reserved slots: --rescue CONNINFO of a superuser (from 16 on also of a member of pg_use_reserved_connections).',
		],
	},
	'no slot at all': {
		what: ({ place }) => `${placeName(place)} has no connection slot left, not even a reserved one.`,
		next: [
			"Run this on the server's own host: its processes show who holds the slots without needing one, and an idle one can be ended there, so that an administrator gets in.",
			'Wait for the first slot that frees, as a superuser (-U postgres), who needs only one: --wait 60s.',
			'Stop one of the applications, and try again at once.',
		],
	},
	'role limit': {
		what: (refusal) =>
			`On ${placeName(refusal.place)} ${roleName(refusal)} has as many sessions as it may have.`,
		next: [
			'Come in by another role: -U NAME, or --rescue CONNINFO.',
			'Raising max_connections would change nothing: the limit is the role’s own (CONNECTION LIMIT).',
		],
	},
	'database limit': {
		what: (refusal) =>
			`On ${placeName(refusal.place)} ${databaseName(refusal)} has as many sessions as it may have.`,
		next: [
			'Come in by another database: -d postgres.',
			'Raising max_connections would change nothing: the limit is the database’s own (CONNECTION LIMIT); 0 is a fence that somebody left behind.',
		],
	},
	'walsender limit': {
		what: ({ place }) => `${placeName(place)} has no replication connection left (max_wal_senders).`,
		next: ['Connect without replication, and look for receivers that are gone for good.'],
	},
	'database closed': {
		what: (refusal) => `On ${placeName(refusal.place)} ${databaseName(refusal)} takes no connections.`,
		next: ['Come in by another database: -d postgres. There ALLOW_CONNECTIONS can be set again.'],
	},
	'starting or stopping': {
		what: ({ place }) => `${placeName(place)} is starting up, shutting down or recovering.`,
		next: [
			'Wait until it takes connections: --wait 60s.',
			"If it lasts, read the server's log: recovery after a crash, or sessions that a smart shutdown waits for.",
		],
	},
	'credentials refused': {
		what: ({ place, user, database }) =>
			`${placeName(place)} does not let ${user ?? 'this role'} into ${database ?? 'this database'}.`,
		next: [
			'Check the role (-U NAME) and what it logs in with (-W asks for the password).',
			'Check pg_hba.conf on the server: its first line that fits decides.',
		],
	},
	'tls refused': {
		what: ({ place }) => `The encrypted connection to ${placeName(place)} did not come about.`,
		next: [
			'Compare sslmode with what the server can: sslmode=prefer takes what is offered.',
			'With verify-ca or verify-full: sslrootcert must name the authority that signed the certificate of the server.',
		],
	},
	refused: {
		what: ({ place }) => `Nothing listens at ${placeName(place)}.`,
		next: [
			'Check whether the server runs, and on which port (-p PORT).',
			'Check listen_addresses in postgresql.conf: only localhost is listened on unless it says otherwise.',
		],
	},
	'no such name': {
		what: ({ place }) => `The name ${place?.host ?? 'of the server'} does not resolve to an address.`,
		next: [
			'Check how the name is written (-h HOST), and ask the name server: nslookup NAME.',
			'Use the address itself for now.',
		],
	},
	'no answer': {
		what: ({ place }) => `${placeName(place)} does not answer at all.`,
		next: [
			'Check firewall, security group, route and VPN between here and there.',
			'Try from the server’s own host: if it answers there, it is the network.',
		],
	},
	silent: {
		what: ({ place }) => `${placeName(place)} takes the connection, but does not answer.`,
		next: [
			'Check what stands in between: a proxy, a pooler or a tunnel whose own server is gone.',
			'Check the server’s host: a machine that is frozen or out of memory still takes connections.',
		],
	},
	'could not fork': {
		what: ({ place }) =>
			`The operating system at ${placeName(place)} does not let PostgreSQL start another process.`,
		next: [
			'Check its limits there: TasksMax of the service, ulimit -u, and free memory.',
			'More connection slots would make it worse.',
		],
	},
	'pooler refused': {
		what: ({ place }) => `A pooler at ${placeName(place)} refuses, not the server behind it.`,
		next: [
			"Connect to the server's own address and port to see how many slots it has left.",
			'Check the pooler’s limits: max_client_conn, default_pool_size, query_wait_timeout.',
		],
	},
	otherwise: {
		what: ({ place }) => `The connection to ${placeName(place)} failed.`,
		next: ["Read the server's log of this moment."],
	},
};

/**
 * Whom the last slots are kept for. The names of attributes and roles are not translated; they are said from 16 on, the
 * narrower reserve last.
 */
function leftFor(words: string): string {
	if (words.includes('pg_use_reserved_connections'))
		return 'superusers and members of pg_use_reserved_connections';
	return words.includes('SUPERUSER') ? 'superusers alone by now' : 'superusers';
}

/** Refused for want of a slot, by a server that is well otherwise. */
const ofSlots: ReadonlySet<RefusalVerdict> = new Set([
	'ordinary slots gone',
	'no slot at all',
	'role limit',
	'database limit',
]);

const alive = ' The server itself is alive: it had answered the question for TLS, which takes no slot.';

const wayIn = /^Come in by /;

/** The same refusal for somebody who has come in by another way meanwhile: how to do that is no advice any more. */
export function onceInside(failure: Failure): Failure {
	return { ...failure, next: failure.next.filter((step) => !wayIn.test(step)) };
}

/** What is known better than the verdict alone, by code. */
const adviceByCode: ReadonlyMap<string, Partial<Advice>> = new Map<string, Partial<Advice>>([
	[
		'no-password',
		{
			what: ({ place, user }) =>
				`${placeName(place)} wants a password for ${user ?? 'this role'}, and none was given.`,
			next: ['Be asked for it: -W.', 'Or put it into PGPASSWORD or the password file (~/.pgpass).'],
		},
	],
	[
		'pooler-wait',
		{
			what: ({ place }) =>
				`A pooler at ${placeName(place)} lets us in, and has no connection to the server for us: we waited like its other clients.`,
		},
	],
	[
		'authentication-method',
		{ next: ['Give a role that logs in by password (scram-sha-256 or md5): -U NAME.'] },
	],
	[
		'3D000',
		{
			what: ({ place, database }) =>
				`${placeName(place)} has no database ${database ?? 'of the name that was given'}.`,
			next: ['Check how the name is written (-d NAME); capitals count.', 'See which there are: -d postgres.'],
		},
	],
	[
		'not-postgresql',
		{
			what: ({ place }) => `What listens at ${placeName(place)} is not PostgreSQL.`,
			next: ['Check the port: -p PORT.'],
		},
	],
	[
		'no-root-certificate',
		{ next: ['Name the file of the authority: sslrootcert=PATH, or sslrootcert=system for a public one.'] },
	],
	['tls-not-offered', { next: ['Turn ssl on at the server, or connect with sslmode=prefer or disable.'] }],
]);

/** A host's name stays as it is written; ours begins a sentence. */
function asSentence(text: string): string {
	return text.replace(/^the server\b/, 'The server');
}

export function failureOf(refusal: Refusal): Failure {
	const general = advice[refusal.verdict];
	const special = adviceByCode.get(refusal.code);
	const what = asSentence((special?.what ?? general.what)(refusal));
	const words = cleanText(refusal.words);
	const living = refusal.answeredTls === true && ofSlots.has(refusal.verdict) ? alive : '';
	return {
		code: cleanText(refusal.code, { max: 100 }),
		routine: refusal.routine === null ? null : cleanText(refusal.routine, { max: 100 }),
		layer: refusal.layer,
		message: withoutSecrets(cleanText(words === '' ? what : `${what}${living} It says: ${words}`)),
		next: special?.next ?? general.next,
	};
}
