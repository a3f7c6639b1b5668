import { describe, expect, it } from 'vitest';
import type { Article, Check, Fence } from '../../../src/article/article.ts';
import { resolveSettings } from '../../../src/evidence/postgres/connection-settings.ts';
import { createKeeper, type PostgresKeeper } from '../../../src/evidence/postgres/keeper.ts';
import { createConnectSource } from '../../../src/evidence/postgres/observe-connect.ts';
import { createSqlSource } from '../../../src/evidence/postgres/observe-sql.ts';
import type { Facts, Observation } from '../../../src/machine/ports.ts';
import { describeOn, holdSlots, query, testMajors } from '../../helpers/postgres.ts';
import { releasedAfterEach } from '../../helpers/released.ts';
import { machine } from './surroundings.ts';

const { releases } = releasedAfterEach();

function keeperOf(uri: string): PostgresKeeper {
	const keeper = createKeeper(resolveSettings({ conninfo: uri }, machine()));
	releases.push(() => keeper.close());
	return keeper;
}

function fence(body: string, more: Partial<Fence> = {}): Fence {
	return {
		line: 1,
		language: 'sql',
		role: 'check',
		attributes: {},
		body,
		min: null,
		max: null,
		timeoutMs: null,
		againMs: null,
		...more,
	};
}

function check(id: string, checks: readonly Fence[], evidence: readonly Fence[] = []): Check {
	return { line: 1, id, title: id, prose: '', checks, evidence, branches: [], byHand: null };
}

function articleOf(...checks: readonly Check[]): Article {
	return {
		id: 'T',
		title: 'T',
		path: 't.md',
		sha256: '',
		source: null,
		appliesTo: [],
		keywords: [],
		issue: '',
		symptoms: [],
		checks,
		causes: [],
		solutions: [],
		notes: [],
		text: '',
	};
}

const clock = () => new Date();
const nobody = async (): Promise<Observation> => ({ kind: 'absent', why: 'no configuration', grant: null });
const go = new AbortController().signal;

type Ask = (asked: Check, facts?: Facts, signal?: AbortSignal) => Promise<Observation>;

function askOn(
	keeper: PostgresKeeper,
	checks: readonly Check[],
	gate = async (): Promise<string | null> => null,
): Ask {
	const source = createSqlSource({ keeper, article: articleOf(...checks), gate, maxRows: 2, clock });
	return (asked, facts = {}, signal = go) => source.observe({ check: asked, facts }, signal);
}

