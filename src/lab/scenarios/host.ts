/** What the server's own host does to it: a process that dies, a process that may not be made. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serverAccount } from '../account.ts';
import { LabError } from '../lab-error.ts';
import type { Scenario } from '../scenario.ts';
import { instancePools, usualPools } from '../site.ts';
import { serverError, streamEnded } from '../site-log.ts';
import { neverSlots, small } from './slots.ts';

/** As the server's own account: neither PostgreSQL's programs nor the limits of others want to hear of root. */
async function runAsServer(program: string, args: readonly string[]): Promise<void> {
	await promisify(execFile)(program, args, { ...((await serverAccount()) ?? {}) });
}

const seats = usualPools.length;

const common = {
	reliefs: [],
	instanceCount: 1,
	configuration: { pools: usualPools },
	server: small,
} as const;

/** `pg_ctl kill` knows KILL from PostgreSQL 13 on; what a fault ends a process by is as deadly. */
const firstThatKills = 13;

export const crashedBackend: Scenario = {
	...common,
	id: 'crashed-backend',
	title: 'A server process was killed, and took every session with it',
	learningGoal:
		'See why all connections failed in one moment though the server never stopped: the death of one process ends them all, and only the server’s log says so.',
	firstCause: 'a-crashed-backend',
	neverCauses: [...neverSlots, 'a-server-starting-or-stopping'],
	firstSolution: 'find-what-ended-the-backend',
	logged: () => [streamEnded, serverError('57P03', 'the database system is in recovery mode')],
	outcome: { kind: 'connected' },
	async setUp({ server, crowd, instances, uri, sql, untilLogged, addLog }) {
		for (const instance of instances) crowd.join(instancePools(instance, uri, 'needed', usualPools));
		await crowd.untilHeld(seats);
		const [victim] = await sql(
			"SELECT pid FROM pg_stat_activity WHERE usename = 'ims' ORDER BY backend_start LIMIT 1",
		);
		const signal = server.major < firstThatKills ? 'ABRT' : 'KILL';
		await runAsServer(join(server.binDir, 'pg_ctl'), ['kill', signal, String(victim?.pid)]);
		await untilLogged(
			server,
			/all server processes terminated; reinitializing[\s\S]*database system is ready to accept connections/,
			'the server to recover',
		);
		await crowd.untilHeld(seats);
		addLog('postgresql.log', server.logFile);
		return null;
	},
};

export const operatingSystemLimit: Scenario = {
	...common,
	id: 'operating-system-limit',
	title: 'The operating system lets the server make no further process',
	learningGoal:
		'See that a session is a process: the server can refuse with slots to spare, and says so in a text that many drivers do not show.',
	firstCause: 'an-operating-system-limit',
	neverCauses: [
		'pools-larger-than-the-server',
		'max-connections-too-low',
		'a-server-that-accepts-but-does-not-answer',
		'a-tls-mismatch',
	],
	firstSolution: 'raise-the-operating-system-limit',
	// What Npgsql makes of a text where it expects a message is not known.
	logged: () => [],
	outcome: { kind: 'unreached' },
	async setUp({ server, crowd, instances, uri, addLog }) {
		if (platform() !== 'linux') {
			throw new LabError('The limit of a process that runs can be changed on Linux only.', [
				'Choose another scenario.',
			]);
		}
		for (const instance of instances) crowd.join(instancePools(instance, uri, 'needed', usualPools));
		await crowd.untilHeld(seats);
		const [pid = ''] = (await readFile(join(server.dataDir, 'postmaster.pid'), 'utf8')).split('\n');
		try {
			// Of the user's processes there are more than one already: the next one is always one too many.
			await runAsServer('prlimit', ['--pid', pid, '--nproc=1:1']);
		} catch (error) {
			throw new LabError('The limit of the server’s processes could not be lowered (prlimit).', [
				'Install util-linux, or choose another scenario.',
				...(error instanceof Error ? [error.message] : []),
			]);
		}
		addLog('postgresql.log', server.logFile);
		return null;
	},
};
