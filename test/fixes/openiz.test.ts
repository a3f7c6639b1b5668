/** KB008's changes to the configuration of an IMS, on files of every shape; no server is needed for them. */
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createOpenizSource } from '../../src/evidence/openiz/openiz-source.ts';
import { createKeeper } from '../../src/evidence/postgres/keeper.ts';
import { createFixer } from '../../src/fixes/create-fixer.ts';
import type { Facts, ParameterValues } from '../../src/machine/ports.ts';
import { kb008 } from '../content/kb008.ts';
import { configuration, pool, sample } from '../evidence/openiz/configurations.ts';
import { solutionOf } from './article.ts';
import { journalIn } from './changing-file.ts';
import { planOf } from './fixing.ts';
import { settingsOf } from './settings.ts';

const article = kb008();
const quiet = () => undefined;
const stm = 'disable-multi-threaded-fetches';
const pools = 'shrink-the-pools';

/** An IMS host with these configurations, and no database to be reached from it. */
function imsHost(texts: readonly (string | Buffer)[]) {
	const folder = mkdtempSync(join(tmpdir(), 'kbwizard-ims-'));
	const files = texts.map((text, index) => {
		const path = join(folder, `ims${index + 1}`, 'openiz.exe.config');
		mkdirSync(join(path, '..'));
		writeFileSync(path, text, { mode: 0o640 });
		return path;
	});
	const journal = journalIn(join(folder, 'state'));
	onTestFinished(() => {
		journal.close();
		rmSync(folder, { recursive: true, force: true });
	});
	const fixer = createFixer(
		{
			article,
			keeper: createKeeper(settingsOf('postgres://nobody@127.0.0.1:1/none')),
			gate: async () => ({ allowed: true, select: {} }),
			journal,
			launchGuardian: null,
			proveLogin: null,
			observe: createOpenizSource({ paths: files, clock: () => new Date() }),
			clock: () => new Date(),
			maxRows: 10,
			attended: false,
			connectTo: null,
			lookThrough: null,
			waitMs: 0,
		},
		{ holdMs: 0, patienceMs: 0, everyMs: 1, loginEveryMs: 1 },
	);
	const known = { usable: 97, instances: files.length, config: files.join(', ') };
	const plan = (id: string, parameters: ParameterValues = {}, facts: Facts = known) =>
		fixer.plan({ solution: solutionOf(article, id), step: null, parameters, facts, server: null });
	return {
		files,
		folder,
		journal,
		fixer,
		plan,
		read: (index = 0) => readFileSync(files[index] ?? '', 'utf8'),
		async fix(id: string, parameters?: ParameterValues) {
			const planned = planOf(await plan(id, parameters));
			const applied = await fixer.apply(planned, { yes: true, typed: null }, quiet);
			const verify = { solution: id, step: null, plan: planned, applied, before: known };
			return { plan: planned, applied, verified: await fixer.verify(verify, quiet) };
		},
		undo: () => fixer.undo(journal.records, quiet),
	};
}

const crlf = configuration({ bom: true, newline: '\r\n', spread: true });

test('multi-threaded fetches are turned off by one attribute, verified, and restored byte for byte', async () => {
	const ims = imsHost([crlf]);
	const { plan, applied, verified } = await ims.fix(stm);
	expect(plan.diff).toContain('-                       provider="Some.Provider, Some.Assembly" />');
	expect(plan.diff).toContain(
		'+                       provider="Some.Provider, Some.Assembly" stm="true" />',
	);
	expect(plan.consequences).toEqual([
		expect.stringContaining('on one connection instead of up to three'),
		expect.stringContaining('until the IMS of that configuration is restarted'),
		expect.stringContaining('is kept beside it'),
	]);
	expect(plan.consequences.join()).not.toContain('429');
	expect(applied).toMatchObject({ outcome: 'done', failure: null });
	expect(applied.done).toEqual([
		{ what: expect.stringContaining('written; what it was is kept as'), status: 'done', why: null },
	]);
	expect(ims.read()).toBe(crlf.replace('Some.Assembly" />', 'Some.Assembly" stm="true" />'));
	expect(verified).toMatchObject({
		held: true,
		verdict: 'on',
		note: 'the IMS goes on with what it read until somebody restarts it',
		text: expect.stringContaining('1 of 1 configuration'),
	});
	const { undone, skipped } = await ims.undo();
	expect(skipped).toEqual([]);
	expect(undone).toEqual([expect.stringMatching(/; restart the IMS, which goes on with what it read$/)]);
	expect(ims.read()).toBe(crlf);
	expect(readdirSync(join(ims.files[0] ?? '', '..'))).toEqual(['openiz.exe.config']);
});

