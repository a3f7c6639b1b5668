/** A person stops an instance of the application, and it is waited until its sessions are gone. */
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { Article } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';
import { lintArticle } from '../../src/article/lint.ts';
import type { Facts, Planned } from '../../src/machine/ports.ts';
import { describeOn, holdSlots, testMajors, until } from '../helpers/postgres.ts';
import { solutionOf } from './article.ts';
import { type Fixing, fixingOn, planOf } from './fixing.ts';

const shipped = new URL(
	'../../content/kb008-postgresql-connections-fail-with-block-message.md',
	import.meta.url,
);
const text = readFileSync(shipped, 'utf8');

function articleOf(source: string): Article {
	const { article } = compileArticle(source, { path: 'kb008.md' });
	if (article === null) throw new Error('it does not compile');
	return article;
}

const options = {
	settings: { max_connections: 20, superuser_reserved_connections: 3 },
	databases: ['openiz'],
	roles: [{ name: 'ims' }],
};
const timing = { holdMs: 300, patienceMs: 600, everyMs: 100, loginEveryMs: 500 };
const reduce = { solution: 'reduce-the-ims-instances', step: 'stop-one-instance' };
const quiet = () => undefined;

describeOn(testMajors, 'waiting for a person', options, (server, major) => {
	const admin = () => server().uri({ database: 'postgres' });
	/** An instance of the application: `count` sessions from this host. */
	const instance = async (count: number) => {
		const held = await holdSlots(count, server().uri({ user: 'ims', database: 'openiz' }), 'ims');
		onTestFinished(() => held.release());
		return held;
	};
	const planned = (
		{ fixer, keeper }: Fixing,
		article: Article,
		{ solution, step }: { readonly solution: string; readonly step: string },
		parameters: Readonly<Record<string, string>> = { address: '127.0.0.1' },
		facts: Facts = {},
	): Promise<Planned> =>
		fixer.plan({
			solution: solutionOf(article, solution),
			step,
			parameters,
			facts,
			server: keeper.session?.server ?? null,
		});

	test('who holds how many, and what is left without it; then it is watched until it is gone', async () => {
		const article = articleOf(text);
		const going = await fixingOn(admin(), { article, attended: true, waitMs: null }, timing);
		const held = await instance(12);
		expect(await planned(going, article, reduce, {})).toMatchObject({
			kind: 'parameter',
			name: 'address',
			choices: ['127.0.0.1'],
		});
		const plan = planOf(await planned(going, article, reduce));
		expect(plan).toMatchObject({ statements: [], undoable: [], diff: null, confirm: null });
		expect(plan.consequences[0]).toMatch(
			/^address 127\.0\.0\.1, sessions 12, idle 12, opened in the last minute 12, .* free without it 17$/,
		);
		expect(plan.consequences[1]).toContain('It is waited for, up to 15 min');
		const applied = await going.fixer.apply(plan, { yes: true, typed: null }, quiet);
		expect(applied).toMatchObject({ outcome: 'done', failure: null });

		const progress: string[] = [];
		const verifying = going.fixer.verify({ ...reduce, plan, applied, before: {} }, (line) =>
			progress.push(line),
		);
		await until(() => progress.some((line) => line.includes('still there (sessions 12)')), {
			what: 'the waiting to be told',
		});
		await held.release();
		expect(await verifying).toMatchObject({ held: true, verdict: 'free', note: null });
		expect(progress).toContainEqual(expect.stringContaining('waiting for gone or fewer: gone (sessions 0)'));
		// Nobody changed anything: there is nothing to take back.
		expect((await going.fixer.undo(going.journal.records, quiet)).undone).toEqual([]);
	});

	test('a restarted instance has new sessions: those from before must be gone', async () => {
		const article = articleOf(text);
		const restart = { solution: 'restart-the-ims', step: 'restart-the-leaking-instance' };
		const going = await fixingOn(admin(), { article, attended: true, waitMs: null }, timing);
		const leaked = await instance(8);
		const plan = planOf(await planned(going, article, restart));
		const applied = await going.fixer.apply(plan, { yes: true, typed: null }, quiet);
		const progress: string[] = [];
		const verifying = going.fixer.verify({ ...restart, plan, applied, before: {} }, (line) =>
			progress.push(line),
		);
		await until(() => progress.length > 0, { what: 'a first look' });
		await leaked.release();
		await instance(2);
		await verifying;
		expect(progress).toContainEqual(
			expect.stringContaining('waiting for gone or fewer: gone (sessions from before 0, sessions 2)'),
		);
	});

	test('an address that is mistyped is not one that is gone', async () => {
		const article = articleOf(text);
		const going = await fixingOn(admin(), { article });
		const held = await instance(2);
		const plan = (address: string, seen: string) =>
			planned(going, article, reduce, { address }, { address_seen: seen });
		const seen = '10.0.0.4, 127.0.0.1';
		const refused = { kind: 'parameter', name: 'address', suggestion: '127.0.0.1' };
		expect(await plan('127.0.0.2', seen)).toMatchObject({ ...refused, choices: ['127.0.0.1'] });
		expect(await plan('10.0.0.4', seen)).toMatchObject({ kind: 'nothing to do' });
		await held.release();
		await until(async () => (await plan('127.0.0.1', seen)).kind === 'nothing to do', {
			what: 'it to be gone',
		});
		expect(await plan('127.0.0.2', seen)).toMatchObject({ ...refused, choices: [] });
	});

	// The rest is not the server's.
	if (major !== 18) return;

	test('with nobody there it looks once, and says how to wait; in time it gives up', async () => {
		const article = articleOf(text);
		await instance(14);
		const headless = await fixingOn(admin(), { article, attended: false, waitMs: 0 }, timing);
		const plan = planOf(await planned(headless, article, reduce));
		expect(plan.consequences[1]).toContain('--wait 10m waits for it');
		const applied = await headless.fixer.apply(plan, { yes: true, typed: null }, quiet);
		const verified = await headless.fixer.verify({ ...reduce, plan, applied, before: {} }, quiet);
		expect(verified).toMatchObject({ held: false, verdict: 'nearly full' });
		expect(verified?.note).toContain('is not so: still there (sessions 14)');
	});

	test('it can be stopped, and that is said', async () => {
		const article = articleOf(text);
		await instance(14);
		const going = await fixingOn(admin(), { article, attended: true, waitMs: null }, timing);
		const plan = planOf(await planned(going, article, reduce));
		const applied = await going.fixer.apply(plan, { yes: true, typed: null }, quiet);
		const stop = new AbortController();
		const asked = { ...reduce, plan, applied, before: {} };
		const verified = await going.fixer.verify(asked, () => stop.abort(), stop.signal);
		expect(verified).toMatchObject({ held: false });
		expect(verified?.note).toContain('it was not waited for any longer');
	});

	test('a check of the article can be waited for, too', async () => {
		const fence = /```wait apply until=gone,fewer[\s\S]*?```\n/;
		const article = articleOf(
			text.replace(fence, '```wait apply until=free of=are-the-connection-slots-used-up\n```\n'),
		);
		const going = await fixingOn(admin(), { article, attended: true, waitMs: null }, timing);
		const held = await instance(15);
		const plan = planOf(await planned(going, article, reduce));
		const applied = await going.fixer.apply(plan, { yes: true, typed: null }, quiet);
		const progress: string[] = [];
		const verifying = going.fixer.verify({ ...reduce, plan, applied, before: {} }, (line) =>
			progress.push(line),
		);
		await until(() => progress.some((line) => line.includes('waiting for free: nearly full')), {
			what: 'the waiting to be told',
		});
		await held.release();
		expect(await verifying).toMatchObject({ held: true });
	});
});

test.each([
	['until=gone,fewer', 'until=gone,fever', 'unknown-verdict', 'fewer'],
	['until=gone,fewer for=15m', 'for=15m', 'unknown-verdict', null],
	['until=gone,fewer for=15m', 'until=gone,fewer for=soon', 'bad-attribute', null],
	['until=gone,fewer for=15m', 'until=gone,fewer of=who-holds-the-slots', 'bad-attribute', null],
	[
		"select case when count(*) = 0 then 'gone'",
		"select pg_terminate_backend(1), case when count(*) = 0 then 'gone'",
		'query-not-allowed',
		null,
	],
	[
		":'address'::text\n```\n\nVerify: [Are the conn",
		":'adress'::text\n```\n\nVerify: [Are the conn",
		'unknown-name',
		'address',
	],
] as const)('lint: %s → %s is %s', async (was, is, rule, nearest) => {
	expect(text).toContain(was);
	const problems = await lintArticle(text.replace(was, is), { path: 'kb008.md' });
	expect(problems).toContainEqual(
		expect.objectContaining({ rule, ...(nearest === null ? {} : { nearest }) }),
	);
});
