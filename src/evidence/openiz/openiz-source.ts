/** Answers `openiz` fences from the configuration files that were given: one file is one IMS instance. */
import type { Fence } from '../../article/article.ts';
import type { Facts, FactValue, Observation, Row } from '../../machine/ports.ts';
import { absent } from '../absent.ts';
import { countOf } from '../count-attribute.ts';
import type { EvidenceSource } from '../observe.ts';
import { timeTaken } from '../time-taken.ts';
import { cleanText } from '../untrusted.ts';
import { differencesOf } from './compare-instances.ts';
import { configFiles, distinctFiles } from './config-files.ts';
import type { Configuration } from './configuration.ts';
import { ConfigurationError } from './configuration-error.ts';
import { defaultPort } from './connection-string.ts';
import { type ManagerSettings, type ManagerStrings, managerSettings, managerStrings } from './manager.ts';
import { commandTimeoutOf, fittingSize, type Pool, type PoolSizes, poolsOf } from './pools.ts';
import { configurationAt } from './read-configuration-file.ts';
import { placeIn } from './server-place.ts';

export type OpenizSourceOptions = {
	/** As given with `--config`. */
	readonly paths: readonly string[];
	readonly clock: () => Date;
};

type Answer = { readonly verdict: string; readonly facts: Facts; readonly rows: readonly Row[] };

/** The source for the language `openiz`. A file is read anew each time: it may have been changed meanwhile. */
export function createOpenizSource({ paths: given, clock }: OpenizSourceOptions): EvidenceSource {
	return async ({ check, facts }) => {
		// A fix asks for the file where none was given, and is verified by that one.
		const paths = given.length > 0 ? distinctFiles(given) : configFiles(String(facts.config ?? ''));
		if (paths.length === 0) return absent('no configuration was given (--config PATH)');
		const taken = timeTaken(clock);
		const timing = () => ({ source: 'config' as const, sql: null, ...taken() });
		try {
			const fence = check.checks.find(({ language }) => language === 'openiz');
			if (fence === undefined) return absent('this check asks nothing of a configuration');
			const configurations = await Promise.all(paths.map(configurationAt));
			const answer = answerTo(fence, configurations, facts);
			// So that a fix finds the files that were looked at.
			const told = { config: paths.join(', '), instances: paths.length, ...answer.facts };
			return {
				...answer,
				...timing(),
				kind: 'verdict',
				facts: told,
				failure: null,
				grant: null,
			} satisfies Observation;
		} catch (error) {
			if (!(error instanceof ConfigurationError)) throw error;
			return { ...timing(), kind: 'failed', failure: error.failure };
		}
	};
}

function answerTo({ attributes }: Fence, configurations: readonly Configuration[], facts: Facts): Answer {
	if (attributes.compare !== undefined) return comparisonAnswer(configurations);
	switch (attributes.setting) {
		case undefined:
			return poolsAnswer(
				configurations,
				countOf(attributes.budget, facts),
				countOf(attributes.instances, facts),
			);
		case 'stm':
			return fetchesAnswer(configurations.map(managerSettings));
		case 'readonly':
			return readingAnswer(configurations.map(managerStrings));
		default:
			throw new ConfigurationError(
				'unknown-setting',
				`openiz setting=${attributes.setting} asks for nothing known`,
				['correct the article (kbwizard lint)'],
			);
	}
}

/** @param seen instances that have sessions on the server; those whose file is not given are taken to be like the largest that is */
function poolsAnswer(
	configurations: readonly Configuration[],
	slots: number | null,
	seen: number | null,
): Answer {
	const sizes = poolsOf(configurations);
	const { pools, strings, floor, unlimited, elsewhere } = sizes;
	if (pools.length === 0)
		throw new ConfigurationError(
			'no-strings',
			`there is no Npgsql connection string in ${configurations.map(({ label }) => label).join(', ')}`,
			['give the openiz.exe.config that the IMS runs with, not the sample'],
		);
	const unread = Math.max(0, (seen ?? 0) - configurations.length);
	const largest = Math.max(...configurations.map((each) => poolsOf([each]).connections));
	const connections = sizes.connections + unread * largest;
	const given = spreadOf(sizes, configurations.length);
	const spread =
		unread === 0
			? given
			: `${given}; sessions come from ${counted(configurations.length + unread, 'host')}, so about ${connections} in all`;
	if (slots === null) throw slotsUnknown(spread);
	const proposal = fittingSize(slots, pools.length);
	return {
		verdict: connections > slots || unlimited > 0 ? 'larger' : 'fits',
		facts: {
			...{ strings, floor, unlimited, elsewhere, slots, spread },
			pools: connections,
			command_timeout_s: commandTimeoutOf(configurations),
			pool_count: pools.length,
			pool_databases: namesOf(pools.map(({ database }) => database)),
			pool_role: namesOf(pools.map(({ user }) => user).slice(0, 1)),
			over: Math.max(0, connections - slots),
			proposal: proposal < 1 ? null : proposal,
		},
		rows: pools.map(rowOf),
	};
}

