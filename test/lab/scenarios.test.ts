import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type LabRun, listScenarios, startScenario } from '../../src/lab/lab-run.ts';
import { connect, describeMajors, type Major, query, testMajors, until } from '../helpers/postgres.ts';

/** Each has a server of its own, and waits for its sessions most of the time: so they run side by side. */
async function withScenario(id: string, major: Major, body: (run: LabRun) => Promise<void>): Promise<void> {
	const run = await startScenario(id, { major });
	try {
		await body(run);
	} finally {
		await run.stop();
	}
}

/** Sessions of the IMS, as the superuser sees them. */
async function imsSessions(run: LabRun): Promise<number> {
	const [row] = await query(
		run.adminConninfo,
		"SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'ims' AND backend_type = 'client backend'",
	);
	return Number(row?.n);
}

const disconnectAll = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'ims'";

describeMajors(testMajors, 'two-pools', (major) => {
	test.concurrent('has taken every ordinary slot, 97 of 97; after a disconnect it comes back to what the work needs, 20 of each', async () => {
		await withScenario('two-pools', major, async (run) => {
			expect(await imsSessions(run)).toBe(97);
			await expect(query(run.conninfo, 'SELECT 1')).rejects.toMatchObject({
				code: '53300',
				routine: 'InitPostgres',
			});
			const rows = await query(
				run.adminConninfo,
				`SELECT datname, client_addr::text AS host, max(application_name) AS application, count(*)::int AS n
				FROM pg_stat_activity WHERE usename = 'ims' GROUP BY 1, 2 ORDER BY 1, 2`,
			);
			expect(new Set(rows.map((row) => row.datname))).toEqual(new Set(run.databases));
			if (process.platform !== 'darwin') {
				expect(new Set(rows.map((row) => row.host))).toEqual(new Set(['127.0.0.1/32', '127.0.0.2/32']));
			}
			expect(new Set(rows.map((row) => row.application))).toEqual(new Set(['']));

			await query(run.adminConninfo, disconnectAll);
			await until(async () => (await imsSessions(run)) === 40, { what: 'the work to go on' });
			// Room for others, and it stays: what would refill has done so within its longest pause.
			await run.crowd.untilHeld(40);
			const ordinary = await connect(run.conninfo);
			await ordinary.query('SELECT pg_sleep(2.5)');
			expect(await imsSessions(run)).toBe(41);
			await ordinary.end();
		});
	});

	test.concurrent('to the brim comes back to all of them', async () => {
		await withScenario('two-pools-to-the-brim', major, async (run) => {
			await query(run.adminConninfo, disconnectAll);
			await until(async () => (await imsSessions(run)) === 97, {
				what: 'the pools to be full again',
				timeoutMs: 5_000,
			});
			await until(
				() =>
					query(run.conninfo, 'SELECT 1').then(
						() => false,
						(error) => error.code === '53300',
					),
				{ what: 'an ordinary role to be refused again' },
			);
		});
	});

	test.concurrent('lets one instance be shut down', async () => {
		await withScenario('two-pools', major, async (run) => {
			run.crowd.leave('ims-2');
			await until(() => query(run.conninfo, 'SELECT 1'), { what: 'an ordinary role to get in' });
			await until(async () => (await imsSessions(run)) <= 60, {
				what: 'the sessions of the instance to be gone',
			});
		});
	});
});

describeMajors([18], 'what the sessions do', (major) => {
	test.concurrent('leak: about two more idle sessions every second', async () => {
		await withScenario('leak', major, async (run) => {
			const before = await imsSessions(run);
			await until(async () => (await imsSessions(run)) >= before + 6, {
				what: 'it to grow',
				timeoutMs: 6_000,
			});
		});
	});

	test.concurrent('lock-pile-up: ending the root frees the others', async () => {
		await withScenario('lock-pile-up', major, async (run) => {
			const roots = await query(
				run.adminConninfo,
				`SELECT DISTINCT root FROM pg_stat_activity AS a, unnest(pg_blocking_pids(a.pid)) AS root
				WHERE cardinality(pg_blocking_pids(root)) = 0`,
			);
			expect(roots).toHaveLength(1);
			await query(run.adminConninfo, 'SELECT pg_cancel_backend($1)', [roots[0]?.root]);
			await until(async () => (await imsSessions(run)) === 0, { what: 'the others to finish' });
		});
	});

	test.concurrent('abandoned-queries: the clients are gone, the queries are not', async () => {
		await withScenario('abandoned-queries', major, async (run) => {
			const active = async () => {
				const [row] = await query(
					run.adminConninfo,
					"SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'ims' AND state = 'active'",
				);
				return Number(row?.n);
			};
			run.crowd.leave('ims-1');
			await until(() => run.crowd.held() === 0, { what: 'the clients to be gone' });
			expect(await active()).toBeGreaterThanOrEqual(26);
			await query(
				run.adminConninfo,
				"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'ims'",
			);
			await until(async () => (await active()) === 0, { what: 'the queries to be cancelled' });
		});
	});

	test.concurrent('idle-in-transaction: is so in nearly all of them', async () => {
		await withScenario('idle-in-transaction', major, async (run) => {
			const [row] = await query(
				run.adminConninfo,
				"SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'idle in transaction'",
			);
			expect(row?.n).toBe(23);
		});
	});

	test.concurrent('starting-or-stopping: ends when the last session has', async () => {
		await withScenario('starting-or-stopping', major, async (run) => {
			run.crowd.leave('ims-1');
			await until(
				() =>
					query(run.conninfo, 'SELECT 1').then(
						() => false,
						(error) => error.code === 'ECONNREFUSED',
					),
				{ what: 'the server to be down' },
			);
			await run.server.start();
			expect(await query(run.conninfo, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
		});
	});

	test.concurrent('writes its files where it is told, and leaves them there', async () => {
		const dir = await mkdtemp(join(tmpdir(), 'lab-files-'));
		const run = await startScenario('healthy', { major, dir });
		await run.stop();
		expect(await readFile(join(dir, 'ims-1', 'openiz.exe.config'), 'utf8')).toContain('MaxPoolSize=36');
		await rm(dir, { recursive: true });
	});
});

describe('the list of scenarios', () => {
	test('begins with the one that npm start opens, and says what each teaches', () => {
		expect(listScenarios()[0]?.id).toBe('two-pools');
		for (const { id, title, learningGoal } of listScenarios()) {
			expect(id).toMatch(/^[a-z-]+$/);
			expect(title.length).toBeLessThanOrEqual(70);
			expect(learningGoal).toMatch(/\.$/);
		}
	});

	test('names them all when one is asked for that is not there', async () => {
		await expect(startScenario('two-polls')).rejects.toThrow(/no scenario "two-polls"[\s\S]*two-pools, /);
	});
});
