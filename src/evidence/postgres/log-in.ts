/** Startup and authentication over a socket that is connected already: `pg` does them, this watches. */
import type { Socket } from 'node:net';
import pg from 'pg';
import type { ConnectionSettings, HostSettings } from './connection-settings.ts';
import { type AuthenticationMethod, ServerStream } from './server-stream.ts';
import { StartupError } from './startup-error.ts';
import { type TimeLimit, within } from './time-limit.ts';

/** How this program is called in `pg_stat_activity`. */
export const applicationName = 'kbwizard';

export type LogIn = {
	readonly client: pg.Client;
	readonly stream: ServerStream;
	/** In milliseconds: until the server asked who we are, and from its consent until it was ready. */
	readonly startupMs: number;
	/** In milliseconds; null: it did not get that far. */
	readonly authenticationMs: number | null;
	/** Null: logged in. */
	readonly error: unknown;
};

/** @throws only the signal's reason, when it is aborted */
export async function logIn(
	socket: Socket,
	settings: ConnectionSettings,
	host: HostSettings,
	encrypted: boolean,
	limit: TimeLimit,
	signal?: AbortSignal,
): Promise<LogIn> {
	const start = performance.now();
	const stream = new ServerStream(socket, {
		refuse: (method) => objectionTo(method, settings, encrypted),
		now: () => performance.now(),
	});
	const client = new pg.Client({
		user: settings.user,
		database: settings.database,
		host: host.host,
		port: host.port,
		password: () => {
			if (host.password === null) throw new StartupError('no-password', 'no password was given');
			return host.password.reveal();
		},
		application_name: applicationName,
		...(settings.options === null ? {} : { options: settings.options }),
		// The socket is as encrypted as it will be; given, so that the driver does not ask the environment.
		ssl: false,
		sslnegotiation: 'postgres',
		enableChannelBinding: settings.channelBinding,
		keepAlive: true,
		stream: () => stream,
	});
	// Without a listener a session that the server ends would end the program.
	client.on('error', () => undefined);
	let error: unknown = null;
	try {
		await within(limit, client.connect(), () => stream.destroy(), signal);
	} catch (thrown) {
		stream.destroy();
		if (signal?.aborted) throw thrown;
		error = closedWithoutAnswer(thrown) ?? thrown;
	}
	const { authenticationAskedAt: asked, authenticatedAt: agreed } = stream.notes;
	const end = performance.now();
	return {
		client,
		stream,
		startupMs: (asked ?? end) - start + (agreed === null ? 0 : end - agreed),
		authenticationMs: asked === null ? null : (agreed ?? end) - asked,
		error,
	};
}

/** The driver has no code for an end without a word. */
function closedWithoutAnswer(error: unknown): StartupError | null {
	const unexpected =
		error instanceof Error && !('code' in error) && error.message === 'Connection terminated unexpectedly';
	return unexpected
		? new StartupError('closed-without-answer', 'the connection was closed without an answer')
		: null;
}

function objectionTo(
	{ name, mechanisms }: AuthenticationMethod,
	{ authentication, channelBinding }: ConnectionSettings,
	encrypted: boolean,
): string | null {
	if (channelBinding && !(encrypted && mechanisms.includes('SCRAM-SHA-256-PLUS'))) {
		return 'channel_binding=require cannot be kept: the server does not offer a login bound to the encryption';
	}
	if (authentication !== null && authentication.methods.has(name) !== authentication.allowed) {
		return `the server wants a login by ${name}, which require_auth rules out`;
	}
	return null;
}
