import { expect, type TestContext, test } from 'vitest';
import { proveLogin } from '../../src/evidence/postgres/prove-login.ts';
import { type Timing, verifyTiming } from '../../src/fixes/verify.ts';
import { describeOnAtOnce, query, testMajors, until } from '../helpers/postgres.ts';
import { fixingOn } from './fixing.ts';
import { reconnectingPool } from './reconnecting-pool.ts';
import { settingsOf } from './settings.ts';

const options = {
	settings: { max_connections: 30 },
	databases: ['openiz'],
	roles: [{ name: 'ims' }, { name: 'app' }],
};
const quiet = () => undefined;
const verifying = {
	solution: 'disconnect-all',
	step: null,
	applied: null,
	// What another check calls by the same name is not what was before.
	before: { used: 16, is_it_free__used: 15 },
};

describeOnAtOnce(testMajors, 'verifying', options, (server) => {
	const superuser = (database = 'postgres') => server().uri({ database });
	const pool = async ({ onTestFinished }: TestContext, size: number) => {
		const made = await reconnectingPool(server().uri({ user: 'ims', database: 'openiz' }), size);
		onTestFinished(() => made.end());
		return made;
	};
	const fixing = (context: TestContext, overrides?: Parameters<typeof fixingOn>[1], timing?: Timing) =>
		fixingOn(superuser(), overrides, timing, context);

	test('a pool that comes back to what its work needs: it held for five seconds', async (context) => {
		const clients = await pool(context, 15);
		const login = () => proveLogin(settingsOf(server().uri({ user: 'app', database: 'openiz' })));
		const { fix, fixer } = await fixing(context, { proveLogin: login });
		clients.want(3);
		const { plan, applied } = await fix('disconnect-all', { database: 'openiz' });
		expect(applied.outcome).toBe('done');
		const begun = Date.now();
		const verified = await fixer.verify({ ...verifying, plan, applied }, quiet);
		expect(Date.now() - begun).toBeGreaterThanOrEqual(5_000);
		expect(verified).toMatchObject({ check: 'is-it-free', verdict: 'free', held: true, proof: 'login' });
		expect(verified?.samples.length).toBeGreaterThanOrEqual(8);
		expect(verified?.before).toEqual({ used: 15 });
		expect(verified?.after).toMatchObject({ used: 3 });
		expect(verified?.note).toMatch(
			/3 sessions have connected since, the first after \d+ ms: 3 of ims in openiz from 127\.0\.0\.1/,
		);
	});

	test('a pool that refills to the brim: it did not hold', async (context) => {
		await pool(context, 15);
		// Whether it begins to hold later is not asked here.
		const { fix, fixer } = await fixing(context, {}, { ...verifyTiming, patienceMs: 2_000 });
		const { plan, applied } = await fix('disconnect-all', { database: 'openiz' });
		expect(applied.outcome).toBe('done');
		const verified = await fixer.verify({ ...verifying, plan, applied }, quiet);
		expect(verified).toMatchObject({
			verdict: 'full',
			severity: 'critical',
			held: false,
			proof: 'arithmetic',
		});
		expect(verified?.note).toContain('15 sessions have connected since');
	});

	test('one bad look begins the five seconds anew', async (context) => {
		await pool(context, 3);
		const timing = { holdMs: 2_500, patienceMs: 20_000, everyMs: 100, loginEveryMs: 500 };
		const { fixer } = await fixing(context, {}, timing);
		const progress: string[] = [];
		const watching = fixer.verify({ ...verifying, plan: null }, (text) => progress.push(text));
		await until(() => progress.some((text) => text.startsWith('holds')), { what: 'a first good look' });
		const spike = await pool(context, 9);
		await until(() => progress.at(-1)?.startsWith('not yet'), { what: 'a bad look' });
		await spike.end();
		const verified = await watching;
		expect(verified?.samples.some(({ verdict }) => verdict === 'full')).toBe(true);
		expect(verified?.held).toBe(true);
		const lastBad = verified?.samples.findLast(({ verdict }) => verdict === 'full')?.atMs ?? 0;
		expect((verified?.samples.at(-1)?.atMs ?? 0) - lastBad).toBeGreaterThanOrEqual(2_500);
	});

	test('the numbers are good and an application still cannot log in: it did not hold', async (context) => {
		await query(superuser(), 'alter role app connection limit 0');
		const login = () => proveLogin(settingsOf(server().uri({ user: 'app', database: 'openiz' })));
		const timing = { holdMs: 1_000, patienceMs: 1_500, everyMs: 100, loginEveryMs: 300 };
		const { fixer } = await fixing(context, { proveLogin: login }, timing);
		const verified = await fixer.verify({ ...verifying, plan: null }, quiet);
		expect(verified).toMatchObject({ verdict: 'free', held: false });
		expect(verified?.note).toContain("an application's login was refused");
		await query(superuser(), 'alter role app connection limit -1');
	});

	test('it can be stopped, and then has not held', async (context) => {
		const { fixer } = await fixing(context);
		const stop = new AbortController();
		const watching = fixer.verify({ ...verifying, plan: null }, () => stop.abort(), stop.signal);
		expect(await watching).toMatchObject({ held: false });
	});

	test('somebody goes on watching: until it breaks, or until that is stopped', async (context) => {
		await pool(context, 3);
		const { fixer } = await fixing(context);
		const endless = { ...verifying, plan: null, untilBroken: true };
		const progress: string[] = [];
		const stop = new AbortController();
		const stopped = fixer.verify(endless, (text) => progress.push(text), stop.signal);
		await until(() => progress.length >= 2, { what: 'a second look' });
		expect(progress.at(-1)).toMatch(/^\d\d:\d\d:\d\d UTC: .*3/);
		stop.abort();
		// Stopping is no break.
		expect(await stopped).toMatchObject({ held: true, verdict: 'free' });

		const broken = fixer.verify(endless, quiet);
		const spike = await pool(context, 9);
		expect(await broken).toMatchObject({ held: false, verdict: 'full' });
		await spike.end();
	});
});