test('a limit of requests comes with its consequences first', async () => {
	const ims = imsHost([configuration()]);
	const { plan } = await ims.fix(stm, { max_requests: '4' });
	expect(plan.consequences.slice(0, 2)).toEqual([
		expect.stringMatching(/HTTP 429, with Retry-After 1200/),
		expect.stringMatching(/each kind of resource by itself.*the counter leaks/),
	]);
	expect(ims.read()).toContain('stm="true" maxRequests="4"');
	expect(await ims.plan(stm, { max_requests: '4' })).toMatchObject({
		kind: 'nothing to do',
		why: expect.stringContaining('it has stm="true" maxRequests="4" already'),
	});
});

test('pools are shrunk to what fits, with the arithmetic, in every instance given', async () => {
	const ims = imsHost([configuration(), crlf]);
	const { plan, applied, verified } = await ims.fix(pools);
	expect(plan.consequences.slice(0, 2)).toEqual([
		'97 slots − 3 for administrators − 5 for monitoring = 89; over 2 × 2 pools that is MaxPoolSize=22, together at most 88 connections.',
		expect.stringContaining('Now they may open 120 connections in the 2 files given.'),
	]);
	expect(applied.done.map(({ status }) => status)).toEqual(['done', 'done']);
	for (const index of [0, 1]) {
		expect(ims.read(index)).toContain('MinPoolSize=10; MaxPoolSize=22; Timeout=10; ');
		expect(ims.read(index)).not.toContain('MaxPoolSize=30');
	}
	expect(verified).toMatchObject({
		held: true,
		verdict: 'fits',
		after: { pools: 88, slots: 97, floor: 40, over: 0 },
		text: expect.stringContaining('88 connections from 4 pools of 2 instances'),
	});
	expect(await ims.plan(pools)).toMatchObject({ kind: 'nothing to do' });
	await ims.undo();
	expect([ims.read(0), ims.read(1)]).toEqual([configuration(), crlf]);
});

test('instances whose file is not at hand are counted, and named as still to be done', async () => {
	const ims = imsHost([configuration()]);
	const plan = planOf(await ims.plan(pools, { instances: '5' }));
	expect(plan.consequences).toContainEqual(expect.stringContaining('over 5 × 2 pools that is MaxPoolSize=8'));
	expect(plan.consequences).toContain(
		'Only 1 of 5 configurations are changed here: do the same in the others.',
	);
	expect(plan.consequences).toContainEqual(
		'MinPoolSize is above that in Reporting, PSQL_RW, PSQL_RO, which Npgsql refuses: it is lowered to 8 too.',
	);
	expect(plan.diff).toContain('MinPoolSize=8; MaxPoolSize=8');
});

test('one file under two names is one instance, and is written once', async () => {
	const ims = imsHost([configuration()]);
	const [file = ''] = ims.files;
	const link = join(ims.folder, 'link.config');
	symlinkSync(file, link);
	const { plan, applied } = await ims.fix(pools, { config: `${file}, ${link}`, max_pool_size: '5' });
	expect(plan.consequences).toContainEqual(expect.stringContaining('MaxPoolSize=5 for 1 × 2 pools'));
	expect(applied).toMatchObject({ outcome: 'done', failure: null, done: [{ status: 'done' }] });
});

test('what other applications hold is not for the pools, nor what instances not given will take', async () => {
	const ims = imsHost([configuration()]);
	const facts = { usable: 97, other_sessions: 14, instances_seen: 3, config: ims.files.join(', ') };
	expect(planOf(await ims.plan(pools, {}, facts)).consequences[0]).toBe(
		'97 slots − 14 of other applications − 3 for administrators − 5 for monitoring = 75; over 3 × 2 pools that is MaxPoolSize=12, together at most 72 connections.',
	);
});

