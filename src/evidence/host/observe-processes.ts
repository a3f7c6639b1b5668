/** The `processes` probe: who holds the slots, as the server's own host shows it. It needs no connection. */
import { networkInterfaces } from 'node:os';
import { ownFailure } from '../../machine/own-failure.ts';
import { systemCode } from '../../system-code.ts';
import { absent } from '../absent.ts';
import { countOf } from '../count-attribute.ts';
import type { EvidenceSource } from '../observe.ts';
import type { ConnectionSettings } from '../postgres/connection-settings.ts';
import { socketPath } from '../postgres/hosts.ts';
import type { PostgresKeeper } from '../postgres/keeper.ts';
import type { Attempt } from '../postgres/postgres.ts';
import { serverMajor } from '../postgres/server-major.ts';
import { pause } from '../postgres/waiting.ts';
import { timeTaken } from '../time-taken.ts';
import { type Backends, backendsOf } from './backends.ts';
import { type Door, findServer } from './find-server.ts';
import { factsOf, holders, isLasting, judge, lasting, rowsOf, type Surrounding } from './judge-backends.ts';
import { listLinux } from './linux-listing.ts';
import { plainAddress } from './linux-sockets.ts';
import type { ListHost } from './listing.ts';
import { listMac } from './mac-listing.ts';
import { listWindows } from './windows-listing.ts';

export type ProcessesSourceOptions = {
	readonly keeper: PostgresKeeper;
	readonly settings: ConnectionSettings;
	readonly maxRows: number;
	readonly clock: () => Date;
	/** How this system is looked at; null: there is no way that is known. */
	readonly list: ListHost | null;
	/** Between two looks at what may be momentary, in milliseconds. */
	readonly againMs?: number;
};

const defaultAgainMs = 1_000;

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

/** Answers only where the connection leads to a server of this very machine; elsewhere there is nothing to look at. */
export function createProcessesSource({
	keeper,
	settings,
	maxRows,
	clock,
	list,
	againMs = defaultAgainMs,
}: ProcessesSourceOptions): EvidenceSource {
	return async ({ check, facts }, signal) => {
		const taken = timeTaken(clock);
		const session = await keeper.ensureSession();
		const door = doorOf(keeper.lastAttempt, settings);
		if (door === null) return absent('it is not known where the server is');
		if (door.kind === 'tcp' && !isHere(door.address))
			return absent('the server is on another machine: run this on its own host');
		if (list === null) return absent('this system’s processes cannot be listed');
		const budget = check.checks.find(({ language }) => language === 'processes')?.attributes.budget;
		const around: Surrounding = {
			usable: countOf(budget, facts),
			refused: session === null && wasRefused(keeper.lastAttempt),
			major: session === null ? null : serverMajor(session.server),
		};
		const sessionPid = session === null || session.pooled ? null : session.pid;
		const look = async (): Promise<Looked> => {
			const listing = await list(door.port, signal);
			const server = findServer(listing, door, sessionPid);
			if (server.kind === 'not found') return server;
			return { kind: 'looked', pid: server.postmaster.pid, all: backendsOf(server, listing, door.port) };
		};
		const measured = () => ({ source: 'host' as const, sql: null, ...taken() });
		try {
			let looked = await look();
			if (looked.kind === 'not found') return absent(looked.why);
			let verdict = judge(holders(looked.all, around), around);
			if (!isLasting(verdict)) {
				await pause(againMs, signal);
				signal.throwIfAborted();
				const again = await look();
				if (again.kind === 'not found') return absent(again.why);
				const backends = lasting(looked.all.backends, again.all.backends);
				looked = { ...again, all: { ...again.all, backends } };
				verdict = judge(holders(looked.all, around), around);
			}
			return {
				kind: 'verdict',
				verdict,
				facts: factsOf(looked.all, around, looked.pid),
				rows: rowsOf(holders(looked.all, around)).slice(0, maxRows),
				...measured(),
				failure: null,
				grant: null,
			};
		} catch (error) {
			signal.throwIfAborted();
			const code = systemCode(error);
			if (code === null) throw error;
			const failure = ownFailure(code, `The processes of this machine could not be listed (${code}).`, [
				'look at them by hand, as the check describes',
			]);
			return { kind: 'failed', failure, ...measured() };
		}
	};
}

type Looked =
	| { readonly kind: 'looked'; readonly pid: number; readonly all: Backends }
	| { readonly kind: 'not found'; readonly why: string };

/** Where the latest attempt went; null: it did not come so far as to have an address. */
function doorOf(attempt: Attempt | null, { hosts }: ConnectionSettings): Door | null {
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

/** The refusals that mean the whole server, not one role or database. */
function wasRefused(attempt: Attempt | null): boolean {
	return attempt?.verdict === 'ordinary slots gone' || attempt?.verdict === 'no slot at all';
}
