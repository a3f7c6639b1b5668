/** The sessions of a server as its host sees them: a process each, and the socket that leads to its client. */
import type { FoundServer } from './find-server.ts';
import { plainAddress } from './linux-sockets.ts';
import type { HostListing, HostProcess, TcpSocket } from './listing.ts';
import { type Activity, clusterNameIn, readTitle, type TitledClient } from './process-title.ts';
import { windowsKind } from './windows-listing.ts';

export type Backend = {
	readonly pid: number;
	/** With the pid it names one process for ever. */
	readonly started: string;
	readonly ageS: number;
	readonly kind: 'session' | 'walsender';
	/** Null: not shown, or not to be told apart; then `login` has both. */
	readonly role: string | null;
	readonly database: string | null;
	/** Null: not shown. */
	readonly login: string | null;
	/** `local` for the Unix socket; null: not shown. */
	readonly client: string | null;
	/** Null: not shown. */
	readonly activity: Activity | null;
	/** Its client has closed or lost the connection; null: cannot be told. */
	readonly clientGone: boolean | null;
};

export type Backends = {
	readonly backends: readonly Backend[];
	/** Connections that have said nothing yet: they hold no slot. */
	readonly silent: number;
};

/** @param port the server's */
export function backendsOf(
	{ postmaster, children }: Extract<FoundServer, { readonly kind: 'found' }>,
	{ tcp }: Pick<HostListing, 'tcp'>,
	port: number,
): Backends {
	const cluster = clusterNameIn(children.map(({ title }) => title));
	const sockets = tcp.filter((socket) => socket.port === port && socket.state !== 'listen');
	const socketOf = socketFinder(sockets);
	const backends: Backend[] = [];
	let silent = 0;
	for (const child of children) {
		const title = readTitle(child.title, cluster);
		if (title.kind === 'session' || title.kind === 'walsender') {
			const { kind, role, database, login, client, activity } = title;
			backends.push({
				...named(child),
				kind,
				role,
				database,
				login,
				client: client.kind === 'local' ? 'local' : plainAddress(client.host),
				activity,
				clientGone: client.kind === 'local' ? null : isGone(socketOf(client)),
			});
		} else if (title.kind === 'none') {
			if (windowsKind(child.title) === 'session') backends.push(untitled(child, sockets));
			else if (child.title === postmaster.title) silent += 1;
		}
	}
	return { backends, silent };
}

const named = ({ pid, started, ageS }: HostProcess) => ({ pid, started, ageS });

/** Windows shows no title, and which of the sockets is whose only where the system says so. */
function untitled(child: HostProcess, sockets: readonly TcpSocket[]): Backend {
	const socket = sockets.find(({ pid }) => pid === child.pid);
	return {
		...named(child),
		kind: 'session',
		role: null,
		database: null,
		login: null,
		client: socket === undefined ? null : plainAddress(socket.remoteAddress),
		activity: null,
		clientGone: socket === undefined ? null : isGone(socket),
	};
}

/** A connection that was reset is in no table any more. */
function isGone(socket: TcpSocket | undefined): boolean {
	return socket === undefined || socket.state !== 'open';
}

type TcpClient = Extract<TitledClient, { readonly kind: 'tcp' }>;

/** By address and port; by the port alone where the title has a name in place of the address (`log_hostname`). */
function socketFinder(sockets: readonly TcpSocket[]): (client: TcpClient) => TcpSocket | undefined {
	const byClient = new Map<string, TcpSocket>();
	const byPort = new Map<number, TcpSocket>();
	for (const socket of sockets) {
		byClient.set(`${plainAddress(socket.remoteAddress)} ${socket.remotePort}`, socket);
		byPort.set(socket.remotePort, socket);
	}
	return ({ host, port }) => {
		const isAddress = /^[0-9a-f:.]+(%.*)?$/i.test(host) && /[:.]/.test(host);
		return isAddress ? byClient.get(`${plainAddress(host)} ${port}`) : byPort.get(port);
	};
}
