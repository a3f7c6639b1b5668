/** Where and as whom to connect: flags, connection string, service, environment, password file, defaults, in that order. */
import { isConninfo, parseConninfo } from './conninfo.ts';
import { type HostPlace, isDefaultSocketFolder, resolveHosts } from './hosts.ts';
import { type Conninfo, conninfoFromEnvironment } from './keywords.ts';
import { passwordFrom } from './password-file.ts';
import { Secret } from './secret.ts';
import { serviceFrom } from './service-file.ts';
import { SettingsError } from './settings-error.ts';
import { homeFile, type Surroundings } from './surroundings.ts';
import { nonEmpty, oneOf, resolveTls, type TlsSettings } from './tls-settings.ts';

const sessionAttributes = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
export type SessionAttributes = (typeof sessionAttributes)[number];

/** One server to try, with the password that is meant for it. */
export type HostSettings = HostPlace & {
	/** Null: none is known. */
	readonly password: Secret | null;
};

/** How the server may ask who we are (`require_auth`). */
export type AuthenticationRule = { readonly methods: ReadonlySet<string>; readonly allowed: boolean };

export type ConnectionSettings = {
	/** In the order to be tried; never empty. */
	readonly hosts: readonly HostSettings[];
	readonly user: string;
	readonly database: string;
	readonly tls: TlsSettings;
	/** Of one attempt, from the name to the first answer of a query, in milliseconds. */
	readonly connectTimeoutMs: number;
	/** Command-line options for the server process (`-c name=value`); null: none. */
	readonly options: string | null;
	readonly sessionAttributes: SessionAttributes;
	/** Whether the login must be bound to the TLS channel. */
	readonly channelBinding: boolean;
	/** Null: any way will do. */
	readonly authentication: AuthenticationRule | null;
	/** What was set aside and why, for the person. */
	readonly warnings: readonly string[];
};

/** What was given on the command line; each wins over the connection string. */
export type ConnectionFlags = {
	readonly host?: string | undefined;
	readonly port?: string | undefined;
	readonly user?: string | undefined;
	/** A name, or (as with psql) a connection string. */
	readonly database?: string | undefined;
	/** What was typed when asked. */
	readonly password?: Secret | undefined;
	/** URI or keyword=value string. */
	readonly conninfo?: string | undefined;
	/** Wins over `connect_timeout`. */
	readonly connectTimeoutMs?: number | undefined;
};

const defaultConnectTimeoutMs = 10_000;

/** @throws SettingsError when they make no sense; nothing was tried then */
export function resolveSettings(flags: ConnectionFlags, surroundings: Surroundings): ConnectionSettings {
	const warnings: string[] = [];
	const given = givenConninfo(flags);
	const environment = conninfoFromEnvironment(surroundings.env);
	const service = serviceSettings(given, environment, surroundings);
	const conninfo: Conninfo = { ...environment, ...service, ...given };
	refuseWhatCannotBeKept(conninfo);

	const user = nonEmpty(conninfo.user) ?? surroundings.osUser;
	if (user === null) {
		throw new SettingsError('It is not known as whom to connect.', ['Give the role: -U NAME, or PGUSER.']);
	}
	const database = nonEmpty(conninfo.dbname) ?? user;
	const password = flags.password ?? secretFrom(conninfo.password);
	const lookUp = password === null ? passwordFile(conninfo, surroundings, warnings) : null;
	return {
		hosts: resolveHosts(conninfo, surroundings).map((place) => ({
			...place,
			password:
				password ??
				(lookUp === null
					? null
					: passwordFrom(lookUp, {
							host: place.kind === 'unix' && isDefaultSocketFolder(place.host) ? 'localhost' : place.host,
							port: place.port,
							database,
							user,
						})),
		})),
		user,
		database,
		tls: resolveTls(conninfo, surroundings),
		connectTimeoutMs: flags.connectTimeoutMs ?? connectTimeout(conninfo.connect_timeout),
		options: nonEmpty(conninfo.options),
		sessionAttributes: oneOf(
			'target_session_attrs',
			nonEmpty(conninfo.target_session_attrs) ?? 'any',
			sessionAttributes,
		),
		channelBinding: conninfo.channel_binding === 'require',
		authentication: authenticationRule(conninfo.require_auth),
		warnings,
	};
}

/** The same way in, to another database of the same server. The password stays that of the first one. */
export function toDatabase(settings: ConnectionSettings, database: string): ConnectionSettings {
	return { ...settings, database };
}

