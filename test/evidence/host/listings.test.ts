/** What other systems print, made as they print it, and what is made of it. */
import { expect, test } from 'vitest';
import { type Backend, backendsOf } from '../../../src/evidence/host/backends.ts';
import { findServer } from '../../../src/evidence/host/find-server.ts';
import { holders, judge } from '../../../src/evidence/host/judge-backends.ts';
import { plainAddress, readTcpTable, readUnixTable } from '../../../src/evidence/host/linux-sockets.ts';
import type { HostListing } from '../../../src/evidence/host/listing.ts';
import { readNetstat, readPs } from '../../../src/evidence/host/mac-listing.ts';
import { readWindowsListing } from '../../../src/evidence/host/windows-listing.ts';

const door = { kind: 'tcp', address: '127.0.0.1', port: 5432 } as const;

function seen(listing: HostListing) {
	const server = findServer(listing, door, null);
	if (server.kind === 'not found') throw new Error(server.why);
	return { pid: server.postmaster.pid, ...backendsOf(server, listing, door.port) };
}

test('Linux: addresses and states of the kernel’s tables', () => {
	const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   113        0 4690672 1 000000006ed79d6b 100 0 0 10 0
  80: 0100007F:1538 0B00000A:B220 08 00000000:00000001 02:000AFC33 00000000   113        0 4690705 2 00000000ea0cc4fe 20 4 22 13 -1
  36: 0100007F:B220 0100007F:1538 06 00000000:00000000 03:0000173D 00000000     0        0 0 3 00000000abbf1be7`;
	expect(readTcpTable(tcp)).toMatchObject([
		{ state: 'listen', address: '127.0.0.1', port: 5432, uid: 113, inode: 4690672 },
		{ state: 'client gone', remoteAddress: '10.0.0.11', remotePort: 45600 },
		{ state: 'other' },
	]);
	const tcp6 = `   1: 00000000000000000000000001000000:1538 00000000000000000000000001000000:B232 01 00000000:00000000 00:00000000 00000000   113        0 7 1
   2: 0000000000000000FFFF00000100007F:1538 0000000000000000FFFF00000C00000A:B233 01 00000000:00000000 00:00000000 00000000   113        0 8 1`;
	expect(readTcpTable(tcp6)).toMatchObject([
		{ address: '::1', remoteAddress: '::1' },
		{ address: '127.0.0.1', remoteAddress: '10.0.0.12' },
	]);
	expect(plainAddress('fe80:0:0:0::1%eth0')).toBe('fe80::1');
	const unix = `Num       RefCount Protocol Flags    Type St Inode Path
000000003bcf07f1: 00000002 00000000 00010000 0001 01 4690673 /run/postgresql/.s.PGSQL.5432
000000001d8a19e1: 00000003 00000000 00000000 0001 03 4690696 /run/postgresql/.s.PGSQL.5432`;
	expect(readUnixTable(unix)).toEqual([{ path: '/run/postgresql/.s.PGSQL.5432', inode: 4690673 }]);
});

test('macOS: ps and netstat tell which server it is by its clients’ ports', () => {
	const ps = `    1     0     0 Mon Nov 23 01:00:00 2026     /sbin/launchd
  501     1   501 Mon Nov 23 01:00:01 2026     /opt/homebrew/opt/postgresql@18/bin/postgres -D /opt/homebrew/var/postgresql@18
  510   501   501 Mon Nov 23 01:00:01 2026     postgres: checkpointer
  601   501   501 Mon Nov  9 01:00:05 2026     postgres: ims openiz 127.0.0.1(54321) SELECT
  602   501   501 Mon Nov 23 01:00:06 2026     postgres: ims openiz [local] idle
  701     1   501 Mon Nov 23 01:00:01 2026     /opt/homebrew/opt/postgresql@13/bin/postgres -D /opt/homebrew/var/postgresql@13
  702   701   501 Mon Nov 23 01:00:01 2026     postgres: checkpointer`;
	const netstat = `Active Internet connections (including servers)
Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)
tcp4       0      0  127.0.0.1.5432         127.0.0.1.54321        CLOSE_WAIT
tcp6       0      0  ::1.5432               *.*                    LISTEN
tcp4       0      0  127.0.0.1.5432         *.*                    LISTEN`;
	const listing: HostListing = {
		processes: readPs(ps, new Date('Mon Nov 23 01:00:10 2026')),
		seesOthers: true,
		tcp: readNetstat(netstat),
		unix: [],
		socketsOf: () => null,
		isApart: () => null,
		programOf: () => null,
		ownerOf: () => null,
	};
	expect(seen(listing)).toMatchObject({
		pid: 501,
		silent: 0,
		backends: [
			{ pid: 601, role: 'ims', client: '127.0.0.1', activity: 'working', clientGone: true, ageS: 1_209_605 },
			{ pid: 602, client: 'local', activity: 'idle', clientGone: null, ageS: 4 },
		],
	});
});

test('Windows: no title, so only how many there are, from where, and whose clients are gone', () => {
	const started = '2026-11-23T01:00:00.0000000Z';
	const process = (pid: number, parent: number, commandLine: string | null, name = 'postgres.exe') => ({
		...{ pid, parent, name, commandLine, started },
		ageS: 12.7,
	});
	const bin = '"C:/Program Files/OpenIZ/postgres/bin/postgres.exe"';
	const gone = [11, 12, 13, 14];
	const listing = readWindowsListing(
		JSON.stringify({
			processes: [
				process(4, 1, `${bin} -D "C:/data"`),
				process(5, 4, `${bin} "--forkchild=checkpointer" 1234`),
				process(6, 4, `${bin} --forkboot 1234`),
				...gone.map((pid) => process(pid, 4, `${bin} --forkchild="backend" 1234`)),
				process(20, 4, `${bin} "--forkbackend" 1234`),
			],
			sockets: [
				{ state: 'Listen', address: '::', port: 5432, remoteAddress: '::', remotePort: 0, pid: 4 },
				...gone.map((pid) => ({
					...{ state: 'CloseWait', address: '10.0.0.1', port: 5432, remoteAddress: '10.0.0.9' },
					...{ remotePort: 50_000 + pid, pid },
				})),
			],
		}),
	);
	const { backends, pid } = seen(listing);
	expect(pid).toBe(4);
	expect(backends).toHaveLength(5);
	expect(backends[0]).toMatchObject({ client: '10.0.0.9', activity: null, clientGone: true, role: null });
	expect(judge(backends, { usable: 20, refused: false, major: 18 })).toBe('clients gone');
});

test('what is behind the door and no PostgreSQL of this machine is named, not guessed', () => {
	const listing: HostListing = {
		processes: [
			{ pid: 70, parent: 69, started: '9', ageS: 1, uid: 999, name: 'postgres', title: 'postgres' },
		],
		seesOthers: true,
		tcp: [
			{
				...{ state: 'listen', address: '0.0.0.0', port: 5432, remoteAddress: '0.0.0.0', remotePort: 0 },
				...{ uid: 0, inode: 5, pid: null },
			},
		],
		unix: [],
		socketsOf: () => new Set([6]),
		isApart: () => true,
		programOf: () => null,
		ownerOf: () => 'docker-proxy (process 68)',
	};
	expect(findServer(listing, door, null)).toEqual({
		kind: 'not found',
		why: 'PostgreSQL runs in a container here (process 70): run this in there',
	});
	// Neither root nor that user: a pooler of the same user could be what listens.
	const hidden = { ...listing, socketsOf: () => null, isApart: () => null, ownerOf: () => null };
	const other = { ...listing.tcp[0], uid: 999 };
	const same = { ...hidden, tcp: listing.tcp.map((socket) => ({ ...socket, uid: other.uid })) };
	expect(findServer(same, door, null)).toMatchObject({ kind: 'found' });
	const bouncer = { ...listing.processes[0], pid: 71, parent: 1, started: '9', ageS: 1, uid: 999 };
	const pooled = {
		...same,
		processes: [...listing.processes, { ...bouncer, name: 'pgbouncer', title: 'pgbouncer' }],
	};
	expect(findServer(pooled, door, null)).toMatchObject({
		why: expect.stringContaining('run this as root'),
	});
});

test('a login that was refused a moment ago holds no slot; one that stalls does, its client gone or not', () => {
	const backend: Omit<Backend, 'ageS' | 'clientGone'> = {
		pid: 1,
		started: '1',
		kind: 'session',
		role: 'ims',
		database: 'openiz',
		login: 'ims openiz',
		client: '127.0.0.1',
		activity: 'logging in',
	};
	const backends = [
		{ ...backend, ageS: 0, clientGone: true },
		{ ...backend, ageS: 0, clientGone: false },
		{ ...backend, ageS: 60, clientGone: true },
	];
	const held = holders({ backends, silent: 0 }, { usable: 3, refused: true, major: 18 });
	expect(held).toEqual(backends.slice(1));
});
