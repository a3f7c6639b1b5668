/** Processes and sockets of Linux, from `/proc` alone: no tool is needed, and no right but to look. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { readTcpTable, readUnixTable } from './linux-sockets.ts';
import { type HostListing, type HostProcess, isPooler, isServer } from './listing.ts';

/** Of the numbers in `/proc/PID/stat`: a hundredth of a second on every machine, whatever the kernel's own clock is. */
const ticksPerSecond = 100;

/** How many processes are read before others get their turn: a screen is drawn meanwhile. */
const batch = 250;

/** @param root where the kernel shows its processes */
export async function listLinux(root = '/proc', signal?: AbortSignal): Promise<HostListing> {
	const uptimeS = Number(readFileSync(join(root, 'uptime'), 'utf8').split(' ')[0]);
	const processes: HostProcess[] = [];
	const pids = readdirSync(root).filter((name) => /^\d+$/.test(name));
	for (const [index, pid] of pids.entries()) {
		if (index % batch === batch - 1) await yieldToOthers(undefined, { signal });
		const found = ifThere(() => readProcess(join(root, pid), Number(pid), uptimeS));
		if (found !== null) processes.push(found);
	}
	// After the processes: a socket that is not there any more was closed since, not opened since.
	const table = (name: string) => readFileSync(join(root, 'self/net', name), 'utf8');
	const tcp6 = ifThere(() => table('tcp6')) ?? '';
	const linkOf = (...path: readonly string[]) => ifThere(() => readlinkSync(join(root, ...path)));
	const network = linkOf('self/ns/net');
	const socketsOf = (pid: number): ReadonlySet<number> | null => {
		const folder = join(root, String(pid), 'fd');
		const names = ifThere(() => readdirSync(folder));
		return names === null ? null : new Set(names.flatMap((name) => inodeOf(linkOf(String(pid), 'fd', name))));
	};
	return {
		processes,
		seesOthers: ifThere(() => readFileSync(join(root, '1/stat'))) !== null,
		tcp: [...readTcpTable(table('tcp')), ...readTcpTable(tcp6)],
		unix: readUnixTable(ifThere(() => table('unix')) ?? ''),
		socketsOf,
		isApart: (pid) => {
			const its = linkOf(String(pid), 'ns/net');
			return its === null || network === null ? null : its !== network;
		},
		programOf: (pid) => linkOf(String(pid), 'exe'),
		ownerOf: (inode) => {
			for (const pid of pids) {
				if (socketsOf(Number(pid))?.has(inode) !== true) continue;
				const name = ifThere(() => readFileSync(join(root, pid, 'comm'), 'utf8').trim());
				return name === null ? null : `${name} (process ${pid})`;
			}
			return null;
		},
	};
}

/** Null: it is none of those that matter. @throws where it has ended */
function readProcess(folder: string, pid: number, uptimeS: number): HostProcess | null {
	const stat = readFileSync(join(folder, 'stat'), 'utf8');
	const end = stat.lastIndexOf(')');
	const name = stat.slice(stat.indexOf('(') + 1, end);
	if (!isServer(name) && !isPooler(name)) return null;
	// From the third field on: state, parent, …; the twenty-second is when it began, in ticks since the machine did.
	const fields = stat.slice(end + 2).split(' ');
	const started = fields[19] ?? '';
	// A zombie has given up what it held.
	if (fields[0] === 'Z' || fields[0] === 'X') return null;
	return {
		pid,
		parent: Number(fields[1]),
		started,
		ageS: Math.max(0, Math.round(uptimeS - Number(started) / ticksPerSecond)),
		uid: statSync(folder).uid,
		name,
		title: readFileSync(join(folder, 'cmdline'), 'utf8').replace(/\0+$/, '').replaceAll('\0', ' '),
	};
}

function inodeOf(link: string | null): readonly number[] {
	const inode = /^socket:\[(\d+)\]$/.exec(link ?? '')?.[1];
	return inode === undefined ? [] : [Number(inode)];
}

/** A process may end while it is being looked at, and others may not be looked at: neither is an error. */
function ifThere<T>(look: () => T): T | null {
	try {
		return look();
	} catch {
		return null;
	}
}
