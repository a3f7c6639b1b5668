/** Whether the IMS gets in with what its own configuration says: its role, its password, each of its databases. */
import type { FactValue, Observation, Row } from '../../machine/ports.ts';
import { absent } from '../absent.ts';
import type { EvidenceSource } from '../observe.ts';
import type { ConnectionSettings } from '../postgres/connection-settings.ts';
import type { HostPlace } from '../postgres/hosts.ts';
import type { Attempt } from '../postgres/postgres.ts';
import { proveLogin } from '../postgres/prove-login.ts';
import { onceInside } from '../postgres/refusal.ts';
import { Secret } from '../postgres/secret.ts';
import { timeTaken } from '../time-taken.ts';
import { cleanText } from '../untrusted.ts';
import { distinctFiles } from './config-files.ts';
import type { NpgsqlString } from './configuration.ts';
import { ConfigurationError } from './configuration-error.ts';
import { defaultPort, settingOf } from './connection-string.ts';
import { stringsOfServer } from './pools.ts';
import { configurationAt } from './read-configuration-file.ts';
import { isLocalName, placeIn } from './server-place.ts';

export type ApplicationLoginOptions = {
	/** As given with `--config`. */
	readonly paths: readonly string[];
	/** Of the server that is looked at. */
	readonly settings: ConnectionSettings;
	readonly clock: () => Date;
};

/** One login that an instance makes. */
type Login = {
	readonly file: string;
	readonly name: string;
	readonly user: string;
	readonly database: string;
	readonly password: string | null;
	/** Of the server that is looked at, those that it names: no other is told this password. */
	readonly hosts: ConnectionSettings['hosts'];
};

/** By the names alone: what a name leads to elsewhere is not known here. */
function leadsTo({ settings }: NpgsqlString, { kind, host, port }: HostPlace): boolean {
	const named = settingOf(settings, 'host')?.value ?? '';
	const samePort = Number(settingOf(settings, 'port')?.value ?? defaultPort) === port;
	const sameHost =
		named.toLowerCase() === host.toLowerCase() ||
		(isLocalName(named) && (kind === 'unix' || isLocalName(host)));
	return samePort && sameHost;
}

function loginsOf(
	file: string,
	strings: readonly NpgsqlString[],
	places: ConnectionSettings['hosts'],
): readonly Login[] {
	return strings.flatMap((string) => {
		const { name, settings } = string;
		const hosts = places.filter((place) => leadsTo(string, place));
		if (hosts.length === 0) return [];
		const user = settingOf(settings, 'user')?.value ?? null;
		// Without a role Npgsql asks Windows who it is, which nobody can do in its stead.
		if (user === null) return [];
		return {
			file,
			name,
			user,
			database: settingOf(settings, 'database')?.value ?? user,
			password: settingOf(settings, 'password')?.value ?? null,
			hosts,
		};
	});
}

function asThat(
	settings: ConnectionSettings,
	{ user, database, password, hosts }: Login,
): ConnectionSettings {
	const secret = password === null ? null : new Secret(password);
	return {
		...settings,
		user,
		database,
		hosts: hosts.map((host) => ({ ...host, password: secret })),
	};
}

function distinct(logins: readonly Login[]): readonly Login[] {
	const key = ({ user, database, password, hosts }: Login): string =>
		JSON.stringify([user, database, password, hosts.map(({ host, port }) => [host, port])]);
	return [...new Map(logins.toReversed().map((login) => [key(login), login])).values()].toReversed();
}

/**
 * Answers `connect as=application`: one login after the other, each ended at once; the first that is refused is the
 * answer. A file that leads to another server is not tried: what it says is about that one.
 */
export function createApplicationLogin({ paths, settings, clock }: ApplicationLoginOptions): EvidenceSource {
	return async (_, signal): Promise<Observation> => {
		if (paths.length === 0) return absent('no configuration was given (--config PATH)');
		const taken = timeTaken(clock);
		const timing = () => ({ sql: null, ...taken() });
		try {
			const configurations = await Promise.all(distinctFiles(paths).map(configurationAt));
			const strings = configurations.map((each) => ({ label: each.label, own: stringsOfServer(each) }));
			const logins = strings.flatMap(({ label, own }) => loginsOf(label, own, settings.hosts));
			if (logins.length === 0) throw elsewhere(strings.flatMap(({ own }) => own));
			const tried: { readonly login: Login; readonly attempt: Attempt }[] = [];
			for (const login of distinct(logins)) {
				const { attempt } = await proveLogin(asThat(settings, login), clock, signal);
				tried.push({ login, attempt });
			}
			const decisive = tried.find(({ attempt }) => attempt.failure !== null) ?? tried[0];
			if (decisive === undefined) throw elsewhere([]);
			const { verdict, facts, failure: refusal } = decisive.attempt;
			// It is the application's refusal: other ways in for whoever looks are no advice.
			const failure = refusal === null ? null : onceInside(refusal);
			const rows = tried.map(rowOf);
			return { kind: 'verdict', verdict, facts, rows, failure, source: 'live', grant: null, ...timing() };
		} catch (error) {
			if (!(error instanceof ConfigurationError)) throw error;
			return { kind: 'failed', failure: error.failure, source: 'config', ...timing() };
		}
	};
}

function rowOf({ login, attempt }: { readonly login: Login; readonly attempt: Attempt }): Row {
	const clean = (text: string): FactValue => cleanText(text, { max: 200 });
	return {
		file: login.file,
		string: clean(login.name),
		role: clean(login.user),
		database: clean(login.database),
		answer: attempt.verdict,
	};
}

function elsewhere(strings: readonly NpgsqlString[]): ConfigurationError {
	const places = strings.map(({ settings }) => placeIn(settings));
	const named = [...new Set(places)].map((place) => cleanText(place, { max: 100 })).join(', ');
	return new ConfigurationError(
		'elsewhere',
		`the configuration leads to ${named === '' ? 'no server' : named}, and not by that name to the server that is looked at`,
		['give the server as the configuration names it, or go on without'],
	);
}
