import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { guardianLauncher } from '../../src/fixes/guardian-client.ts';
import { graceMs } from '../../src/fixes/guardian-orders.ts';
import { changesInForce } from '../../src/session/in-force.ts';
import { readJournal } from '../../src/session/read-journal.ts';
import { connect, describeOn, query, testMajors, until } from '../helpers/postgres.ts';
import { fixingOn } from './fixing.ts';
import { settingsOf } from './settings.ts';

const options = {
	auth: 'scram' as const,
	settings: { max_connections: 30 },
	databases: ['openiz'],
	roles: [
		{ name: 'ims', password: 'ims' },
		{ name: 'owner', password: 'an owner’s secret' },
	],
};

describeOn(testMajors, 'the guardian', options, (server) => {
	const superuser = () => server().superuser;
	const openiz = async () => {
		const [row] = await query(
			superuser(),
			"select datconnlimit, (select setconfig::text from pg_db_role_setting s where s.setdatabase = d.oid) as config from pg_database d where datname = 'openiz'",
		);
		return row;
	};

	/** A process that has fenced openiz and stands still. */
	async function fencedProcess(uri: string) {
		const stateDir = await mkdtemp(join(tmpdir(), 'kbwizard-guardian-'));
		const child = fork(fileURLToPath(new URL('fenced-process.ts', import.meta.url)), [], {
			execArgv: [],
			stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
		});
		onTestFinished(async () => {
			child.kill('SIGKILL');
			await rm(stateDir, { recursive: true, force: true });
		});
		const { stdout } = child;
		if (stdout === null) throw new Error('no output');
		child.send({ uri, stateDir });
		await once(stdout, 'data');
		const journal = async () => {
			const [file] = (await readdir(join(stateDir, 'sessions'))).filter((name) => name.endsWith('.jsonl'));
			return readJournal(join(stateDir, 'sessions', file ?? ''));
		};
		return { child, journal };
	}

	async function holdOne() {
		const client = await connect(server().uri({ user: 'ims', database: 'openiz' }));
		onTestFinished(() => client.end().catch(() => undefined));
	}

	test.skipIf(process.platform === 'win32')('lifts the fence of a process that was killed', async () => {
		await query(superuser(), 'alter database openiz connection limit 17');
		await holdOne();
		const { child, journal } = await fencedProcess(server().uri({ database: 'openiz' }));
		expect(await openiz()).toMatchObject({ datconnlimit: 0 });
		expect(JSON.stringify(await openiz())).toContain('kbwizard.fence');
		child.kill('SIGKILL');
		const killedAt = Date.now();
		await until(async () => (await openiz())?.datconnlimit === 17, { what: 'the fence to be lifted' });
		expect(Date.now() - killedAt).toBeGreaterThanOrEqual(graceMs - 200);
		expect(await openiz()).toEqual({ datconnlimit: 17, config: null });
		const { records, damage } = await until(
			async () => {
				const content = await journal();
				return content.records.some(({ kind }) => kind === 'lifted') ? content : null;
			},
			{ what: 'the journal to say so' },
		);
		expect(damage).toBeNull();
		expect(records.at(-1)).toMatchObject({ kind: 'lifted', by: 'guardian', why: 'the wizard had ended' });
		expect(changesInForce(records)).toEqual([]);
	});

	test.skipIf(process.platform === 'win32')(
		'gets in as an ordinary owner, and waits for a slot',
		async () => {
			await query(superuser(), 'alter database openiz owner to owner');
			await query(superuser(), 'alter database openiz connection limit -1');
			await query(superuser(), 'grant pg_signal_backend, pg_read_all_stats to owner');
			await holdOne();
			const { child } = await fencedProcess(server().uri({ user: 'owner', database: 'openiz' }));
			await query(superuser(), 'alter role owner connection limit 1');
			const inTheWay = await until(
				async () => {
					child.kill('SIGKILL');
					return connect(server().uri({ user: 'owner' }));
				},
				{ what: 'the only slot of the role' },
			);
			const refusals = async () =>
				((await server().readLog()).match(/too many connections for role "owner"/g) ?? []).length;
			const before = await refusals();
			await until(async () => (await refusals()) > before, { what: 'the guardian to be refused' });
			expect(await openiz()).toMatchObject({ datconnlimit: 0 });
			await inTheWay.end();
			await until(async () => (await openiz())?.datconnlimit === -1, { what: 'the fence to be lifted' });
			await query(superuser(), 'alter role owner connection limit -1');
		},
	);

	test.skipIf(process.platform !== 'linux')(
		'has its credentials from nowhere that others can look',
		async () => {
			await query(superuser(), 'grant pg_signal_backend, pg_read_all_stats to owner');
			await query(superuser(), 'alter database openiz owner to owner');
			await holdOne();
			const { child } = await fencedProcess(server().uri({ user: 'owner', database: 'openiz' }));
			const [guardian] = await childrenOf(child.pid ?? 0);
			expect(guardian).toBeDefined();
			for (const place of ['cmdline', 'environ']) {
				const shown = await readFile(`/proc/${guardian}/${place}`, 'utf8');
				expect(shown).not.toBe('');
				expect(shown).not.toContain('secret');
				expect(shown).not.toContain('owner');
			}
			child.kill('SIGKILL');
			await until(async () => (await openiz())?.datconnlimit !== 0, { what: 'the fence to be lifted' });
			await until(() => isGone(guardian), { what: 'the guardian to end' });
		},
	);
});

describeOn(testMajors.slice(-1), 'a guardian', { databases: ['openiz', 'clinic'] }, (server) => {
	test('leaves the fence of somebody else, where ours was not raised', async () => {
		const superuser = server().uri({ database: 'postgres' });
		const { journal } = await fixingOn(superuser);
		const guardian = await guardianLauncher([settingsOf(superuser)])(['postgres'], journal);
		// It lifts the latest first: once the other one is open, this one would be.
		const fenceOf = (database: string) => ({ database, kind: 'limit', limitBefore: 9 }) as const;
		await guardian.guard({ fence: fenceOf('clinic'), intent: 1 });
		await guardian.guard({ fence: fenceOf('openiz'), intent: 2 });
		for (const database of ['clinic', 'openiz'])
			await query(superuser, `alter database ${database} connection limit 0`);
		guardian.forget(2);
		guardian.handOver();
		const limits = async () => {
			const rows = await query(
				superuser,
				'select datname, datconnlimit from pg_database where datconnlimit >= 0',
			);
			return Object.fromEntries(rows.map(({ datname, datconnlimit }) => [datname, datconnlimit]));
		};
		await until(async () => (await limits()).clinic === 9, { what: 'the fence to be lifted' });
		expect(await limits()).toEqual({ clinic: 9, openiz: 0 });
	});
});

async function childrenOf(pid: number): Promise<readonly string[]> {
	return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
		.split(' ')
		.filter((each) => each !== '');
}

async function isGone(pid: string | undefined): Promise<boolean> {
	const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
	return state === null || /\) Z /.test(state);
}
