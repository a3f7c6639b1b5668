import { expect, onTestFinished, test } from 'vitest';
import { startStandby } from '../../src/lab/standby.ts';
import { describeOn, query, until } from '../helpers/postgres.ts';

// 10 too: where a standby is told that it is one has changed.
describeOn([10, 13, 18], 'a lab standby', {}, (primary) => {
	test('follows its primary by its slot, and takes no writes', async () => {
		await query(primary().superuser, "select pg_create_physical_replication_slot('follower', true)");
		const standby = await startStandby(primary(), { slot: 'follower' });
		onTestFinished(() => standby.stop());
		await query(primary().superuser, 'create table written (n int)');
		const streaming = () =>
			query(
				primary().superuser,
				"select application_name, state from pg_stat_replication where state = 'streaming'",
			).then((rows) => rows[0]);
		expect(await until(streaming, { what: 'the standby to stream' })).toMatchObject({
			application_name: 'follower',
		});
		const arrived = () =>
			query(standby.superuser, "select 1 from pg_class where relname = 'written'").then((rows) => rows[0]);
		await until(arrived, { what: 'the table to arrive' });
		await expect(query(standby.superuser, 'drop table written')).rejects.toMatchObject({ code: '25006' });
	});
});