describeOn(
	testMajors,
	'a check in SQL',
	{ roles: [{ name: 'app' }], databases: ['openiz'] },
	(server, major) => {
		const uri = () => server().uri({ user: 'app', database: 'openiz' });

		it('takes the verdict column, makes facts of the others, and keeps some of the evidence', async () => {
			const asked = check(
				'slots',
				[
					fence(
						`select 'full' as verdict, :limit::int + 1 as used, :'database' as database, :unknown::int as missing`,
					),
				],
				[fence('select g from generate_series(1, 5) g', { role: 'evidence' })],
			);
			expect(await askOn(keeperOf(uri()), [asked])(asked, { limit: 96 })).toMatchObject({
				kind: 'verdict',
				verdict: 'full',
				facts: { used: 97, database: 'openiz', missing: null },
				rows: [{ g: 1 }, { g: 2 }],
				source: 'live',
				failure: null,
				sql: expect.stringContaining('$1'),
			});
		});

		it('says none where there is no row, and otherwise where there is no verdict', async () => {
			const none = check('none', [fence(`select 'x' as verdict where false`)]);
			const without = check('without', [fence('select 1 as used')]);
			const ask = askOn(keeperOf(uri()), []);
			expect(await ask(none)).toMatchObject({ kind: 'verdict', verdict: 'none', facts: {} });
			expect(await ask(without)).toMatchObject({ kind: 'verdict', verdict: 'otherwise' });
		});

		it('takes the first fence that covers the server, or says that none does', async () => {
			const ask = askOn(keeperOf(uri()), []);
			const both = check('both', [
				fence(`select 'new' as verdict`, { min: 14 }),
				fence(`select 'old' as verdict`, { max: 13 }),
			]);
			expect(await ask(both)).toMatchObject({ verdict: major >= 14 ? 'new' : 'old' });
			const never = check('never', [fence(`select 'x' as verdict`, { max: 9 })]);
			expect(await ask(never)).toMatchObject({
				kind: 'absent',
				why: expect.stringContaining('not on this version'),
			});
		});

		it('takes all first samples together: two checks cost one wait', async () => {
			const grew = (id: string) =>
				check(id, [
					fence(
						`select case when clock_timestamp() - :before_at::timestamptz >= interval '0.3 s' then 'apart' else 'close' end as verdict,
					        clock_timestamp() as at, :before_at::timestamptz as earlier`,
						{ againMs: 400 },
					),
				]);
			const [one, two] = [grew('one'), grew('two')];
			const ask = askOn(keeperOf(uri()), [one, two]);
			const start = performance.now();
			expect(await ask(one)).toMatchObject({ verdict: 'apart' });
			expect(await ask(two)).toMatchObject({ verdict: 'apart' });
			expect(performance.now() - start).toBeLessThan(750);
			// Asked once more, it compares with a fresh sample.
			expect(await ask(one)).toMatchObject({ verdict: 'apart' });
			expect(performance.now() - start).toBeGreaterThan(790);
		});

		it('looks for the first time with the first check, and waits only for what is left then', async () => {
			const before = check('before', [fence(`select 'done' as verdict from pg_sleep(0.6)`)]);
			const sinceThen = `select case when clock_timestamp() - :before_at::timestamptz >= interval '0.6 s' then 'apart' else 'close' end as verdict,
				        clock_timestamp() as at`;
			const growing = check('growing', [fence(sinceThen, { againMs: 600 })]);
			const ask = askOn(keeperOf(uri()), [before, growing]);
			await ask(before);
			const start = performance.now();
			expect(await ask(growing)).toMatchObject({ verdict: 'apart' });
			expect(performance.now() - start).toBeLessThan(400);
		});

		it('sends nothing that the gate refuses', async () => {
			const asked = check('bad', [fence(`select 'x' as verdict from pg_terminate_backend(1)`)]);
			const ask = askOn(keeperOf(uri()), [asked], async () => 'pg_terminate_backend is not allowed');
			expect(await ask(asked)).toMatchObject({
				kind: 'failed',
				failure: { code: 'not-read-only', message: expect.stringContaining('pg_terminate_backend') },
			});
		});

		it('names the grant that would show more', async () => {
			const ask = askOn(keeperOf(uri()), []);
			const denied = check('denied', [fence(`select 'x' as verdict from pg_authid`)]);
			expect(await ask(denied)).toMatchObject({
				kind: 'failed',
				failure: {
					code: '42501',
					next: expect.arrayContaining([expect.stringContaining('GRANT pg_read_all_stats TO "app"')]),
				},
			});
			const hidden = check('hidden', [fence(`select 'hidden' as verdict`)]);
			expect(await ask(hidden)).toMatchObject({
				verdict: 'hidden',
				grant: 'GRANT pg_read_all_stats TO "app"',
			});
		});

		it('runs once more after a loss, and is not seen after the second', async () => {
			const keeper = keeperOf(uri());
			await keeper.attempt();
			const ask = askOn(keeper, []);
			const asked = check('still there', [fence(`select 'yes' as verdict`)]);
			await query(server().superuser, `select pg_terminate_backend(${keeper.session?.pid})`);
			expect(await ask(asked)).toMatchObject({ kind: 'verdict', verdict: 'yes' });
			await server().shutDown('fast');
			try {
				expect(await ask(asked)).toMatchObject({
					kind: 'absent',
					why: 'no session: nothing listens there (ECONNREFUSED)',
				});
			} finally {
				await server().start();
			}
		});

		it('is interrupted in the middle of a query, and between two samples', async () => {
			const ask = askOn(keeperOf(uri()), []);
			for (const asked of [
				check('slow', [fence(`select 'x' as verdict from pg_sleep(30)`, { timeoutMs: 30_000 })]),
				check('again', [fence(`select 'x' as verdict`, { againMs: 30_000 })]),
			]) {
				const stop = new AbortController();
				setTimeout(() => stop.abort(), 300);
				expect(await ask(asked, {}, stop.signal)).toMatchObject({
					kind: 'failed',
					failure: { code: 'interrupted' },
				});
			}
		});
	},
);

describeOn(
	testMajors,
	'the attempt as evidence',
	{
		settings: { max_connections: 8, max_wal_senders: 0, wal_level: 'minimal' },
		roles: [{ name: 'app' }],
		databases: ['openiz'],
	},
	(server) => {
		const probe = check('can-we-connect', [fence('', { language: 'connect' })]);

		it('tells of the refusal first, also where a slot was waited for since', async () => {
			const uri = server().uri({ user: 'app', database: 'openiz' });
			const slots = await holdSlots(5, uri);
			releases.push(slots.release);
			const keeper = keeperOf(uri);
			const observe = createConnectSource({ keeper, application: nobody });
			expect((await keeper.attempt()).verdict).toBe('ordinary slots gone');
			const waiting = keeper.wait({ forMs: 20_000 });
			await slots.release();
			await waiting;
			expect(await observe({ check: probe, facts: {} }, go)).toMatchObject({
				kind: 'verdict',
				verdict: 'ordinary slots gone',
				facts: { user: 'app', code: '53300', routine: 'InitPostgres' },
				// Who is in has no use for other ways in.
				failure: { code: '53300', next: ['Wait for the first slot that frees: --wait 60s.'] },
			});
			expect(await observe({ check: probe, facts: {} }, go)).toMatchObject({
				verdict: 'connected',
				failure: null,
			});
		});
	},
);

describe('without a server', () => {
	it('is not seen, and says why', async () => {
		const asked = check('x', [fence(`select 'x' as verdict`)]);
		const observation = await askOn(keeperOf('host=/nowhere-at-all user=app'), [asked])(asked);
		expect(observation).toMatchObject({
			kind: 'absent',
			why: 'no session: nothing listens there (ENOENT)',
		});
	});
});
