/** Plain connections to a lab server, not bent by the caller's environment. */
import { Socket } from 'node:net';
import pg from 'pg';

export type LabClientOptions = {
	/** Default: none, as the IMS sends none. */
	readonly applicationName?: string;
	/** What it connects by; default: one of its own. */
	readonly socket?: Socket;
};

/**
 * A client that is not connected yet. Losing its connection throws nothing: it is seen by its `end` event and by
 * the query under way.
 */
export function createLabClient(uri: string, { applicationName, socket }: LabClientOptions = {}): pg.Client {
	const client = new pg.Client({
		connectionString: uri,
		// PGSSLMODE is about the caller's own servers.
		ssl: false,
		...(applicationName === undefined ? {} : { application_name: applicationName }),
		...(socket === undefined ? {} : { stream: () => socket }),
	});
	client.on('error', () => undefined);
	return client;
}

/**
 * A socket that connects from an address of this machine (`127.0.0.2` plays another host); null: the system's
 * choice. pg calls `connect(port, host)`, which leaves no room for the address.
 */
export function socketFrom(localAddress: string | null): Socket {
	const socket = new Socket();
	if (localAddress === null) return socket;
	const connect = socket.connect.bind(socket);
	return Object.assign(socket, {
		connect: (port: number, host: string) => connect({ port, host, localAddress }),
	});
}

/** One statement on a connection of its own. */
export async function runSql(uri: string, sql: string): Promise<Record<string, unknown>[]> {
	const client = createLabClient(uri, { applicationName: 'kbwizard lab' });
	await client.connect();
	try {
		const result: pg.QueryResult<Record<string, unknown>> = await client.query(sql);
		return result.rows ?? [];
	} finally {
		await client.end();
	}
}
