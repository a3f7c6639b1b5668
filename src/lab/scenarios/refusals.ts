/** Attempts that fail before there is a session: names, networks, credentials, encryption, a server on its way. */
import { createServer } from 'node:net';
import { openBlackHole } from '../black-hole.ts';
import { LabError } from '../lab-error.ts';
import type { Scenario } from '../scenario.ts';
import { imsRole, imsSessions, mainDatabase } from '../site.ts';
import { noAnswer, serverError, socketError } from '../site-log.ts';
import { commonlyBlamed, small } from './slots.ts';

const common = {
	neverCauses: commonlyBlamed,
	reliefs: [],
	instanceCount: 1,
	server: small,
} as const;

/** The same address with another host, port, password or parameter. */
function changed(uri: string, change: (url: URL) => void): string {
	const url = new URL(uri);
	change(url);
	return url.href;
}

export const wrongName: Scenario = {
	...common,
	id: 'wrong-name',
	title: 'The configured name does not exist',
	learningGoal: 'See that a name that does not resolve says nothing about the server.',
	firstCause: 'a-name-that-does-not-resolve',
	firstSolution: 'correct-the-address',
	logged: () => [socketError('No such host is known')],
	outcome: { kind: 'unreached' },
	// `.invalid` is reserved: no resolver may know it (RFC 2606).
	setUp: async ({ uri }) =>
		changed(uri(), (url) => {
			url.hostname = 'openiz-db.invalid';
		}),
};

export const nothingListens: Scenario = {
	...common,
	id: 'nothing-listens',
	title: 'The server is not running',
	learningGoal: 'Tell a refused connection (the host answers, the server is down) from silence.',
	firstCause: 'nothing-listens-there',
	firstSolution: 'start-the-server',
	logged: () => [socketError('No connection could be made because the target machine actively refused it')],
	outcome: { kind: 'refused', code: 'ECONNREFUSED', routine: null },
	async setUp({ server }) {
		await server.shutDown('fast');
		return null;
	},
};

export const silentServer: Scenario = {
	...common,
	id: 'silent-server',
	title: 'Something accepts the connection and never answers',
	learningGoal: 'See that an open port proves nothing: only an answer does.',
	firstCause: 'a-server-that-accepts-but-does-not-answer',
	firstSolution: 'restore-the-network-path',
	logged: () => [noAnswer],
	outcome: { kind: 'unreached' },
	async setUp({ uri, atEnd }) {
		const sockets = new Set<{ destroy(): unknown }>();
		const listener = createServer((socket) => {
			sockets.add(socket);
			socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
			// Read and dropped: a client that gives up is noticed.
			socket.resume().unref();
		});
		listener.unref();
		await new Promise<void>((resolve, reject) => {
			listener.once('error', reject).listen({ port: 0, host: '127.0.0.1' }, resolve);
		});
		atEnd(async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => listener.close(resolve));
		});
		const address = listener.address();
		if (address === null || typeof address === 'string')
			throw new LabError('No port was given to listen on.', []);
		return changed(uri(), (url) => {
			url.port = String(address.port);
		});
	},
};

export const swallowedPackets: Scenario = {
	...common,
	id: 'swallowed-packets',
	title: 'A firewall drops everything on its way to the server',
	learningGoal: 'Tell silence of the network from a refused connection, and from a port that is open.',
	firstCause: 'a-network-that-swallows-packets',
	neverCauses: [...common.neverCauses, 'nothing-listens-there', 'a-server-that-accepts-but-does-not-answer'],
	firstSolution: 'restore-the-network-path',
	logged: () => [socketError('A connection attempt failed because the connected party did not respond')],
	outcome: { kind: 'unreached' },
	async setUp({ uri, atEnd }) {
		const { port, close } = await openBlackHole();
		atEnd(close);
		return changed(uri(), (url) => {
			url.port = String(port);
		});
	},
};

export const wrongPassword: Scenario = {
	...common,
	id: 'wrong-password',
	title: 'The password is not the right one',
	learningGoal:
		'See that refused credentials prove a server that is up, and that trying again does not help.',
	firstCause: 'rejected-credentials',
	firstSolution: 'correct-the-credentials',
	logged: () => [serverError('28P01', `password authentication failed for user "${imsRole}"`)],
	outcome: { kind: 'refused', code: '28P01', routine: null },
	setUp: async ({ uri }) =>
		changed(uri(), (url) => {
			url.password = 'last-years-password';
		}),
};

export const hbaReject: Scenario = {
	...common,
	id: 'pg-hba-reject',
	title: 'pg_hba.conf rejects the role',
	learningGoal: 'Tell a line of pg_hba.conf from a wrong password: the server says which it was.',
	firstCause: 'rejected-credentials',
	firstSolution: 'correct-the-credentials',
	server: { ...common.server, hba: [`host ${mainDatabase} ${imsRole} 127.0.0.0/8 reject`] },
	logged: (major) => [
		serverError(
			'28000',
			`pg_hba.conf rejects connection for host "127.0.0.1", user "${imsRole}", database "${mainDatabase}", ${major < 14 ? 'SSL off' : 'no encryption'}`,
		),
	],
	outcome: { kind: 'refused', code: '28000', routine: 'ClientAuthentication' },
	setUp: async () => null,
};

export const tlsMismatch: Scenario = {
	...common,
	id: 'tls-mismatch',
	title: 'The client demands encryption that the server does not offer',
	learningGoal: 'See that the two sides must agree on TLS, and which of them says no.',
	firstCause: 'a-tls-mismatch',
	firstSolution: 'agree-on-tls',
	logged: () => [
		'Npgsql.NpgsqlException (0x80004005): SSL connection requested. No SSL enabled connection from this host is configured.',
	],
	outcome: { kind: 'unreached' },
	setUp: async ({ uri }) => changed(uri(), (url) => url.searchParams.set('sslmode', 'require')),
};

export const startingOrStopping: Scenario = {
	...common,
	id: 'starting-or-stopping',
	title: 'The server is shutting down and waits for one session to end',
	learningGoal: 'See that a server on its way answers 57P03: something to wait for, or a session to find.',
	firstCause: 'a-server-starting-or-stopping',
	firstSolution: 'wait-for-the-server',
	logged: () => [serverError('57P03', 'the database system is shutting down')],
	outcome: { kind: 'refused', code: '57P03', routine: null },
	async setUp({ server, crowd, instances, uri }) {
		crowd.join(instances.map((instance) => imsSessions(instance, uri(), 1, { returns: false })));
		await crowd.untilHeld(1);
		await server.shutDown('smart', { wait: false });
		return null;
	},
};