test('a size of one’s own is held against the slots', async () => {
	const ims = imsHost([configuration(), configuration()]);
	const plan = planOf(await ims.plan(pools, { max_pool_size: '25' }));
	expect(plan.consequences[0]).toBe(
		'MaxPoolSize=25 for 2 × 2 pools is at most 100 connections; there are 97 slots, which is less. What fits is 22.',
	);
	const { verified } = await ims.fix(pools, { max_pool_size: '25' });
	expect(verified).toMatchObject({ held: false, verdict: 'larger', after: { pools: 100, over: 3 } });
});

test('what cannot fit, or cannot be worked out, is said', async () => {
	const ims = imsHost([configuration()]);
	expect(await ims.plan(pools, { instances: '45' })).toMatchObject({
		kind: 'unavailable',
		why: 'not even one connection each fits: 97 slots − 3 − 5, over 45 × 2 pools',
	});
	const config = ims.files.join();
	expect(await ims.plan(pools, {}, { config, instances: 1 })).toMatchObject({
		kind: 'parameter',
		name: 'max_pool_size',
		problem: expect.stringContaining('how many slots the server has is not known'),
	});
	expect(
		planOf(await ims.plan(pools, { max_pool_size: '9' }, { config, instances: 1 })).consequences[0],
	).toBe('MaxPoolSize=9 for 1 × 2 pools: together at most 18 connections.');
});

test('no password is shown, in whatever way it is written', async () => {
	const secret = `Zq'7;Xk&"9v`;
	const strings = [
		['PSQL_RW', `Host=db;Password="${secret.replaceAll('"', '""')}";MaxPoolSize=50`],
		['QRY', pool('q', '').replace('db.example', 'db')],
	] as const;
	const ims = imsHost([configuration({ strings, newline: '\r\n' })]);
	const { plan } = await ims.fix(pools, { max_pool_size: '5' });
	expect(plan.diff?.match(/^\+.*MaxPoolSize=5/gm)).toHaveLength(2);
	for (const text of [plan.diff ?? '', JSON.stringify(plan), readFileSync(ims.journal.file, 'utf8')])
		for (const piece of ['Zq', '7;Xk', 'Xk', '9v', 'S3cret', '-pass&', 'word;'])
			expect(text).not.toContain(piece);
});

test.each([
	[
		'is malformed',
		'<configuration><a></configuration>',
		/no well-formed XML: <\/configuration> where <\/a> is due, at line 1, column 19/,
	],
	['is UTF-16', Buffer.from(`\ufeff${configuration()}`, 'utf16le'), /is UTF-16, and only UTF-8 is read/],
	['has it only in comments', sample, /only inside a comment/],
	[
		'has two sections',
		configuration().replace(
			/(\n {2}<openiz\.persistence\.data\.ado>[\s\S]*?<\/openiz\.persistence\.data\.ado>)/,
			'$1$1',
		),
		/2 times/,
	],
])('a file that %s is left, and why is said', async (_, text, why) => {
	const ims = imsHost([text]);
	expect(await ims.plan(stm)).toMatchObject({
		kind: 'unavailable',
		why: expect.stringMatching(why),
		next: [expect.any(String)],
	});
	expect(readFileSync(ims.files[0] ?? '')).toEqual(Buffer.from(text));
});

test('a read-only file is left, and a symbolic link is followed and said', async () => {
	const ims = imsHost([configuration(), configuration()]);
	const [first = '', second = ''] = ims.files;
	chmodSync(first, 0o440);
	expect(await ims.plan(stm, { config: first })).toMatchObject({
		kind: 'unavailable',
		why: `${first} is read-only`,
	});
	const link = join(ims.folder, 'link.config');
	symlinkSync(second, link);
	const { plan } = await ims.fix(stm, { config: link });
	expect(plan.consequences).toContainEqual(expect.stringContaining(`leads by a symbolic link to ${second}`));
	expect(ims.read(1)).toContain('stm="true"');
	expect(statSync(first).mode & 0o777).toBe(0o440);
});

