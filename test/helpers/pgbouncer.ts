/** A real PgBouncer, from the distribution: nothing of it is imitated. */
import { execFileSync } from 'node:child_process';
import { chown, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { serverAccount } from '../../src/lab/account.ts';
import {
	type LabPgbouncer,
	type LabPgbouncerOptions,
	runPgbouncer,
	startLabPgbouncer,
} from '../../src/lab/pgbouncer.ts';
import { describeMajors, type LabServer, type Major, useServer } from './postgres.ts';

/** Where the distributions put it is not on everybody's PATH. */
const searchPath = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;

/** Null: it is not installed. */
export function pgbouncerVersion(): string | null {
	try {
		const said = execFileSync('pgbouncer', ['--version'], {
			encoding: 'utf8',
			env: { ...process.env, PATH: searchPath },
		});
		return /PgBouncer (\S+)/.exec(said)?.[1] ?? null;
	} catch {
		return null;
	}
}

export type Pgbouncer = LabPgbouncer & {
	/** A connection URI through it. */
	uri(options: { readonly user: string; readonly password?: string; readonly database: string }): string;
};

/** A folder that PgBouncer's account owns; it goes with the server's. */
export async function pgbouncerFolder(server: LabServer): Promise<string> {
	const folder = await mkdtemp(join(server.folder, 'pgbouncer-'));
	await giveAway(folder);
	return folder;
}

/** What a test wrote as root, to the account that PgBouncer runs as. */
export async function giveAway(path: string): Promise<void> {
	const account = await serverAccount();
	if (account !== null) await chown(path, account.uid, account.gid);
}

/** With a configuration that is there, which has it listen on that port. */
export async function startPgbouncer(ini: string, port: number): Promise<Pgbouncer> {
	return withUri({ host: '127.0.0.1', port, stop: await runPgbouncer(ini) });
}

/** In front of a server, with a configuration of the test's own. */
export async function pgbouncerBefore(server: LabServer, options: LabPgbouncerOptions): Promise<Pgbouncer> {
	return withUri(await startLabPgbouncer(server, options));
}

function withUri(pgbouncer: LabPgbouncer): Pgbouncer {
	const { host, port } = pgbouncer;
	return {
		...pgbouncer,
		uri({ user, password, database }) {
			const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
			return `postgresql://${encodeURIComponent(user)}${secret}@${host}:${port}/${encodeURIComponent(database)}`;
		},
	};
}

/**
 * As `describeOn`, where there is a PgBouncer to put before the server. Where there is none it is skipped, and says
 * so; in CI that is a failure.
 */
export function describeBehindPgbouncer(
	majors: readonly Major[],
	title: string,
	options: Parameters<typeof useServer>[1],
	body: (server: () => LabServer, major: Major) => void,
): void {
	const skip = pgbouncerVersion() === null && process.env.CI !== 'true';
	if (skip)
		console.error(`SKIPPED: "${title}": PgBouncer is not installed. As root: apt-get install pgbouncer`);
	describe.skipIf(skip)('behind PgBouncer', () => {
		describeMajors(majors, title, (major) => body(useServer(major, options), major));
	});
}
