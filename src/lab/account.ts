/** Whom the server runs as: PostgreSQL refuses to run as root. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { ownUser } from '../own-user.ts';
import { LabError } from './lab-error.ts';

const run = promisify(execFile);

export type Account = { readonly uid: number; readonly gid: number };

/**
 * `nobody` first: on a host with a PostgreSQL of its own, `postgres` could read that one's data.
 */
const unprivileged = ['nobody', 'postgres'] as const;

/**
 * The account to become, looked up by name; null: this process is not root and runs the server as itself.
 * @throws LabError when this process is root and there is no unprivileged account, or nobody has named its user.
 */
export async function serverAccount(): Promise<Account | null> {
	const { uid, name } = ownUser();
	if (name === null)
		throw new LabError('PostgreSQL does not run as a user that has no name on this machine.', [
			`Run this as a user that /etc/passwd has${uid < 0 ? '' : `, or give the number ${uid} a name there`}.`,
		]);
	if (uid !== 0) return null;
	for (const name of unprivileged) {
		const account = await lookUp(name);
		if (account !== null) return account;
	}
	throw new LabError(
		'PostgreSQL does not run as root, and there is no account `nobody` or `postgres` to run it as.',
		['Run this as an ordinary user.', 'Or create one: useradd --system postgres'],
	);
}

async function lookUp(name: string): Promise<Account | null> {
	try {
		const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
		return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
	} catch {
		return null;
	}
}

/** Whether the account may pass through every folder down to `path`, and enter it, by the permission bits. */
export async function canEnter(account: Account, path: string): Promise<boolean> {
	for (let folder = path; ; folder = dirname(folder)) {
		const { uid, gid, mode } = await stat(folder);
		const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
		if (((mode >> shift) & 1) === 0) return false;
		if (dirname(folder) === folder) return true;
	}
}
