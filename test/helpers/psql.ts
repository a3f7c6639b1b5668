/** The real psql of this machine, as a site has it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As `15.18`; null: there is no psql here. */
export function psqlVersion(): string | null {
	const { status, stdout } = spawnSync('psql', ['--version'], { encoding: 'utf8' });
	return status === 0 ? (/\d+(?:\.\d+)*/.exec(stdout)?.[0] ?? null) : null;
}

/** Whether tests of the script are left out, which is said. In CI it is a failure that there is no psql. */
export const lacksPsql = psqlVersion() === null && process.env.CI !== 'true';
if (lacksPsql)
	console.error(
		'SKIPPED: what psql itself runs: it is not installed. As root: apt-get install postgresql-client',
	);

export type PsqlEnd = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/**
 * One script on one server, as `psql -X -d URI -f FILE`.
 * @param variables as with `-v`
 * @returns also what else it left in the folder that it ran in
 */
export async function runPsql(
	uri: string,
	script: string,
	variables: Readonly<Record<string, string>> = {},
): Promise<PsqlEnd & { readonly left: readonly string[] }> {
	const folder = await mkdtemp(join(tmpdir(), 'kbwizard-psql-'));
	try {
		const file = join(folder, 'script.sql');
		await writeFile(file, script);
		const given = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
		const end = await ended('psql', ['-X', '-w', '-d', uri, ...given, '-f', file], folder);
		return { ...end, left: (await readdir(folder)).filter((name) => name !== 'script.sql') };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** A program to its end, in that folder. */
export function ended(
	program: string,
	args: readonly string[],
	cwd: string,
	env: Readonly<Record<string, string>> = {},
): Promise<PsqlEnd> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {
			cwd,
			env: { ...process.env, PGCONNECT_TIMEOUT: '5', LC_ALL: 'C', ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let stdout = '';
		let stderr = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => {
			stdout += text;
		});
		child.stderr.setEncoding('utf8').on('data', (text: string) => {
			stderr += text;
		});
		child.on('error', reject);
		child.on('close', (status) => resolve({ status, stdout, stderr }));
	});
}