function givenConninfo(flags: ConnectionFlags): Conninfo {
	const databaseIsConninfo = flags.database !== undefined && isConninfo(flags.database);
	const given: { -readonly [Key in keyof Conninfo]: Conninfo[Key] } = {
		...(flags.conninfo === undefined ? {} : parseConninfo(flags.conninfo)),
		...(databaseIsConninfo ? parseConninfo(flags.database ?? '') : {}),
	};
	if (flags.host !== undefined) {
		given.host = flags.host;
		// An address that came with another host's name would lead elsewhere.
		delete given.hostaddr;
	}
	if (flags.port !== undefined) given.port = flags.port;
	if (flags.user !== undefined) given.user = flags.user;
	if (flags.database !== undefined && !databaseIsConninfo) given.dbname = flags.database;
	return given;
}

function serviceSettings(given: Conninfo, environment: Conninfo, surroundings: Surroundings): Conninfo {
	const service = nonEmpty(given.service) ?? nonEmpty(environment.service);
	if (service === null) return {};
	const named = nonEmpty(given.servicefile) ?? nonEmpty(environment.servicefile);
	const systemFolder = nonEmpty(surroundings.env.PGSYSCONFDIR);
	const paths = [
		named ?? homeFile(surroundings, '.pg_service.conf', '.pg_service.conf'),
		systemFolder === null ? null : `${systemFolder}/pg_service.conf`,
	].filter((path) => path !== null);
	for (const path of paths) {
		const file = surroundings.readFile(path);
		const found = file === null ? null : serviceFrom(file.text, service, path);
		if (found !== null) return found;
	}
	throw new SettingsError(`There is no service "${service.slice(0, 100)}".`, [
		paths.length === 0
			? 'Name a service file: PGSERVICEFILE=PATH.'
			: `Services are looked for in ${paths.join(' and ')}.`,
	]);
}

function passwordFile(conninfo: Conninfo, surroundings: Surroundings, warnings: string[]): string | null {
	const path = nonEmpty(conninfo.passfile) ?? homeFile(surroundings, '.pgpass', 'pgpass.conf');
	const file = path === null ? null : surroundings.readFile(path);
	if (file === null) return null;
	if (surroundings.platform !== 'win32' && file.mode !== null && (file.mode & 0o077) !== 0) {
		warnings.push(`The password file ${path} may be read by others, so it is not used: chmod 600 ${path}`);
		return null;
	}
	return file.text;
}

/** `connect_timeout` is in seconds; where libpq would wait for ever (0, or less) the default holds, for nothing here may hang. */
function connectTimeout(text: string | undefined): number {
	if (text === undefined || text.trim() === '') return defaultConnectTimeoutMs;
	if (!/^\s*[+-]?\d{1,6}\s*$/.test(text)) {
		throw new SettingsError('connect_timeout is not a whole number of seconds.', [
			'Write connect_timeout=10.',
		]);
	}
	const seconds = Number(text);
	return seconds > 0 ? seconds * 1000 : defaultConnectTimeoutMs;
}

function authenticationRule(text: string | undefined): AuthenticationRule | null {
	const names = (text ?? '')
		.split(',')
		.map((each) => each.trim())
		.filter((each) => each !== '');
	if (names.length === 0) return null;
	const denied = names.filter((name) => name.startsWith('!'));
	if (denied.length !== 0 && denied.length !== names.length) {
		throw new SettingsError('require_auth mixes what must be with what must not be.', [
			'Write either require_auth=scram-sha-256 or require_auth=!password,!md5.',
		]);
	}
	return { methods: new Set(names.map((name) => name.replace('!', ''))), allowed: denied.length === 0 };
}

/** What would be promised and not kept is refused; the rest that has no meaning here is ignored. */
function refuseWhatCannotBeKept(conninfo: Conninfo): void {
	if (nonEmpty(conninfo.requirepeer) !== null) {
		throw new SettingsError("requirepeer cannot be checked here: the socket's owner is not to be had.", [
			'Leave requirepeer out, or connect by TCP with sslmode=verify-full.',
		]);
	}
	if (conninfo.gssencmode === 'require') {
		throw new SettingsError('gssencmode=require cannot be kept: this program does not speak GSSAPI.', [
			'Leave gssencmode out, and encrypt with sslmode=require.',
		]);
	}
}

function secretFrom(text: string | undefined): Secret | null {
	const value = nonEmpty(text);
	return value === null ? null : new Secret(value);
}
