/** A real, disposable PostgreSQL: a folder of its own, a free port, gone when this process ends. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { serverAccount } from './account.ts';
import { binaryFolder, type Major, temporaryFolder } from './binaries.ts';
import { createLabClient } from './client.ts';
import { type KeeperClient, startKeeper } from './keeper-client.ts';
import type { Created, ShutdownMode } from './keeper-protocol.ts';
import { LabError } from './lab-error.ts';

export type LabRole = {
	readonly name: string;
	/** Null or absent: the role has none. */
	readonly password?: string | null;
	/** What stands after CREATE ROLE name LOGIN, e.g. `SUPERUSER CONNECTION LIMIT 5`. */
	readonly attributes?: string;
};

export type ServerOptions = {
	/** Default 18. */
	readonly major?: Major;
	/** Added to postgresql.conf; they win over the lab's own. */
	readonly settings?: Readonly<Record<string, string | number | boolean>>;
	/** Lines of pg_hba.conf that stand before the lab's own. */
	readonly hba?: readonly string[];
	/** How TCP is let in, default `trust`. The Unix socket is trusted: its folder is private. */
	readonly auth?: 'trust' | 'scram';
	/** Created beside `postgres`, owned by the superuser. */
	readonly databases?: readonly string[];
	readonly roles?: readonly LabRole[];
	/** Files in the data folder before the first start, by name (`server.crt`, `server.key`), mode 0600. */
	readonly dataFiles?: Readonly<Record<string, string>>;
};

export type UriOptions = {
	/** Default `postgres`, the superuser. */
	readonly user?: string;
	/** Default: what the role was made with. */
	readonly password?: string;
	/** Default `postgres`. */
	readonly database?: string;
	/** By the Unix socket instead of TCP. */
	readonly socket?: boolean;
};

export type LabServer = {
	readonly major: Major;
	/** As `18.4`. */
	readonly version: string;
	/** Always `127.0.0.1`. */
	readonly host: string;
	readonly port: number;
	/** Null where sockets are not to be had (Windows, a path too long). */
	readonly socketDir: string | null;
	/** The server's own folder, removed with it; others may put files there that shall go too. */
	readonly folder: string;
	readonly dataDir: string;
	readonly binDir: string;
	readonly logFile: string;
	/** Connection URI of the superuser, to the database `postgres`. */
	readonly superuser: string;
	/** A connection URI, with the role's password in it if it has one. */
	uri(options?: UriOptions): string;
	/** The server's log so far. */
	readLog(): Promise<string>;
	/** Ends the server and keeps its folder. Without `wait`: answers when the signal is sent (57P03 from then on). */
	shutDown(mode: ShutdownMode, options?: { readonly wait?: boolean }): Promise<void>;
	/** After `shutDown`. @throws LabError with the end of the server's log. */
	start(): Promise<void>;
	/** Fast. @throws LabError with the end of the server's log. */
	restart(): Promise<void>;
	/** Ends the server at once and removes its folder. May be called twice. */
	stop(): Promise<void>;
};

/** Quick to start and small; nothing in it has to survive a power cut. */
export const labSettings = {
	listen_addresses: '127.0.0.1',
	fsync: 'off',
	synchronous_commit: 'off',
	full_page_writes: 'off',
	shared_buffers: '16MB',
	password_encryption: 'scram-sha-256',
	log_line_prefix: '%m [%p] %q%u@%d ',
} as const;

/**
 * Starts a server and waits until it takes connections (about a second).
 * @throws LabError when the binaries are not installed, or with the server's own words.
 */
