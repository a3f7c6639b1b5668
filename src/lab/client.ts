/** Plain connections to a lab server, not bent by the caller's environment. */
import { Socket } from 'node:net';
import pg from 'pg';

export type LabClientOptions = {
	/** Default: none, as the IMS sends none. */
	readonly applicationName?: string;
	/** Address of this machine to connect from (`127.0.0.2` plays another host); null: the system's choice. */
	readonly from?: string | null;
};

/**
 * A client that is not connected yet. Losing its connection throws nothing: it is seen by its `end` event and by
 * the query under way.
 */
export function createLabClient(
	uri: string,
	{ applicationName, from = null }: LabClientOptions = {},
): pg.Client {
	const client = new pg.Client({
		connectionString: uri,
		// PGSSLMODE is about the caller's own servers.
		ssl: false,
		...(applicationName === undefined ? {} : { application_name: applicationName }),
		...(from === null ? {} : { stream: () => socketFrom(from) }),
	});
	client.on('error', () => undefined);
	return client;
}

/** pg calls `connect(port, host)`, which leaves no room for the address to connect from. */
function socketFrom(localAddress: string): Socket {
	const socket = new Socket();
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
