/** PgBouncer's own console: the virtual database `pgbouncer`, which answers SHOW and speaks the simple protocol only. */
import type { Failure, Row } from '../../machine/ports.ts';
import { type ConnectionSettings, toDatabase } from '../postgres/connection-settings.ts';
import { enterHost, firstThatEnters } from '../postgres/layers.ts';
import { placeName } from '../postgres/refusal.ts';
import { ask } from '../postgres/statement.ts';
import { stopAt } from '../postgres/stop.ts';
import { TimeLimit, within } from '../postgres/time-limit.ts';
import type { Entered } from '../postgres/visit.ts';
import { cleanText, withoutSecrets } from '../untrusted.ts';

/** The console's name, whatever the pooled databases are called. */
const consoleDatabase = 'pgbouncer';
/** More pools than this are not listed. */
const longestList = 1_000;
/** How long a goodbye may take before the connection is cut, in milliseconds. */
const goodbyeMs = 1_000;

/** What the console said at one moment; the columns differ between versions and go by their names. */
export type ConsoleAnswer = {
	/** SHOW POOLS: a row per database and user. */
	readonly pools: readonly Row[];
	/** SHOW DATABASES. */
	readonly databases: readonly Row[];
	/** SHOW CONFIG: `key` and `value`. */
	readonly settings: readonly Row[];
	/** SHOW VERSION, as `PgBouncer 1.18.0`; null: it does not say. */
	readonly version: string | null;
};

export type ConsoleOutcome =
	| { readonly kind: 'answered'; readonly answer: ConsoleAnswer }
	| {
			readonly kind: 'refused';
			readonly failure: Failure;
			/** The login is known, and may not look: what would let it, for the pooler's administrator. */
			readonly grant: string | null;
	  };

/**
 * Logs in to the console beside the host and port of `settings`, asks, and is gone again. The console takes none of
 * the pooler's places for clients, so that it answers when those are all taken (PgBouncer's own source). A refusal is
 * data.
 * @throws only the signal's reason, when it is aborted
 */
export async function askConsole(settings: ConnectionSettings, signal: AbortSignal): Promise<ConsoleOutcome> {
	const limit = new TimeLimit(settings.connectTimeoutMs);
	const console = toDatabase(settings, consoleDatabase);
	const entered = await firstThatEnters(console.hosts, limit, (host, share) =>
		enterHost(console, host, share, signal),
	);
	if (entered.kind === 'refused') return refused(entered.failure, settings.user);
	try {
		return { kind: 'answered', answer: await look(entered, limit, signal) };
	} catch (error) {
		signal.throwIfAborted();
		const { code, routine, words } = stopAt('query', error);
		const what = `${placeName(entered.way.host)} does not answer as PgBouncer's console does.`;
		const message = withoutSecrets(cleanText(words === '' ? what : `${what} It says: ${words}`));
		return refused({ code, routine, layer: 'query', message, next: byHand }, settings.user);
	} finally {
		await goodbye(entered);
	}
}

const byHand = ['Ask whoever runs the pooler for SHOW POOLS, or the numbers that it has instead.'];

/** PgBouncer tells a login that is none of `admin_users` and `stats_users` nothing but this. */
const notAllowed = /It says: not allowed$/;

function refused(failure: Failure, user: string): ConsoleOutcome {
	if (!notAllowed.test(failure.message)) return { kind: 'refused', failure, grant: null };
	const grant = `stats_users = ${cleanText(user, { max: 100 })}`;
	return {
		kind: 'refused',
		failure: {
			...failure,
			message: `The pooler does not let ${cleanText(user, { max: 100 })} look at its pools.`,
			next: [`Add it to the pooler's configuration, then RELOAD: ${grant}`, ...byHand],
		},
		grant: `${grant} (in pgbouncer.ini, then RELOAD)`,
	};
}

async function look(entered: Entered, limit: TimeLimit, signal: AbortSignal): Promise<ConsoleAnswer> {
	const show = async (what: string): Promise<readonly Row[]> => {
		const answer = ask(entered.client, `SHOW ${what}`, null, longestList);
		const { rows } = await within(limit, answer, () => entered.stream.destroy(), signal);
		return rows;
	};
	const pools = await show('POOLS');
	const databases = await show('DATABASES');
	const settings = await show('CONFIG');
	const [version] = await show('VERSION');
	return { pools, databases, settings, version: Object.values(version ?? {}).map(String)[0] ?? null };
}

async function goodbye({ client, stream }: Entered): Promise<void> {
	await within(new TimeLimit(goodbyeMs), client.end(), () => undefined).catch(() => undefined);
	stream.destroy();
}
