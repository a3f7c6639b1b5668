/** The connecting options of a command line, with libpq's meaning. */
import { type ConnectionSettings, resolveSettings } from '../evidence/postgres/connection-settings.ts';
import { parseConninfo } from '../evidence/postgres/conninfo.ts';
import { Secret } from '../evidence/postgres/secret.ts';
import type { Invocation, OptionValues } from './arguments.ts';
import { durationMs } from './duration.ts';
import { usageError } from './errors.ts';
import { surroundingsOf } from './surroundings.ts';
import type { World } from './world.ts';

export type ConnectionOptions = {
	readonly settings: ConnectionSettings;
	/** A role with reserved slots, tried when the ordinary ones are gone; null: none was given. */
	readonly rescue: ConnectionSettings | null;
	/** The login that proves a cure; null: none was given. */
	readonly verifyAs: ConnectionSettings | null;
	/** To another server, a standby say, that a parameter names later. @throws SettingsError */
	readonly otherServer: (conninfo: string) => ConnectionSettings;
	/** How long a slot is waited for, in milliseconds; null: it was not said. */
	readonly waitMs: number | null;
	/** Of one statement, in milliseconds; null: the default. */
	readonly timeoutMs: number | null;
};

function conninfoOf({ positionals, options }: Invocation): string | undefined {
	const word = positionals.SERVER?.[0];
	const option = options.one('server') ?? undefined;
	if (word !== undefined && option !== undefined) {
		throw usageError('the server is given twice: as an argument, and with --server');
	}
	return word ?? option;
}

const isAnyGiven = (values: readonly (string | null | undefined)[]): boolean =>
	values.some((value) => (value ?? '') !== '');

/** What the command line says of which server is meant. */
function serverWords(invocation: Invocation): readonly (string | null | undefined)[] {
	const { options } = invocation;
	return [conninfoOf(invocation), options.one('host'), options.one('port'), options.one('dbname')];
}

/** Whether anything says which server is meant; else it would be libpq's default, which nobody asked for. */
export function isServerGiven(invocation: Invocation, { env }: World): boolean {
	const set = [env.PGHOST, env.PGHOSTADDR, env.PGPORT, env.PGDATABASE, env.PGSERVICE];
	return isAnyGiven([...serverWords(invocation), ...set]);
}

/** Whether the command line speaks of connecting, and be it only as whom. */
export function asksToConnect(invocation: Invocation): boolean {
	const { options } = invocation;
	const asWhom = [options.one('username'), options.one('rescue'), options.one('wait')];
	return options.flag('password') || isAnyGiven([...serverWords(invocation), ...asWhom]);
}

/** Whether anything at all speaks of connecting: the command line, or libpq's variables. */
export function isServerNamed(invocation: Invocation, world: World): boolean {
	const { PGUSER, PGPASSWORD } = world.env;
	return asksToConnect(invocation) || isServerGiven(invocation, world) || isAnyGiven([PGUSER, PGPASSWORD]);
}

async function askedPassword(options: OptionValues, world: World): Promise<Secret | undefined> {
	if (!options.flag('password')) return undefined;
	if (options.flag('no-password')) throw usageError('--no-password contradicts --password');
	if (options.flag('no-input') || !world.stdin.isTerminal) {
		throw usageError('there is no terminal to ask for a password at', ['use ~/.pgpass, or PGPASSWORD']);
	}
	return new Secret(await world.stdin.askSecret('Password: '));
}

/** Another role on the same server: what its string does not say is as in the main one. */
function otherRole(conninfo: string, main: ConnectionSettings, world: World): ConnectionSettings {
	const surroundings = surroundingsOf(world);
	const { PGPASSWORD: _, PGSERVICE: __, PGHOSTADDR: ___, ...env } = world.env;
	const settings = resolveSettings(
		{ conninfo, connectTimeoutMs: main.connectTimeoutMs },
		{
			...surroundings,
			env: {
				...env,
				PGHOST: main.hosts.map(({ host }) => host).join(','),
				PGPORT: main.hosts.map(({ port }) => String(port)).join(','),
				PGDATABASE: main.database,
			},
		},
	);
	return parseConninfo(conninfo).sslmode === undefined ? { ...settings, tls: main.tls } : settings;
}

/** Another server altogether, a standby say: role and database are as in the main one unless its string says otherwise. */
export function otherServer(conninfo: string, main: ConnectionSettings, world: World): ConnectionSettings {
	const { PGSERVICE: _, PGHOSTADDR: __, PGHOST: ___, PGPORT: ____, ...env } = world.env;
	return resolveSettings(
		{ conninfo, connectTimeoutMs: main.connectTimeoutMs },
		{ ...surroundingsOf(world), env: { ...env, PGUSER: main.user, PGDATABASE: main.database } },
	);
}

/**
 * @param defaults used where neither an option nor the environment says anything: the server of an earlier session
 * @throws ExpectedError, SettingsError
 */
export async function connectionOptions(
	invocation: Invocation,
	world: World,
	defaults: Readonly<Record<string, string>> = {},
): Promise<ConnectionOptions> {
	const { options } = invocation;
	const timeout = options.one('timeout');
	const timeoutMs = timeout === null ? null : durationMs(timeout, 'timeout');
	const wait = options.one('wait');
	const password = await askedPassword(options, world);
	const surroundings = surroundingsOf(world);
	const settings = resolveSettings(
		{
			host: options.one('host') ?? undefined,
			port: options.one('port') ?? undefined,
			user: options.one('username') ?? undefined,
			database: options.one('dbname') ?? undefined,
			conninfo: conninfoOf(invocation),
			password,
			connectTimeoutMs: timeoutMs ?? undefined,
		},
		{ ...surroundings, env: { ...defaults, ...surroundings.env } },
	);
	const other = (name: 'rescue' | 'verify-as'): ConnectionSettings | null => {
		const conninfo = options.one(name);
		return conninfo === null ? null : otherRole(conninfo, settings, world);
	};
	return {
		settings,
		rescue: other('rescue'),
		verifyAs: other('verify-as'),
		otherServer: (conninfo) => otherServer(conninfo, settings, world),
		waitMs: wait === null ? null : durationMs(wait, 'wait'),
		timeoutMs,
	};
}
