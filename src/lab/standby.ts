/** A standby of a lab server: copied from it while it runs, and following it by its write-ahead log. */
import type { Dirent } from 'node:fs';
import { chown, copyFile, lchown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, serverAccount } from './account.ts';
import { binaryFolder, temporaryFolder } from './binaries.ts';
import { createLabClient } from './client.ts';
import { startKeeper } from './keeper-client.ts';
import { configurationValue } from './postmaster.ts';
import { type LabServer, labHba, labSettings, plain, runningServer } from './server.ts';

export type StandbyOptions = {
	/** A physical slot that is there. */
	readonly slot: string;
	/** The role that it streams as; default the superuser. */
	readonly role?: string;
	/** Its password; absent: the primary trusts it. */
	readonly password?: string;
	/** What the primary calls it; default the slot's name. */
	readonly name?: string;
	/** Added to the settings that came with the copy. */
	readonly settings?: Readonly<Record<string, string | number | boolean>>;
};

/** Not copied: what belongs to the running server, and the log that the standby fetches by itself. */
const leftBehind: ReadonlySet<string> = new Set([
	'pg_wal',
	'pg_replslot',
	'pg_stat_tmp',
	'pg_notify',
	'pg_serial',
	'pg_snapshots',
	'pg_subtrans',
	'pg_dynshmem',
	'postmaster.pid',
	'postmaster.opts',
	'pg_internal.init',
]);

/** From PostgreSQL 12 on a file that is merely there makes a standby; before, a file of its own says so. */
const firstWithSignal = 12;
/** From PostgreSQL 15 on the functions of a backup have other names, and only the safe kind is left. */
const firstWithNewNames = 15;

/**
 * Copies the primary by the low-level backup (`pg_basebackup` is not among npm's programs) and starts the copy as its
 * standby; about a second. It takes connections when this resolves; whether it streams is for the caller to see.
 * @throws LabError with the end of the standby's log.
 */
export async function startStandby(primary: LabServer, options: StandbyOptions): Promise<LabServer> {
	const { major } = primary;
	const account = await serverAccount();
	const copy = join(primary.folder, `copy-${options.slot}`);
	const label = await backUp(primary, copy, account);
	const conninfo = Object.entries({
		host: primary.host,
		port: String(primary.port),
		user: options.role ?? 'postgres',
		password: options.password,
		application_name: options.name ?? options.slot,
	})
		.flatMap(([name, value]) => (value === undefined ? [] : [`${name}='${quoted(value)}'`]))
		.join(' ');
	const following = { primary_conninfo: conninfo, primary_slot_name: options.slot };
	const hasSignal = major >= firstWithSignal;
	const recovery = [
		'standby_mode = on',
		...Object.entries(following).map(([name, value]) => `${name} = ${configurationValue(value)}`),
	];
	const keeper = startKeeper();
	const binDir = await binaryFolder(major, account);
	const created = await keeper.create({
		binDir,
		temporary: await temporaryFolder(account),
		account,
		password: null,
		settings: { ...labSettings, ...plain(options.settings ?? {}), ...(hasSignal ? following : {}) },
		hba: labHba('trust'),
		dataFiles: {
			backup_label: label,
			...(hasSignal ? { 'standby.signal': '' } : { 'recovery.conf': `${recovery.join('\n')}\n` }),
		},
		copy,
	});
	const running = runningServer({ major, binDir, keeper, created, passwords: new Map() });
	return { ...running, version: primary.version };
}

function quoted(value: string): string {
	return value.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}

/** Answers the label that tells the copy where to begin. */
async function backUp(primary: LabServer, copy: string, account: Account | null): Promise<string> {
	const hasNewNames = primary.major >= firstWithNewNames;
	const client = createLabClient(primary.superuser, { applicationName: 'kbwizard lab' });
	await client.connect();
	try {
		await client.query(
			hasNewNames
				? "select pg_backup_start('kbwizard lab', true)"
				: "select pg_start_backup('kbwizard lab', true, false)",
		);
		await copyFolder(primary.dataDir, copy, account);
		const { rows } = await client.query<{ labelfile: string }>(
			hasNewNames
				? 'select labelfile from pg_backup_stop(false)'
				: 'select labelfile from pg_stop_backup(false, false)',
		);
		return rows[0]?.labelfile ?? '';
	} finally {
		await client.end();
	}
}

async function copyFolder(from: string, to: string, account: Account | null): Promise<void> {
	await mkdir(to, { mode: 0o700 });
	if (account !== null) await chown(to, account.uid, account.gid);
	const entries = await readdir(from, { withFileTypes: true });
	await Promise.all(entries.map((entry) => copyEntry(entry, from, to, account)));
}

async function copyEntry(entry: Dirent, from: string, to: string, account: Account | null): Promise<void> {
	const { name } = entry;
	const target = join(to, name);
	if (entry.isDirectory()) {
		if (!leftBehind.has(name)) return copyFolder(join(from, name), target, account);
		await mkdir(target, { mode: 0o700 });
	} else {
		if (leftBehind.has(name) || !entry.isFile()) return;
		try {
			await copyFile(join(from, name), target);
		} catch (error) {
			// A table that was dropped meanwhile: its end is in the log that is replayed.
			if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
			throw error;
		}
	}
	if (account !== null) await lchown(target, account.uid, account.gid);
}
