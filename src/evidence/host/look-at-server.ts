/** The processes that serve a connection, where it leads to a server of this very machine. It needs no connection. */
import { networkInterfaces } from 'node:os';
import type { ConnectionSettings } from '../postgres/connection-settings.ts';
import { socketPath } from '../postgres/hosts.ts';
import type { Attempt, Keeper } from '../postgres/postgres.ts';
import { type Backends, backendsOf } from './backends.ts';
import { type Door, findServer } from './find-server.ts';
import { listLinux } from './linux-listing.ts';
import { plainAddress } from './linux-sockets.ts';
import type { HostListing, HostProcess, ListHost } from './listing.ts';
import { listMac } from './mac-listing.ts';
import { listWindows } from './windows-listing.ts';

export type ServerSeen = {
	readonly kind: 'seen';
	readonly listing: HostListing;
	readonly postmaster: HostProcess;
	/** Its children, in the order they were made. */
	readonly children: readonly HostProcess[];
	/** Those of them that are sessions. */
	readonly all: Backends;
	/** The latest attempt to connect, which led here. */
	readonly attempt: Attempt | null;
};

export type ServerLook = ServerSeen | { readonly kind: 'not seen'; readonly why: string };

/** @throws a system error where the processes cannot be listed, or the signal's reason */
export type LookAtServer = (signal: AbortSignal) => Promise<ServerLook>;

/** Null: it is not known how processes are listed there. */
export function listingFor(platform: string): ListHost | null {
	switch (platform) {
		case 'linux':
			return (_, signal) => listLinux('/proc', signal);
		case 'darwin':
			return (_, signal) => listMac(signal);
		case 'win32':
			return listWindows;
		default:
			return null;
	}
}

/** @param list how this system is looked at; null: there is no way that is known */
export function serverLook(
	keeper: Pick<Keeper, 'session' | 'lastAttempt'>,
	settings: Pick<ConnectionSettings, 'hosts'>,
	list: ListHost | null,
): LookAtServer {
	return async (signal) => {
		const notSeen = (why: string): ServerLook => ({ kind: 'not seen', why });
		const attempt = keeper.lastAttempt;
		const door = doorOf(attempt, settings);
		if (door === null) return notSeen('it is not known where the server is');
		if (door.kind === 'tcp' && !isHere(door.address))
			return notSeen('the server is on another machine: run this on its own host');
		if (list === null) return notSeen('this system’s processes cannot be listed');
		const { session } = keeper;
		const listing = await list(door.port, signal);
		const server = findServer(listing, door, session === null || session.pooled ? null : session.pid);
		if (server.kind === 'not found') return notSeen(server.why);
		const { postmaster, children } = server;
		return {
			kind: 'seen',
			listing,
			postmaster,
			children,
			all: backendsOf(server, listing, door.port),
			attempt,
		};
	};
}

/** Where the latest attempt went; null: it did not come so far as to have an address. */
function doorOf(attempt: Attempt | null, { hosts }: Pick<ConnectionSettings, 'hosts'>): Door | null {
	const { host, port } = attempt?.server ?? {};
	const place = hosts.find((each) => each.host === host && each.port === port);
	if (place === undefined) return null;
	if (place.kind === 'unix') return { kind: 'unix', path: socketPath(place), port: place.port };
	const address = attempt?.facts.address;
	return typeof address === 'string'
		? { kind: 'tcp', address: plainAddress(address), port: place.port }
		: null;
}

function isHere(address: string): boolean {
	if (/^127\./.test(address) || address === '::1') return true;
	return Object.values(networkInterfaces()).some((list) =>
		(list ?? []).some((own) => plainAddress(own.address) === address),
	);
}
