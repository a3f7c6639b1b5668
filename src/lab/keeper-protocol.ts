/** What the keeper is asked, and what it answers: messages between the process that wants a server and its keeper. */
import type { Account } from './account.ts';

/** Signals of the server's own: wait for sessions to end, end them, or drop everything. */
export type ShutdownMode = 'smart' | 'fast' | 'immediate';

export type ServerSpec = {
	readonly binDir: string;
	/** Folder in which the server's own folder is made. */
	readonly temporary: string;
	readonly account: Account | null;
	/** Password of the superuser `postgres`; null: everybody local is trusted. */
	readonly password: string | null;
	/** Lines of postgresql.conf, as name and value. */
	readonly settings: Readonly<Record<string, string>>;
	/** Lines of pg_hba.conf. */
	readonly hba: readonly string[];
	/** Files to put into the data folder, by name: certificates and the like. */
	readonly dataFiles: Readonly<Record<string, string>>;
	/** A copy of another server's data folder, on the same file system: it is taken over; null: a new one is made. */
	readonly copy: string | null;
};

export type KeeperRequest =
	| { readonly type: 'create'; readonly spec: ServerSpec }
	| { readonly type: 'start' }
	/** Answered when the signal is sent; `wait`: when the server has ended. */
	| { readonly type: 'shut down'; readonly mode: ShutdownMode; readonly wait: boolean }
	/** Ends the server, removes its folder, and the keeper itself. */
	| { readonly type: 'end' };

export type Created = {
	readonly port: number;
	readonly folder: string;
	readonly dataDir: string;
	/** Null where the path would be too long for a socket, and on Windows. */
	readonly socketDir: string | null;
	readonly logFile: string;
};

export type KeeperAnswer =
	| { readonly ok: true; readonly created: Created | null }
	| { readonly ok: false; readonly message: string };

const requestTypes: readonly unknown[] = ['create', 'start', 'shut down', 'end'];

/** Both ends are ours and of one version: the check tells our messages from others on the channel, no more. */
export function isKeeperRequest(value: unknown): value is KeeperRequest {
	return typeof value === 'object' && value !== null && 'type' in value && requestTypes.includes(value.type);
}

export function isKeeperAnswer(value: unknown): value is KeeperAnswer {
	return typeof value === 'object' && value !== null && 'ok' in value && typeof value.ok === 'boolean';
}