test.each([
	[pools, { max_pool_size: 'many' }, 'max_pool_size', /“many” is not a whole number/],
	[pools, { max_pool_size: '0' }, 'max_pool_size', /at least 1/],
	[stm, { max_requests: '-1' }, 'max_requests', /at least 0/],
])('%s with %j is asked again', async (solution, parameters, name, problem) => {
	const ims = imsHost([configuration()]);
	expect(await ims.plan(solution, parameters)).toMatchObject({
		kind: 'parameter',
		name,
		problem: expect.stringMatching(problem),
	});
});

test('the file is asked for where none was given, and may be elsewhere', async () => {
	const ims = imsHost([]);
	expect(await ims.plan(stm, {}, {})).toMatchObject({ kind: 'parameter', name: 'config' });
	expect(await ims.plan(stm, { config: join(ims.folder, 'nowhere') })).toMatchObject({
		kind: 'unavailable',
		why: expect.stringContaining('there is no such file'),
	});
	expect(await ims.plan(stm, { config: 'none', max_requests: '9' })).toMatchObject({
		kind: 'by hand',
		instructions: [
			expect.stringContaining('stm="true" maxRequests="9"'),
			expect.stringContaining('restarted'),
		],
	});
	expect(await ims.plan(pools, { config: 'none', instances: '3' })).toMatchObject({
		kind: 'by hand',
		instructions: [
			expect.stringContaining(
				'(97 − 3 for administrators − 5 for monitoring) / (3 × the number of different',
			),
			expect.stringContaining('MaxPoolSize=SIZE'),
			expect.stringContaining('restarted'),
		],
	});
	const verify = { solution: stm, step: null, plan: null, applied: null, before: {} };
	expect(await ims.fixer.verify(verify, quiet)).toBeNull();
});

test('reading is pointed at a standby by a string of its own, and back again', async () => {
	const ims = imsHost([crlf]);
	const step = 'point-the-reading-there';
	const input = {
		solution: solutionOf(article, 'add-read-only-nodes'),
		step,
		facts: { config: ims.files.join() },
		server: null,
	};
	expect(await ims.fixer.plan({ ...input, parameters: {} })).toMatchObject({
		kind: 'parameter',
		name: 'reading_host',
	});
	expect(await ims.fixer.plan({ ...input, parameters: { reading_host: 'a;b' } })).toMatchObject({
		kind: 'parameter',
		name: 'reading_host',
		problem: 'the standby’s name is wanted, or its address',
	});
	const parameters = { reading_host: '10.0.0.2' };
	const plan = planOf(await ims.fixer.plan({ ...input, parameters }));
	expect(plan.consequences[0]).toMatch(/only one address, as with 10\.0\.0\.2: .*“Host can't be null”/);
	expect(plan.diff).toMatch(/^\+ {4}<add name="PSQL_STANDBY" .*server=10\.0\.0\.2; .*password=\*\*\*/m);
	expect(plan.diff).not.toContain('S3cret');
	const applied = await ims.fixer.apply(plan, { yes: true, typed: null }, quiet);
	const verify = { solution: input.solution.id, step, plan, applied, before: input.facts };
	expect(await ims.fixer.verify(verify, quiet)).toMatchObject({
		held: true,
		text: expect.stringContaining('reads from 10.0.0.2:5432, writes to db.example:5432'),
	});
	expect(await ims.fixer.plan({ ...input, parameters })).toMatchObject({ kind: 'nothing to do' });
	await ims.undo();
	expect(ims.read()).toBe(crlf);
});

test('a file somebody changes after the plan is left as they made it', async () => {
	const ims = imsHost([configuration()]);
	const plan = planOf(await ims.plan(stm));
	writeFileSync(ims.files[0] ?? '', sample);
	const { outcome, failure } = await ims.fixer.apply(plan, { yes: true, typed: null }, quiet);
	expect({ outcome, failure }).toMatchObject({ outcome: 'nothing', failure: { code: 'file-changed' } });
	expect(ims.read()).toBe(sample);
});
