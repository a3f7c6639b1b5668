import { expect, onTestFinished, test } from 'vitest';
import type { JournalRecord } from '../../src/session/record.ts';
import { connect, describeOn, query, testMajors, until } from '../helpers/postgres.ts';
import { fixingOn, planOf } from './fixing.ts';

const options = { databases: ['openiz'], roles: [{ name: 'ims' }] };

describeOn(testMajors, 'what goes wrong in the middle of a fix', options, (server) => {
	const superuser = () => server().superuser;
	const limit = async () =>
		(await query(superuser(), "select datconnlimit from pg_database where datname = 'openiz'"))[0]
			?.datconnlimit;

	async function clientOf(user: string) {
		const client = await connect(server().uri({ user, database: 'openiz' }));
		onTestFinished(() => client.end().catch(() => undefined));
		const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
		return rows[0]?.pid ?? 0;
	}

	/** Told to end, it does not before it is let go. */
	function stopped(pid: number): () => void {
		process.kill(pid, 'SIGSTOP');
		const letGo = () => {
			try {
				process.kill(pid, 'SIGCONT');
			} catch {
				// It has ended.
			}
		};
		onTestFinished(letGo);
		return letGo;
	}

	test.skipIf(process.platform === 'win32')(
		'the session is lost while sessions are ended: it is found out what became of them',
		async () => {
			const stays = await clientOf('ims');
			const goes = await clientOf('ims');
			const { plan, fixer, keeper, journal } = await fixingOn(superuser());
			const planned = planOf(await plan('disconnect-all', { database: 'openiz' }));
			expect(planned.rows.map(({ pid }) => pid).sort()).toEqual([stays, goes].sort());
			stopped(stays);
			const applying = fixer.apply(planned, { yes: true, typed: planned.confirm }, () => undefined);
			await until(
				async () =>
					(await query(superuser(), 'select 1 from pg_stat_activity where pid = $1', [goes])).length === 0,
				{ what: 'one of them to be ended' },
			);
			const ours = keeper.session?.pid;
			await query(superuser(), 'select pg_terminate_backend($1)', [ours]);
			const applied = await applying;
			expect(applied.outcome).toBe('partly');
			const statusOf = (pid: number) => applied.rows.find((row) => row.pid === pid);
			expect(statusOf(goes)).toMatchObject({ status: 'gone' });
			expect(statusOf(stays)).toMatchObject({
				status: 'refused',
				why: expect.stringContaining('still there'),
			});
			expect(await limit()).toBe(-1);
			const outcomes = journal.records.filter((record) => record.kind === 'outcome');
			expect(outcomes.at(-1)).toMatchObject({ status: 'unknown' });
			expect(outcomes.at(-1)?.rows).toHaveLength(2);
			expect(journal.records.some((record) => record.kind === 'lifted' && record.by === 'fix')).toBe(true);
		},
	);

	test('stopped before it began, nothing is done', async () => {
		const pid = await clientOf('ims');
		const { plan, fixer, journal } = await fixingOn(superuser());
		const planned = planOf(await plan('disconnect-all', { database: 'openiz' }));
		const applied = await fixer.apply(
			planned,
			{ yes: true, typed: planned.confirm },
			() => undefined,
			AbortSignal.abort(),
		);
		expect(applied).toMatchObject({ outcome: 'nothing', failure: { code: 'stopped' } });
		expect(journal.records.some(({ kind }) => kind === 'intent')).toBe(false);
		expect(await query(superuser(), 'select 1 from pg_stat_activity where pid = $1', [pid])).toHaveLength(1);
	});

	test('stopped on the way, nobody is fenced out and nobody is ended', async () => {
		const pid = await clientOf('ims');
		const { plan, fixer, journal } = await fixingOn(server().uri({ database: 'openiz' }));
		const planned = planOf(await plan('disconnect-all', { database: 'openiz' }));
		const stop = new AbortController();
		const applied = await fixer.apply(
			planned,
			{ yes: true, typed: planned.confirm },
			(text) => {
				if (text.startsWith('moving')) stop.abort();
			},
			stop.signal,
		);
		expect(applied).toMatchObject({ outcome: 'nothing', failure: { code: 'stopped' } });
		expect(journal.records.some(({ kind }) => kind === 'intent')).toBe(false);
		expect(await limit()).toBe(-1);
		expect(await query(superuser(), 'select 1 from pg_stat_activity where pid = $1', [pid])).toHaveLength(1);
	});

	test('an undo does not touch another server of the same names', async () => {
		const { fix, fixer, journal } = await fixingOn(superuser());
		await fix('limit', { database: 'openiz', limit: '40' });
		const another = journal.records.map(
			(record): JournalRecord => (record.kind === 'cluster' ? { ...record, id: '1' } : record),
		);
		const { undone, skipped } = await fixer.undo(another, () => undefined);
		expect(undone).toEqual([]);
		expect(skipped).toEqual([
			{
				plan: expect.any(String),
				what: 'database openiz',
				why: 'it was done on another server than the one connected to now',
			},
		]);
		expect(await limit()).toBe(40);
		expect((await fixer.undo(journal.records, () => undefined)).undone).toHaveLength(1);
		expect(await limit()).toBe(-1);
	});
});
