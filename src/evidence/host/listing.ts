/** What the operating system tells of its processes and sockets, before anything is made of it. */

export type HostProcess = {
	readonly pid: number;
	readonly parent: number;
	/** As the system counts it; with the number it names one process for ever. */
	readonly started: string;
	/** Seconds since it began. */
	readonly ageS: number;
	/** Null: this system has no such number (Windows). */
	readonly uid: number | null;
	/** The program's name, without its folder. */
	readonly name: string;
	/** Its command line, which PostgreSQL overwrites where the system lets it. */
	readonly title: string;
};

export type SocketState = 'listen' | 'open' | 'client gone' | 'other';

export type TcpSocket = {
	readonly state: SocketState;
	readonly address: string;
	readonly port: number;
	readonly remoteAddress: string;
	readonly remotePort: number;
	/** Whose it is; null: this system does not say. */
	readonly uid: number | null;
	/** Names the socket among a process's open files; null: this system has no such number. */
	readonly inode: number | null;
	/** The process that has it; null: this system does not say. */
	readonly pid: number | null;
};

/** A Unix socket that is listened on. */
export type UnixListener = { readonly path: string; readonly inode: number };

export type HostListing = {
	/** Those of PostgreSQL, and of the poolers that are taken for one. */
	readonly processes: readonly HostProcess[];
	/** False: other users’ processes are hidden from this one (`hidepid`). */
	readonly seesOthers: boolean;
	readonly tcp: readonly TcpSocket[];
	readonly unix: readonly UnixListener[];
	/** Inodes of the sockets that a process has open; null: they may not be looked at. */
	socketsOf(pid: number): ReadonlySet<number> | null;
	/** Whether it lives in another network than this program, as in a container; null: it cannot be told. */
	isApart(pid: number): boolean | null;
	/** The file that it runs, with its folder; null: it may not be seen, or this system does not say. */
	programOf(pid: number): string | null;
	/** Who has that socket, where it may be looked at: its name and number. */
	ownerOf(inode: number): string | null;
};

/** Takes a picture. @throws a system error, or one that names the tool that is missing */
export type ListHost = (port: number, signal: AbortSignal) => Promise<HostListing>;

const servers: ReadonlySet<string> = new Set(['postgres', 'postmaster', 'edb-postgres']);
const poolers: ReadonlySet<string> = new Set(['pgbouncer', 'pgcat', 'odyssey', 'pgpool', 'pgagroal']);

export function isServer(name: string): boolean {
	return servers.has(name);
}

export function isPooler(name: string): boolean {
	return poolers.has(name);
}
