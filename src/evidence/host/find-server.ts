/** Which server of this machine it is that a connection leads to, and how that is known. */
import { type HostListing, type HostProcess, isPooler, isServer, type TcpSocket } from './listing.ts';
import { readTitle } from './process-title.ts';

/** Where a connection leads. */
export type Door =
	| { readonly kind: 'tcp'; readonly address: string; readonly port: number }
	| { readonly kind: 'unix'; readonly path: string; readonly port: number };

export type FoundServer =
	| {
			readonly kind: 'found';
			readonly postmaster: HostProcess;
			/** The postmaster's children, in the order they were made. */
			readonly children: readonly HostProcess[];
	  }
	| { readonly kind: 'not found'; readonly why: string };

/**
 * @param sessionPid the process of the session that is held; null: there is none, or a pooler stands in between
 */
export function findServer(listing: HostListing, door: Door, sessionPid: number | null): FoundServer {
	const notFound = (why: string): FoundServer => ({ kind: 'not found', why });
	const place = door.kind === 'tcp' ? `port ${door.port}` : 'its socket';
	const servers = listing.processes.filter(({ name }) => isServer(name));
	const pids = new Set(servers.map(({ pid }) => pid));
	const all = servers.filter(({ parent }) => !pids.has(parent));
	const apart = all.filter(({ pid }) => listing.isApart(pid) === true);
	const postmasters = all.filter((postmaster) => !apart.includes(postmaster));
	const found = (postmaster: HostProcess): FoundServer => ({
		kind: 'found',
		postmaster,
		children: servers.filter(({ parent }) => parent === postmaster.pid),
	});
	const [inContainer] = apart;
	const orInContainer = (why: string): FoundServer =>
		notFound(
			inContainer === undefined
				? why
				: `PostgreSQL runs in a container here (process ${inContainer.pid}): run this in there`,
		);

	const listener = listenerOf(listing, door);
	if (listener === null) return orInContainer(`nothing listens on ${place} of this machine`);

	// Its own open files say it without doubt, to root and to the server's own user.
	const { inode } = listener;
	if (inode !== null) {
		const owner = postmasters.find(({ pid }) => listing.socketsOf(pid)?.has(inode) === true);
		if (owner !== undefined) return found(owner);
		const other = listing.ownerOf(inode);
		if (other !== null) return orInContainer(`${other} listens on ${place}, not PostgreSQL`);
	}

	const ofSession = servers.find(({ pid }) => pid === sessionPid);
	const itsServer = postmasters.find(({ pid }) => pid === ofSession?.parent);
	if (itsServer !== undefined) return found(itsServer);

	// Everybody may read titles, which name the client's port, and the table of sockets, which names ours.
	const clients = new Set(listing.tcp.filter((socket) => socket.port === door.port).map(clientPort));
	const served = postmasters.filter(({ pid }) =>
		servers.some(({ parent, title }) => parent === pid && clients.has(titledPort(title))),
	);
	const [only] = served;
	if (only !== undefined && served.length === 1) return found(only);

	const sameUser = postmasters.filter(({ uid }) => listener.uid === null || uid === listener.uid);
	const [lone] = sameUser;
	if (lone !== undefined && sameUser.length === 1 && isAlone(listing, door, listener)) return found(lone);
	if (!listing.seesOthers)
		return notFound('other users’ processes are hidden here (hidepid): run this as root');
	return orInContainer(
		postmasters.length === 0
			? `no process of PostgreSQL is seen here, though something listens on ${place}`
			: `it cannot be told whose process listens on ${place}: run this as root`,
	);
}

type Listener = { readonly inode: number | null; readonly uid: number | null };

function listenerOf(listing: HostListing, door: Door): Listener | null {
	if (door.kind === 'unix') {
		const socket = listing.unix.find(({ path }) => path === door.path);
		return socket === undefined ? null : { inode: socket.inode, uid: null };
	}
	const here = new Set([door.address, '0.0.0.0', '::', '*']);
	return (
		listing.tcp.find(
			({ state, port, address }) => state === 'listen' && port === door.port && here.has(address),
		) ?? null
	);
}

/** Nothing else that could be behind the door: no pooler, and no other port of the same user. */
function isAlone(listing: HostListing, door: Door, listener: Listener): boolean {
	if (listing.processes.some(({ name }) => isPooler(name))) return false;
	return listing.tcp.every(
		({ state, port, uid }) => state !== 'listen' || port === door.port || uid !== listener.uid,
	);
}

const clientPort = ({ remotePort }: TcpSocket): number => remotePort;

function titledPort(title: string): number {
	const read = readTitle(title, '');
	return 'client' in read && read.client.kind === 'tcp' ? read.client.port : -1;
}
