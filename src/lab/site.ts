/** The site that the scenarios play: an OpenIZ with four databases, served by one or two IMS instances. */
import { platform } from 'node:os';
import type { CrowdMember, PoolMember, Refill } from './crowd-protocol.ts';

/** The ordinary role that the IMS connects as. */
export const imsRole = 'ims';

/** What belongs together in the site's configuration: a connection string, its database, its pool's size. */
export type SitePool = {
	/** Name of the connection string. */
	readonly name: string;
	readonly database: string;
	/** MaxPoolSize. */
	readonly max: number;
	/** How many of these the work really uses. */
	readonly usual: number;
};

/** One instance's pools: 52 connections, of which its work uses 20. Two instances want 104 of 97. */
export const sitePools: readonly SitePool[] = [
	{ name: 'openiz', database: 'openiz', max: 36, usual: 14 },
	{ name: 'audit', database: 'openiz_audit', max: 8, usual: 4 },
	{ name: 'reporting', database: 'openiz_reporting', max: 4, usual: 1 },
	{ name: 'warehouse', database: 'openiz_dw', max: 4, usual: 1 },
];

/** A handful of healthy connections, beside the trouble of others. */
export const usualPools: readonly SitePool[] = sitePools.map((pool) => ({ ...pool, max: 1, usual: 1 }));

/** A site whose only pool has that MaxPoolSize. */
export function onePool(max: number): readonly SitePool[] {
	return sitePools.slice(0, 1).map((pool) => ({ ...pool, max, usual: max }));
}

export const siteDatabases = sitePools.map((pool) => pool.database);

/** The one that the wizard is opened on. */
export const mainDatabase = 'openiz';

export type Instance = { readonly name: string; readonly from: string | null };

/**
 * On Linux and Windows all of 127/8 is this machine, so each instance gets an address of its own, as on a site;
 * macOS has one only.
 */
export function instances(count: number): readonly Instance[] {
	const several = platform() !== 'darwin';
	return Array.from({ length: count }, (_, index) => ({
		name: `ims-${index + 1}`,
		from: several ? `127.0.0.${index + 1}` : null,
	}));
}

/** What an IMS asks all day: short, and nothing to wait for. */
const imsQuery = 'SELECT name, seen FROM patient WHERE id = 1 + floor(random() * 50)::int';

/** The pools of one instance, as members of a crowd. */
export function instancePools(
	instance: Instance,
	uri: (database: string) => string,
	refill: Refill,
	pools: readonly SitePool[] = sitePools,
): readonly PoolMember[] {
	return pools.map((pool) => ({
		kind: 'pool',
		instance: instance.name,
		uri: uri(pool.database),
		from: instance.from,
		max: pool.max,
		usual: pool.usual,
		refill,
		sql: imsQuery,
		everyMs: 1_500,
	}));
}

/** Sessions of the IMS that stay, doing nothing, unless told otherwise. */
export function imsSessions(
	instance: Instance,
	uri: string,
	count: number,
	options: Partial<Extract<CrowdMember, { kind: 'sessions' }>> = {},
): CrowdMember {
	return {
		kind: 'sessions',
		instance: instance.name,
		uri,
		from: instance.from,
		applicationName: null,
		count,
		growEveryMs: null,
		statements: [imsQuery],
		afterwards: 'stay',
		returns: true,
		givesUpAfterMs: null,
		retriesEveryMs: null,
		...options,
	};
}

/** The tables that the work is done on, in each database. */
export const siteSchema = `
CREATE TABLE patient (id int PRIMARY KEY, name text NOT NULL, seen timestamptz NOT NULL DEFAULT now());
INSERT INTO patient (id, name) SELECT n, 'Patient ' || n FROM generate_series(1, 50) AS n;
CREATE TABLE audit_event (at timestamptz NOT NULL DEFAULT now(), action text NOT NULL);
GRANT ALL ON patient, audit_event TO ${imsRole};
`;
