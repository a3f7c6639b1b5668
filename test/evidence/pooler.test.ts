/** What is noticed of a pooler, and what its console says: a real PgBouncer before a real server. */
import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/article/article.ts';
import { createPoolerSource } from '../../src/evidence/pooler/observe-pooler.ts';
import { createKeeper, type PostgresKeeper } from '../../src/evidence/postgres/keeper.ts';
import type { Observation } from '../../src/machine/ports.ts';
import { settingsOf } from '../fixes/settings.ts';
import { describeBehindPgbouncer, type Pgbouncer, pgbouncerBefore } from '../helpers/pgbouncer.ts';
import { connect, describeOn, holdSlots, testMajors } from '../helpers/postgres.ts';
import { releasedAfterEach } from '../helpers/released.ts';

const { atEnd } = releasedAfterEach();

const check: Check = {
	id: 'is-a-pooler-in-the-way',
	title: '',
	line: 1,
	prose: '',
	checks: [],
	evidence: [],
	branches: [],
	byHand: null,
};

function looking(
	uri: string,
	rescue: string | null = null,
): { readonly keeper: PostgresKeeper; observe(): Promise<Observation> } {
	const settings = settingsOf(uri);
	const keeper = createKeeper(settings, { rescue: rescue === null ? null : settingsOf(rescue) });
	atEnd(keeper, () => keeper.close());
	const source = createPoolerSource({ keeper, settings, maxRows: 100, clock: () => new Date() });
	return { keeper, observe: () => source({ check, facts: {} }, new AbortController().signal) };
}

const options = {
	auth: 'scram' as const,
	settings: { max_connections: 10 },
	databases: ['openiz'],
	roles: [
		{ name: 'ims', password: 'ims-pw' },
		{ name: 'monitor', password: 'monitor-pw' },
	],
};
const ims = { user: 'ims', password: 'ims-pw', database: 'openiz' };

describeBehindPgbouncer(testMajors, 'the pooler probe', options, (server) => {
	const pooler = async (settings: Record<string, string | number>): Promise<Pgbouncer> => {
		const started = await pgbouncerBefore(server(), {
			settings: { default_pool_size: 2, stats_users: 'ims', ...settings },
			passwords: { ims: 'ims-pw', monitor: 'monitor-pw' },
		});
		return atEnd(started, started.stop);
	};

	it('notices the pooler, and that nobody waits in it', async () => {
		const { keeper, observe } = looking((await pooler({})).uri(ims));
		expect(await observe()).toMatchObject({
			kind: 'verdict',
			verdict: 'quiet',
			facts: { cl_active: 1, cl_waiting: 0, pool_size: 2, max_client_conn: 100, pool_mode: 'session' },
			rows: [{ database: 'openiz', user: 'ims', cl_active: 1, pool_size: 2 }],
		});
		expect(keeper.session?.pooled).toBe(true);
		expect(keeper.lastAttempt?.facts.pooled).toBe(true);
	});

	it('says that clients wait, where without the pooler they would have been refused', async () => {
		const { uri } = await pooler({});
		const busy = await holdSlots(2, uri(ims));
		atEnd(busy, busy.release);
		await Promise.all(busy.clients.map((client) => client.query('select 1')));
		const late = atEnd(await connect(uri(ims)), async () => undefined);
		const answer = late.query('select 1 as one');
		const { keeper, observe } = looking(`${uri(ims)}?connect_timeout=2`);
		expect(await observe()).toMatchObject({
			kind: 'verdict',
			verdict: 'waiting',
			facts: { sv_active: 2, sv_idle: 0, pool_size: 2 },
		});
		// Our own login waited like everybody else's: that is no server that does not answer.
		expect(keeper.lastAttempt).toMatchObject({
			verdict: 'pooler refused',
			failure: { code: 'pooler-wait', message: expect.stringContaining('has no connection to the server') },
		});
		await busy.release();
		expect((await answer).rows).toEqual([{ one: 1 }]);
		await late.end();
	});

	it('tells the refusal by max_client_conn from the server’s, and still gets into the console', async () => {
		const { uri } = await pooler({ max_client_conn: 3 });
		const held = await holdSlots(3, uri(ims));
		atEnd(held, held.release);
		const { keeper, observe } = looking(uri(ims), server().superuser);
		expect(await keeper.attempt()).toMatchObject({
			verdict: 'pooler refused',
			failure: { code: '08P01', message: expect.stringContaining('max_client_conn') },
		});
		expect(await observe()).toMatchObject({
			kind: 'verdict',
			verdict: 'waiting',
			facts: { clients: 3, max_client_conn: 3 },
		});
		// The rest is looked at where the pooler is not in the way.
		expect(keeper.session).toMatchObject({ pooled: false, server: { user: 'postgres' } });
	});

	it('says which right is missing where the console is closed to it', async () => {
		const { uri } = await pooler({});
		const { observe } = looking(uri({ ...ims, user: 'monitor', password: 'monitor-pw' }));
		expect(await observe()).toEqual({
			kind: 'absent',
			why: 'The pooler does not let monitor look at its pools.',
			grant: 'stats_users = monitor (in pgbouncer.ini, then RELOAD)',
		});
	});

	it('does not blame the pooler for what is wrong behind it', async () => {
		const { uri } = await pooler({});
		const nowhere = looking(uri({ ...ims, database: 'no_such_database' }));
		expect((await nowhere.keeper.attempt()).verdict).toBe('otherwise');
		const held = await holdSlots(7, server().uri(ims));
		atEnd(held, held.release);
		expect((await looking(uri(ims)).keeper.attempt()).verdict).toBe('ordinary slots gone');
	});
});

describeOn([18], 'without a pooler', {}, (server) => {
	it('there is none', async () => {
		expect(await looking(server().superuser).observe()).toMatchObject({ kind: 'verdict', verdict: 'none' });
	});
});

describe('nobody there', () => {
	it('has nothing to look at', async () => {
		const { observe } = looking('postgresql://ims@127.0.0.1:1/openiz');
		expect(await observe()).toMatchObject({ kind: 'absent', why: expect.stringContaining('no session') });
	});
});
