/** Processes and sockets of macOS, as `ps` and `netstat` print them to anybody. */
import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { plainAddress } from './linux-sockets.ts';
import {
	type HostListing,
	type HostProcess,
	isPooler,
	isServer,
	type SocketState,
	type TcpSocket,
} from './listing.ts';

const run = promisify(execFile);

/** @throws a system error */
export async function listMac(signal: AbortSignal): Promise<HostListing> {
	const options = {
		signal,
		// Dates and headings in one language.
		env: { LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
		maxBuffer: 64 * 1024 * 1024,
	};
	const [ps, netstat, sockets] = await Promise.all([
		run('ps', ['-axww', '-o', 'pid=,ppid=,uid=,lstart=,command='], options),
		run('netstat', ['-an', '-p', 'tcp'], options),
		run('netstat', ['-an', '-f', 'unix'], options),
	]);
	return {
		processes: readPs(ps.stdout, new Date()),
		seesOthers: true,
		tcp: readNetstat(netstat.stdout),
		unix: readUnixNetstat(sockets.stdout),
		socketsOf: () => null,
		isApart: () => null,
		programOf: () => null,
		ownerOf: () => null,
	};
}

/** `ps -axww -o pid=,ppid=,uid=,lstart=,command=`, its dates in the machine's own time zone. */
export function readPs(text: string, now: Date): readonly HostProcess[] {
	return text.split('\n').flatMap((line): readonly HostProcess[] => {
		const [, pid = '', parent = '', uid = '', started = '', title = ''] =
			/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4})\s+(.*)$/.exec(line) ?? [];
		const name = title.startsWith('postgres: ') ? 'postgres' : basename(title.split(' ')[0] ?? '');
		if (!isServer(name) && !isPooler(name)) return [];
		const ageS = Math.max(0, Math.round((now.getTime() - Date.parse(started)) / 1_000));
		return [
			{
				pid: Number(pid),
				parent: Number(parent),
				started,
				ageS,
				uid: Number(uid),
				name,
				title: title.trimEnd(),
			},
		];
	});
}

const states: ReadonlyMap<string, SocketState> = new Map([
	['LISTEN', 'listen'],
	['ESTABLISHED', 'open'],
	['CLOSE_WAIT', 'client gone'],
]);

/** `netstat -an -p tcp`: the port stands after the last dot of the address. */
export function readNetstat(text: string): readonly TcpSocket[] {
	return text.split('\n').flatMap((line): readonly TcpSocket[] => {
		const [, local = '', remote = '', state = ''] =
			/^tcp(?:4|6|46)\s+\d+\s+\d+\s+(\S+)\s+(\S+)\s+([A-Z_0-9]+)/.exec(line) ?? [];
		if (state === '') return [];
		const here = endpointOf(local);
		const there = endpointOf(remote);
		return [
			{
				state: states.get(state) ?? 'other',
				...here,
				remoteAddress: there.address,
				remotePort: there.port,
				uid: null,
				inode: null,
				pid: null,
			},
		];
	});
}

function endpointOf(text: string): { readonly address: string; readonly port: number } {
	const at = text.lastIndexOf('.');
	return { address: plainAddress(text.slice(0, at)), port: Number(text.slice(at + 1)) };
}

/** Listening ones have no other side; their paths are all that is told of them. */
function readUnixNetstat(text: string): HostListing['unix'] {
	return text.split('\n').flatMap((line) => {
		const path = /(\/\S*\.s\.PGSQL\.\d+)\s*$/.exec(line)?.[1];
		return path === undefined ? [] : [{ path, inode: -1 }];
	});
}
