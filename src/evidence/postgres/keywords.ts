import { nearestName } from '../../nearest-name.ts';
import { SettingsError } from './settings-error.ts';

/** A connection parameter of libpq, and the variable that gives its default. */
type Keyword = { readonly env: string | null };

const fromEnv = (env: string): Keyword => ({ env });
const noEnv: Keyword = { env: null };

/**
 * The parameters libpq 18 knows, with their variables (PostgreSQL documentation, "Parameter Key Words" and
 * "Environment Variables"). All are accepted, so that a string that works with psql works here; what has no
 * meaning for this program is ignored.
 */
const keywords = {
	host: fromEnv('PGHOST'),
	hostaddr: fromEnv('PGHOSTADDR'),
	port: fromEnv('PGPORT'),
	dbname: fromEnv('PGDATABASE'),
	user: fromEnv('PGUSER'),
	password: fromEnv('PGPASSWORD'),
	passfile: fromEnv('PGPASSFILE'),
	require_auth: fromEnv('PGREQUIREAUTH'),
	channel_binding: fromEnv('PGCHANNELBINDING'),
	connect_timeout: fromEnv('PGCONNECT_TIMEOUT'),
	client_encoding: fromEnv('PGCLIENTENCODING'),
	options: fromEnv('PGOPTIONS'),
	application_name: fromEnv('PGAPPNAME'),
	fallback_application_name: noEnv,
	keepalives: noEnv,
	keepalives_idle: noEnv,
	keepalives_interval: noEnv,
	keepalives_count: noEnv,
	tcp_user_timeout: noEnv,
	replication: noEnv,
	gssencmode: fromEnv('PGGSSENCMODE'),
	sslmode: fromEnv('PGSSLMODE'),
	requiressl: fromEnv('PGREQUIRESSL'),
	sslnegotiation: fromEnv('PGSSLNEGOTIATION'),
	sslcompression: fromEnv('PGSSLCOMPRESSION'),
	sslcert: fromEnv('PGSSLCERT'),
	sslkey: fromEnv('PGSSLKEY'),
	sslkeylogfile: noEnv,
	sslpassword: noEnv,
	sslcertmode: fromEnv('PGSSLCERTMODE'),
	sslrootcert: fromEnv('PGSSLROOTCERT'),
	sslcrl: fromEnv('PGSSLCRL'),
	sslcrldir: fromEnv('PGSSLCRLDIR'),
	sslsni: fromEnv('PGSSLSNI'),
	requirepeer: fromEnv('PGREQUIREPEER'),
	ssl_min_protocol_version: fromEnv('PGSSLMINPROTOCOLVERSION'),
	ssl_max_protocol_version: fromEnv('PGSSLMAXPROTOCOLVERSION'),
	min_protocol_version: fromEnv('PGMINPROTOCOLVERSION'),
	max_protocol_version: fromEnv('PGMAXPROTOCOLVERSION'),
	krbsrvname: fromEnv('PGKRBSRVNAME'),
	gsslib: fromEnv('PGGSSLIB'),
	gssdelegation: fromEnv('PGGSSDELEGATION'),
	scram_client_key: noEnv,
	scram_server_key: noEnv,
	oauth_issuer: noEnv,
	oauth_client_id: noEnv,
	oauth_client_secret: noEnv,
	oauth_scope: noEnv,
	service: fromEnv('PGSERVICE'),
	servicefile: fromEnv('PGSERVICEFILE'),
	target_session_attrs: fromEnv('PGTARGETSESSIONATTRS'),
	load_balance_hosts: fromEnv('PGLOADBALANCEHOSTS'),
} as const satisfies Readonly<Record<string, Keyword>>;

export type ConninfoKeyword = keyof typeof keywords;

/** What was written, by keyword. An empty text counts as written, as in libpq: the environment is not asked then. */
export type Conninfo = Readonly<Partial<Record<ConninfoKeyword, string>>>;

const isKeyword = (name: string): name is ConninfoKeyword => Object.hasOwn(keywords, name);

/**
 * The keyword of that name.
 * @param where what is being read, for the message
 * @param mayShow false where the name may be a piece of a password that was not quoted
 * @throws SettingsError naming the nearest keyword
 */
export function keywordNamed(name: string, where: string, mayShow = true): ConninfoKeyword {
	if (isKeyword(name)) return name;
	if (!mayShow || !/^[\w-]{1,40}$/.test(name)) {
		throw new SettingsError(`${where} holds something that is no connection parameter.`, [
			"Put single quotes around a value that has blanks in it: password='two words'.",
		]);
	}
	const nearest = nearestName(name, Object.keys(keywords));
	throw new SettingsError(`${where} has an unknown connection parameter "${name}".`, [
		nearest === null
			? 'The parameters are those of libpq: host, port, dbname, user, sslmode and so on.'
			: `Did you mean "${nearest}"?`,
	]);
}

/** The defaults that the environment gives. */
export function conninfoFromEnvironment(env: Readonly<Record<string, string | undefined>>): Conninfo {
	const found: Partial<Record<ConninfoKeyword, string>> = {};
	for (const [keyword, { env: variable }] of Object.entries(keywords)) {
		const value = variable === null ? undefined : env[variable];
		if (value !== undefined && isKeyword(keyword)) found[keyword] = value;
	}
	return found;
}
