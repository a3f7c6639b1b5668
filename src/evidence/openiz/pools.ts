/** How many connections the pools of a configuration may open, and how large they may be to fit. */
import { cleanText } from '../untrusted.ts';
import type { Configuration, NpgsqlString } from './configuration.ts';
import { ConfigurationError } from './configuration-error.ts';
import {
	defaultCommandTimeout,
	defaultMaxPoolSize,
	defaultMinPoolSize,
	defaultPort,
	type SettingName,
	settingOf,
} from './connection-string.ts';
import { attributeOf } from './scan-xml.ts';
import { isLocalName } from './server-place.ts';

/** Slots left for people and monitoring: three administrators and five of monitoring, jobs and the like. */
export const margin = { administrators: 3, monitoring: 5 } as const;

/** One pool of one IMS instance: all connection strings that are letter for letter the same share it. */
export type Pool = {
	readonly file: string;
	readonly names: readonly string[];
	/** As written; null: the string names none. */
	readonly host: string | null;
	readonly port: string | null;
	readonly database: string | null;
	readonly user: string | null;
	readonly max: number;
	readonly min: number;
	/** False: `Pooling=false`, and nothing limits it. */
	readonly pooled: boolean;
	/** Sections that name one of its strings. */
	readonly usedBy: readonly string[];
};

export type PoolSizes = {
	/** Those of the server that the IMS writes to. */
	readonly pools: readonly Pool[];
	/** Pools for other servers, which take none of its slots. */
	readonly elsewhere: number;
	/** Npgsql connection strings, the equal ones too. */
	readonly strings: number;
	/** What they may open together. */
	readonly connections: number;
	/** What they keep open when nobody works. */
	readonly floor: number;
	readonly unlimited: number;
};

/** @throws ConfigurationError where a connection string is refused, or a size is no number */
export function poolsOf(configurations: readonly Configuration[]): PoolSizes {
	const pools = configurations.flatMap((configuration) => {
		const own = stringsOfServer(configuration);
		const refused = own.find(({ problem }) => problem !== null)?.problem ?? null;
		if (refused !== null) throw refused;
		const distinct = Map.groupBy(own, ({ attribute }) => attribute.value);
		return [...distinct.values()].map((strings) => poolOf(configuration, strings));
	});
	const others = configurations.map((configuration) => {
		const own = new Set(stringsOfServer(configuration));
		return configuration.strings.filter((string) => !own.has(string)).length;
	});
	const sum = (of: (pool: Pool) => number): number => pools.reduce((total, pool) => total + of(pool), 0);
	return {
		pools,
		elsewhere: others.reduce((total, count) => total + count, 0),
		strings: configurations.reduce((total, { strings }) => total + strings.length, 0),
		connections: sum(({ max }) => max),
		floor: sum(({ min }) => min),
		unlimited: pools.filter(({ pooled }) => !pooled).length,
	};
}

/**
 * The largest MaxPoolSize with which so many pools fit, the margin kept free; below 1: none does.
 * @param slots those that an application can use
 */
export function fittingSize(slots: number, pools: number): number {
	return Math.floor((slots - margin.administrators - margin.monitoring) / Math.max(1, pools));
}

/**
 * How long the IMS waits for an answer, in seconds: the longest of all strings for its server. Null: none of them says,
 * or one waits for ever.
 */
export function commandTimeoutOf(configurations: readonly Configuration[]): number | null {
	const written = configurations
		.flatMap(stringsOfServer)
		.map(({ settings }) => settingOf(settings, 'commandTimeout')?.value ?? null);
	if (written.every((value) => value === null)) return null;
	const seconds = written.map((value) => Number(value ?? defaultCommandTimeout));
	return seconds.every((value) => Number.isInteger(value) && value > 0) ? Math.max(...seconds) : null;
}

/** The strings for the server that the IMS writes to; all of them where that is not known. */
export function stringsOfServer({ manager, strings }: Configuration): readonly NpgsqlString[] {
	const name = manager === null ? null : (attributeOf(manager, 'readWriteConnection')?.value ?? null);
	const main = strings.find((string) => string.name === name);
	return main === undefined ? strings : strings.filter((string) => serverOf(string) === serverOf(main));
}

function serverOf({ settings }: NpgsqlString): string {
	const host = settingOf(settings, 'host')?.value.toLowerCase() ?? '';
	const port = settingOf(settings, 'port')?.value ?? defaultPort;
	return `${isLocalName(host) ? 'localhost' : host}:${port}`;
}

function poolOf({ label, uses }: Configuration, strings: readonly NpgsqlString[]): Pool {
	const [first] = strings;
	if (first === undefined) throw new Error('a pool has at least one string');
	const text = (name: SettingName): string | null => settingOf(first.settings, name)?.value ?? null;
	const names = strings.map(({ name }) => name);
	return {
		file: label,
		names,
		host: text('host'),
		port: text('port'),
		database: text('database'),
		user: text('user'),
		max: sizeOf(first, 'maxPoolSize', defaultMaxPoolSize, label),
		min: sizeOf(first, 'minPoolSize', defaultMinPoolSize, label),
		pooled: !/^(?:false|no|0)$/i.test(text('pooling') ?? 'true'),
		usedBy: [...new Set(names.flatMap((name) => uses.get(name) ?? []))],
	};
}

function sizeOf(
	{ name, settings }: NpgsqlString,
	which: 'maxPoolSize' | 'minPoolSize',
	absent: number,
	label: string,
): number {
	const value = settingOf(settings, which)?.value ?? null;
	if (value === null) return absent;
	if (/^\d{1,9}$/.test(value)) return Number(value);
	throw new ConfigurationError(
		'pool-size',
		`the connection string ${cleanText(name, { max: 100 })} in ${label} has a pool size that is no number: “${cleanText(value, { max: 40 })}”`,
		['correct it; the IMS fails to connect with it'],
	);
}
