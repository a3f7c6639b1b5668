/** A connection that is left alone, through a network that forgets it and through one that does not. */
import { expect, it } from 'vitest';
import type { Check } from '../../../src/article/article.ts';
import { createKeeper, type PostgresKeeper } from '../../../src/evidence/postgres/keeper.ts';
import { createRestSource } from '../../../src/evidence/postgres/observe-rest.ts';
import { type ForgetfulProxy, openForgetfulProxy } from '../../../src/lab/forgetful-proxy.ts';
import type { Observation } from '../../../src/machine/ports.ts';
import { kb008 } from '../../content/kb008.ts';
import { settingsOf } from '../../fixes/settings.ts';
import { describeOn, query, until } from '../../helpers/postgres.ts';
import { releasedAfterEach } from '../../helpers/released.ts';

const { releases } = releasedAfterEach();

/** KB008's check, with another length than five minutes. */
function checkFor(length: string): Check {
	const check = kb008().checks.find(({ id }) => id === 'does-an-idle-connection-survive');
	if (check === undefined) throw new Error('KB008 has no check of an idle connection');
	return { ...check, checks: check.checks.map((fence) => ({ ...fence, attributes: { for: length } })) };
}

type Resting = {
	readonly keeper: PostgresKeeper;
	observe(length: string, demanded?: boolean, signal?: AbortSignal): Promise<Observation>;
};

function resting(uri: string): Resting {
	const settings = settingsOf(uri);
	const keeper = createKeeper(settings);
	releases.push(() => keeper.close());
	const source = createRestSource({ keeper, settings, clock: () => new Date() });
	return {
		keeper,
		observe: (length, demanded = true, signal = new AbortController().signal) =>
			source({ check: checkFor(length), facts: {}, demanded }, signal),
	};
}

describeOn([18], 'an idle connection', { databases: ['openiz'] }, (server) => {
	const ours = async (): Promise<unknown> =>
		(
			await query(
				server().superuser,
				"select count(*)::int as n from pg_stat_activity where application_name = 'kbwizard'",
			)
		)[0]?.n;

	async function through(idleMs: number): Promise<{ readonly proxy: ForgetfulProxy; readonly uri: string }> {
		const proxy = await openForgetfulProxy({
			host: '127.0.0.1',
			port: server().port,
			idleMs,
			answer: 'a reset',
		});
		releases.push(() => proxy.close());
		const url = new URL(server().superuser);
		url.port = String(proxy.port);
		return { proxy, uri: url.href };
	}

	it('is never left alone for minutes unasked', async () => {
		const { observe, keeper } = resting(server().superuser);
		expect(await observe('5m', false)).toEqual({
			kind: 'absent',
			why: 'it takes 5 minutes, so it is done only when you ask for it',
			grant: null,
		});
		expect((await keeper.session?.read('select 1'))?.rowCount).toBe(1);
	});

	it('survives where nothing forgets it, and nothing is sent over it meanwhile', async () => {
		const { proxy, uri } = await through(60_000);
		const { observe, keeper } = resting(uri);
		await keeper.attempt();
		const answer = observe('800ms');
		let before = -1;
		// What asks for the start of the server has gone by then.
		await until(
			() => {
				const same = before === proxy.sent();
				before = proxy.sent();
				return same;
			},
			{ what: 'the silence' },
		);
		const gauge = keeper.gauge();
		expect(await ours()).toBe(1);
		expect(proxy.sent()).toBe(before);
		expect(await answer).toMatchObject({ verdict: 'survived', facts: { rested_s: 0.8 } });
		expect(await gauge).not.toBeNull();
		expect(proxy.opened()).toBe(1);
	});

	it('is found dead where the network has forgotten it, by the one session that there is', async () => {
		const { proxy, uri } = await through(1_000);
		const { observe, keeper } = resting(uri);
		await keeper.attempt();
		const pid = keeper.session?.pid;
		const answer = observe('1300ms');
		expect(await ours()).toBe(1);
		expect(proxy.opened()).toBe(1);
		expect(await answer).toMatchObject({
			verdict: 'dropped',
			facts: { rested_s: 1.3, code: 'ECONNRESET', left_behind: pid },
		});
		// The next check has a session again.
		expect(proxy.opened()).toBe(2);
		expect((await keeper.session?.read('select 1'))?.rowCount).toBe(1);
	});

	it('is no matter of the network where the server itself has ended it', async () => {
		const { observe, keeper } = resting(server().superuser);
		await keeper.attempt();
		const answer = observe('5m');
		await query(server().superuser, 'select pg_terminate_backend($1::int)', [keeper.session?.pid]);
		expect(await answer).toMatchObject({ kind: 'failed', failure: { code: '57P01' } });
	});

	it('can be broken off, and is in use again at once', async () => {
		const { observe, keeper } = resting(server().superuser);
		await keeper.attempt();
		const stop = new AbortController();
		const answer = observe('5m', true, stop.signal);
		stop.abort(new Error('enough'));
		await expect(answer).rejects.toThrow('enough');
		expect((await keeper.session?.read('select 1'))?.rowCount).toBe(1);
	});

	it('has no network in between on a Unix socket', async () => {
		const { observe } = resting(server().uri({ socket: true }));
		expect(await observe('5m')).toMatchObject({
			kind: 'absent',
			why: expect.stringContaining('no network in between'),
		});
	});
});