/** Once each, comma-separated; null: none is named. */
function namesOf(names: readonly (string | null)[]): string | null {
	const there = names.flatMap((name) => (name === null ? [] : [cleanText(name, { max: 200 })]));
	return [...new Set(there)].sort().join(', ') || null;
}

/** In words: `180 connections from 6 pools of 2 instances, 1 of them without any limit`. */
function spreadOf({ pools, connections, unlimited }: PoolSizes, instances: number): string {
	const without = unlimited === 0 ? '' : `, ${unlimited} of them without any limit`;
	return `${counted(connections, 'connection')} from ${counted(pools.length, 'pool')} of ${counted(instances, 'instance')}${without}`;
}

function counted(count: number, one: string): string {
	return `${count} ${one}${count === 1 ? '' : 's'}`;
}

function slotsUnknown(spread: string): ConfigurationError {
	return new ConfigurationError(
		'slots-unknown',
		`the pools of the configuration may open ${spread}; how many slots the server has is not known`,
		['compare it with max_connections less the reserved slots, or give the server'],
	);
}

function rowOf({ file, names, host, port, database, max, min, pooled, usedBy }: Pool): Row {
	const clean = (text: FactValue): FactValue =>
		typeof text === 'string' ? cleanText(text, { max: 200 }) : text;
	return {
		file,
		strings: clean(names.join(', ')),
		server: clean(host === null ? null : `${host}:${port ?? defaultPort}`),
		database: clean(database),
		max_pool_size: pooled ? max : null,
		min_pool_size: min,
		used_by: clean(usedBy.length === 0 ? null : usedBy.join(', ')),
	};
}

function fetchesAnswer(managers: readonly ManagerSettings[]): Answer {
	const on = managers.filter(({ stm }) => stm).length;
	const limits = managers.flatMap(({ maxRequests }) => (maxRequests === 0 ? [] : [maxRequests]));
	return {
		verdict: on === managers.length ? 'on' : 'off',
		facts: {
			stm: on === managers.length,
			max_requests: limits.length === 0 ? null : Math.min(...limits),
			stands: `${on} of ${counted(managers.length, 'configuration')}`,
		},
		rows: managers.map(({ label, stm, maxRequests }) => ({
			file: label,
			stm,
			max_requests: maxRequests === 0 ? null : maxRequests,
		})),
	};
}

function readingAnswer(managers: readonly ManagerStrings[]): Answer {
	const rows = managers.map(({ label, readonly, readWrite }) => ({
		file: label,
		readonly: cleanText(readonly.name),
		reads_from: cleanText(placeIn(readonly.settings), { max: 200 }),
		writes_to: cleanText(placeIn(readWrite.settings), { max: 200 }),
	}));
	const apart = rows.every(({ reads_from, writes_to }) => reads_from !== writes_to);
	return {
		verdict: apart ? 'apart' : 'together',
		facts: {
			readonly: rows[0]?.readonly ?? null,
			stands: [
				...new Set(
					rows.map(({ reads_from, writes_to }) => `reads from ${reads_from}, writes to ${writes_to}`),
				),
			].join('; '),
		},
		rows,
	};
}

/** So many are named in the finding's sentence; its rows have all. */
const differencesNamed = 4;

function comparisonAnswer(configurations: readonly Configuration[]): Answer {
	const differences = differencesOf(configurations);
	const named = differences
		.slice(0, differencesNamed)
		.map(({ setting, values }) => `${setting} (${values.map((value) => value ?? 'not set').join(' and ')})`);
	const more = differences.length - named.length;
	return {
		verdict: configurations.length < 2 ? 'one instance' : differences.length > 0 ? 'different' : 'alike',
		facts: {
			differing: differences.length,
			differences: [...named, ...(more > 0 ? [`${more} more`] : [])].join(', '),
		},
		rows: differences.flatMap(({ setting, values }) =>
			values.map((value, index) => ({ setting, file: configurations[index]?.label ?? null, value })),
		),
	};
}
