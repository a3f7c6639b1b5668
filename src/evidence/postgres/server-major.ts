import type { ServerIdentity } from '../../machine/ports.ts';

/** Major version of a server, 9 for all below 10; null: it is not known. */
export function serverMajor({ versionNum }: Pick<ServerIdentity, 'versionNum'>): number | null {
	return versionNum === null ? null : Math.floor(versionNum / 10_000);
}
