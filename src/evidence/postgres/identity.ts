/** Who answered: version, provider, rights, and which kind of slot we hold. */
import { type Provider, providers } from '../../article/article.ts';
import type { Row, ServerIdentity, Slot } from '../../machine/ports.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import type { Way } from './visit.ts';

export type Identity = {
	readonly server: ServerIdentity;
	readonly pid: number;
	readonly versionNum: number;
	readonly inRecovery: boolean;
	readonly readOnly: boolean;
};

/** What can be said of a server that let nobody in. */
export function unknownServer(settings: ConnectionSettings, way: Way): ServerIdentity {
	return {
		host: way.host.host,
		port: way.host.port,
		database: settings.database,
		user: settings.user,
		version: null,
		versionNum: null,
		provider: 'unknown',
		slot: null,
		superuser: null,
	};
}

/**
 * @param row the answer to `identityQuery`
 * @param waited whether the slot was waited for
 */
export function identityFrom(row: Row, settings: ConnectionSettings, way: Way, waited: boolean): Identity {
	const versionNum = numberOf(row.version_num);
	const superuser = row.superuser === true;
	return {
		server: {
			...unknownServer(settings, way),
			database: textOf(row.database) ?? settings.database,
			user: textOf(row.role) ?? settings.user,
			version: textOf(row.version)?.split(' ')[0] ?? null,
			versionNum,
			provider: providerOf(textOf(row.provider), superuser),
			slot: waited ? 'waited' : slotOf(row),
			superuser,
			rights: superuser ? 'superuser' : row.sees_all === true ? 'sees all' : 'sees its own',
			...(typeof row.time_zone === 'string' ? { timeZone: row.time_zone } : {}),
		},
		pid: numberOf(row.pid),
		versionNum,
		inRecovery: row.in_recovery === true,
		readOnly: row.read_only === true,
	};
}

/** What a mark in the catalogs can name; the other two are inferred. */
const marked = providers.filter((provider) => provider !== 'self-hosted' && provider !== 'unknown');

/** Without a mark only a real superuser shows that nobody else manages the server: hosted ones hand none out. */
export function providerOf(mark: string | null, superuser: boolean): Provider {
	return marked.find((provider) => provider === mark) ?? (superuser ? 'self-hosted' : 'unknown');
}

/**
 * A reserved slot is held by who may, once more sessions are there than ordinary slots. Where rows are hidden the
 * count is a lower bound: what it proves holds.
 */
export function slotOf(row: Row): Slot {
	return row.may_use_reserve === true && numberOf(row.used) > numberOf(row.usable) ? 'reserved' : 'ordinary';
}

function numberOf(value: Row[string] | undefined): number {
	return typeof value === 'number' ? value : 0;
}

function textOf(value: Row[string] | undefined): string | null {
	return typeof value === 'string' ? value : null;
}
