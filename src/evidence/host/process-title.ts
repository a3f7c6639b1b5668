/** What a process of PostgreSQL says of itself in its title. Anybody who may name a role can fake a part of it. */

/** What a session does; null where that is not shown (`update_process_title = off`, Windows). */
export type Activity =
	| 'logging in'
	| 'idle'
	| 'idle in transaction'
	| 'waiting for a lock'
	| 'waiting for a standby'
	| 'working';

export type TitledClient =
	| { readonly kind: 'local' }
	/** `host` is a name where `log_hostname` is on. */
	| { readonly kind: 'tcp'; readonly host: string; readonly port: number };

export type Title =
	| {
			readonly kind: 'session' | 'walsender';
			/** Null: a name with a blank in it, so that role and database cannot be told apart; see `login`. */
			readonly role: string | null;
			readonly database: string | null;
			/** Both, as they stand there. */
			readonly login: string;
			readonly client: TitledClient;
			readonly activity: Activity | null;
	  }
	| { readonly kind: 'background'; readonly what: string }
	/** Not one of the server's own titles: a child that has not been told yet who calls. */
	| { readonly kind: 'none' };

/** Anything up to the last thing that looks like a client, for names may look like one too. */
const sessionTitle = /^(.*\S) (\[local\]|[^\s()]+\(\d+\))(?: (.*))?$/;
/** 10 says `wal sender process`, later ones `walsender`. */
const walsenderLogin = /^wal ?sender (?:process )?(.*)$/;

/**
 * The name that stands before every title (`cluster_name`), told by the checkpointer, which every server has.
 * @returns '' where there is none
 */
export function clusterNameIn(titles: readonly string[]): string {
	for (const title of titles) {
		const match = /^postgres: (?:(.*): )?checkpointer(?: process)?\s*$/.exec(title);
		if (match !== null) return match[1] ?? '';
	}
	return '';
}

/** @param cluster as {@link clusterNameIn} told it */
export function readTitle(title: string, cluster: string): Title {
	const prefix = cluster === '' ? 'postgres: ' : `postgres: ${cluster}: `;
	if (!title.startsWith(prefix)) return { kind: 'none' };
	const said = title.slice(prefix.length).trimEnd();
	const [, names = '', client = '', activity = ''] = sessionTitle.exec(said) ?? [];
	if (client === '') return { kind: 'background', what: said };
	const sender = walsenderLogin.exec(names);
	const login = sender?.[1] ?? names;
	const words = login.split(' ');
	const [first = '', second = ''] = words;
	return {
		kind: sender === null ? 'session' : 'walsender',
		role: words.length <= 2 ? first : null,
		database: words.length === 2 ? second : null,
		login,
		client: readClient(client),
		activity: sender === null || loggingIn.has(activity) ? activityOf(activity) : 'working',
	};
}

function readClient(text: string): TitledClient {
	const [, host = '', port = ''] = /^(.+)\((\d+)\)$/.exec(text) ?? [];
	return host === '' ? { kind: 'local' } : { kind: 'tcp', host, port: Number(port) };
}

const loggingIn: ReadonlySet<string> = new Set(['initializing', 'authentication', 'startup']);

function activityOf(text: string): Activity | null {
	if (text === '') return null;
	if (loggingIn.has(text)) return 'logging in';
	// A commit that waits names the place in the log that the standby must reach.
	if (/ waiting for [0-9A-F]+\/[0-9A-F]+$/.test(text)) return 'waiting for a standby';
	if (text.endsWith(' waiting')) return 'waiting for a lock';
	if (text === 'idle') return 'idle';
	return text.startsWith('idle in transaction') ? 'idle in transaction' : 'working';
}