export async function startServer(options: ServerOptions = {}): Promise<LabServer> {
	const major = options.major ?? 18;
	const account = await serverAccount();
	const binDir = await binaryFolder(major, account);
	const password = options.auth === 'scram' ? randomBytes(12).toString('base64url') : null;
	const passwords = new Map<string, string>();
	if (password !== null) passwords.set('postgres', password);
	for (const role of options.roles ?? []) {
		if (typeof role.password === 'string') passwords.set(role.name, role.password);
	}

	const keeper = startKeeper();
	const created = await keeper.create({
		binDir,
		temporary: await temporaryFolder(account),
		account,
		password,
		settings: { ...labSettings, ...plain(options.settings ?? {}) },
		hba: [...(options.hba ?? []), ...labHba(options.auth ?? 'trust')],
		dataFiles: options.dataFiles ?? {},
		copy: null,
	});
	try {
		const server = runningServer({ major, binDir, keeper, created, passwords });
		return { ...server, version: await furnish(server.superuser, options) };
	} catch (error) {
		await keeper.end();
		throw error;
	}
}

type Running = Pick<LabServer, 'major' | 'binDir'> & {
	readonly keeper: KeeperClient;
	readonly created: Created;
	readonly passwords: ReadonlyMap<string, string>;
};

/** What can be done with a server that runs. */
export function runningServer({
	major,
	binDir,
	keeper,
	created,
	passwords,
}: Running): Omit<LabServer, 'version'> {
	const host = '127.0.0.1';

	function uri({
		user = 'postgres',
		password,
		database = 'postgres',
		socket = false,
	}: UriOptions = {}): string {
		const secret = password ?? passwords.get(user);
		const who = encodeURIComponent(user) + (secret === undefined ? '' : `:${encodeURIComponent(secret)}`);
		const path = encodeURIComponent(database);
		if (!socket) return `postgresql://${who}@${host}:${created.port}/${path}`;
		if (created.socketDir === null)
			throw new LabError('This server has no Unix socket.', ['Connect by TCP.']);
		return `postgresql://${who}@/${path}?host=${encodeURIComponent(created.socketDir)}&port=${created.port}`;
	}

	async function shutDown(
		mode: ShutdownMode,
		{ wait = true }: { readonly wait?: boolean } = {},
	): Promise<void> {
		await keeper.ask({ type: 'shut down', mode, wait });
	}

	async function start(): Promise<void> {
		await keeper.ask({ type: 'start' });
	}

	return {
		major,
		host,
		port: created.port,
		socketDir: created.socketDir,
		folder: created.folder,
		dataDir: created.dataDir,
		binDir,
		logFile: created.logFile,
		superuser: uri(),
		uri,
		readLog: () => readFile(created.logFile, 'utf8'),
		shutDown,
		start,
		async restart() {
			await shutDown('fast');
			await start();
		},
		stop: keeper.end,
	};
}

export function plain(
	settings: Readonly<Record<string, string | number | boolean>>,
): Readonly<Record<string, string>> {
	const text = (value: string | number | boolean) =>
		typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
	return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, text(value)]));
}

export function labHba(auth: 'trust' | 'scram'): readonly string[] {
	const method = auth === 'scram' ? 'scram-sha-256' : 'trust';
	return [
		'local all,replication all trust',
		`host all,replication all 127.0.0.0/8 ${method}`,
		`host all,replication all ::1/128 ${method}`,
	];
}

/** Makes the roles and databases. Answers the server's version. */
async function furnish(superuser: string, options: ServerOptions): Promise<string> {
	const client = createLabClient(superuser, { applicationName: 'kbwizard lab' });
	await client.connect();
	try {
		for (const role of options.roles ?? []) {
			const secret = typeof role.password === 'string' ? ` PASSWORD ${pg.escapeLiteral(role.password)}` : '';
			await client.query(
				`CREATE ROLE ${pg.escapeIdentifier(role.name)} LOGIN ${role.attributes ?? ''}${secret}`,
			);
		}
		for (const database of options.databases ?? []) {
			await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
		}
		const { rows } = await client.query<{ version: string }>(
			"SELECT current_setting('server_version') AS version",
		);
		return rows[0]?.version ?? '';
	} finally {
		await client.end();
	}
}
