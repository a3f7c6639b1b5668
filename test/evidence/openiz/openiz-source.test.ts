import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Check } from '../../../src/article/article.ts';
import { compileArticle } from '../../../src/article/compile.ts';
import { createObserver } from '../../../src/evidence/observe.ts';
import { createOpenizSource } from '../../../src/evidence/openiz/openiz-source.ts';
import type { Facts } from '../../../src/machine/ports.ts';
import { configuration, password, pool, sample } from './configurations.ts';

const clock = () => new Date('2026-11-22T12:00:00Z');

function checkWith(attributes: string, verdicts: readonly string[]): Check {
	const branches = verdicts.map((verdict) => `- **${verdict}** (ok): a\n`).join('');
	const { article } = compileArticle(
		`---\nid: T\ntitle: T\napplies-to: [x]\nkeywords: [x]\n---\n\n## Checks\n\n### C\n\nc\n\n\`\`\`openiz check ${attributes}\n\`\`\`\n\n${branches}- **otherwise** (unknown): c\n`,
		{ path: 't.md' },
	);
	const check = article?.checks[0];
	if (check === undefined) throw new Error('the article has a check');
	return check;
}

function looking(texts: readonly string[], given = true) {
	const folder = mkdtempSync(join(tmpdir(), 'kbwizard-openiz-'));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	const paths = texts.map((text, index) => {
		const path = join(folder, `${index}.config`);
		writeFileSync(path, text);
		return path;
	});
	const observe = createObserver({ openiz: createOpenizSource({ paths: given ? paths : [], clock }) });
	const ask = (check: Check, facts: Facts = {}) => observe({ check, facts }, new AbortController().signal);
	return {
		paths,
		pools: (facts: Facts) =>
			ask(checkWith('budget=:usable instances=:instances_seen', ['larger', 'fits']), facts),
		stm: (facts?: Facts) => ask(checkWith('setting=stm', ['on', 'off']), facts),
		compared: () => ask(checkWith('compare=instances', ['different', 'alike', 'one instance'])),
		reading: () => ask(checkWith('setting=readonly', ['apart', 'together'])),
	};
}

test('the pools are held against the slots, each with who uses it, and no password', async () => {
	const { pools, paths } = looking([configuration(), configuration()]);
	const found = await pools({ usable: 97 });
	expect(found).toMatchObject({
		kind: 'verdict',
		verdict: 'larger',
		source: 'config',
		facts: {
			strings: 6,
			pools: 120,
			pool_count: 4,
			floor: 40,
			instances: 2,
			slots: 97,
			over: 23,
			proposal: 22,
		},
		rows: [
			{
				file: paths[0],
				strings: 'Reporting',
				server: 'db.example:5432',
				max_pool_size: 30,
				min_pool_size: 10,
			},
			{ strings: 'PSQL_RW, PSQL_RO', used_by: 'openiz.persistence.data.ado' },
			{ file: paths[1] },
			{},
		],
	});
	expect(JSON.stringify(found)).not.toContain('S3cret');
	expect(await pools({ usable: 120 })).toMatchObject({ verdict: 'fits', facts: { over: 0 } });
	expect(await pools({ usable: 8 })).toMatchObject({ facts: { proposal: null } });
});

test('an instance that is connected and whose file is not given is reckoned with', async () => {
	const { pools } = looking([configuration()]);
	expect(await pools({ usable: 97, instances_seen: 1 })).toMatchObject({
		verdict: 'fits',
		facts: { pools: 60 },
	});
	expect(await pools({ usable: 97, instances_seen: 2 })).toMatchObject({
		verdict: 'larger',
		facts: { pools: 120, spread: expect.stringContaining('sessions come from 2 hosts, so about 120 in all') },
	});
});

test('without a limit on a pool nothing fits', async () => {
	const { pools } = looking([configuration({ strings: [['PSQL_RW', 'Host=db;Database=o;Pooling=no']] })]);
	expect(await pools({ usable: 5000 })).toMatchObject({
		verdict: 'larger',
		facts: { spread: '100 connections from 1 pool of 1 instance, 1 of them without any limit' },
	});
});

test.each([
	['slots that are not known', [configuration()], {}, 'slots-unknown'],
	['the sample, which has no string', [sample], { usable: 97 }, 'no-strings'],
	['one file of several that is malformed', [configuration(), '<a>'], { usable: 97 }, 'not-well-formed'],
])('%s take the branch for what is not known', async (_, texts, facts, code) => {
	expect(await looking(texts).pools(facts)).toMatchObject({ kind: 'failed', failure: { code } });
});

test('a file that cannot be read is told, and none given is no failure', async () => {
	const { stm, paths } = looking([configuration()]);
	rmSync(paths[0] ?? '');
	expect(await stm()).toMatchObject({
		kind: 'failed',
		failure: { code: 'unreadable', message: expect.stringContaining(`${paths[0]}: no such file`) },
	});
	expect(await looking([]).stm()).toEqual({
		kind: 'absent',
		why: 'no configuration was given (--config PATH)',
		grant: null,
	});
});

test('stm is on where every instance has it', async () => {
	const on = configuration({ manager: 'stm="True"' });
	expect(await looking([on, on]).stm()).toMatchObject({ verdict: 'on', facts: { stm: true } });
	const mixed = looking([on, configuration({ manager: 'maxRequests="4"' })]);
	expect(await mixed.stm()).toMatchObject({
		verdict: 'off',
		facts: { stm: false, max_requests: 4, stands: '1 of 2 configurations' },
	});
});

test('the file that a fix was given is looked at where none was given before', async () => {
	const { stm, paths } = looking([configuration({ manager: 'stm="true"' })], false);
	expect(await stm()).toMatchObject({ kind: 'absent' });
	expect(await stm({ config: paths.join() })).toMatchObject({ verdict: 'on' });
});

test('reading is apart where the string for it has another server', async () => {
	expect(await looking([configuration()]).reading()).toMatchObject({ verdict: 'together' });
	const strings = [
		['PSQL_RW', pool('openiz', '')],
		['PSQL_RO', pool('openiz', '').replace('db.example', 'standby.example')],
	] as const;
	expect(await looking([configuration({ strings })]).reading()).toMatchObject({
		verdict: 'apart',
		facts: { stands: 'reads from standby.example:5432, writes to db.example:5432', readonly: 'PSQL_RO' },
	});
});

test('what one instance has and the other has not is named, whatever the keys are called, and no password', async () => {
	const pools = (size: number, role: string): string =>
		`server=db.example; database=openiz; ${role}; password=${password}${size}; MaxPoolSize=${size}`;
	const file = (size: number, role: string, manager: string) =>
		configuration({
			manager,
			strings: [
				['PSQL_RW', pools(size, role)],
				['PSQL_RO', pools(10, role)],
			],
		});
	const { compared, paths } = looking([file(30, 'user id=ims', 'stm="true"'), file(100, 'uid=ims', '')]);
	const found = await compared();
	expect(found).toMatchObject({
		verdict: 'different',
		facts: { differing: 2, differences: 'stm (true and not set), maxPoolSize of PSQL_RW (30 and 100)' },
		rows: [
			{ setting: 'stm', file: paths[0], value: 'true' },
			{ setting: 'stm', file: paths[1], value: null },
			{ setting: 'maxPoolSize of PSQL_RW', file: paths[0], value: '30' },
			{ setting: 'maxPoolSize of PSQL_RW', file: paths[1], value: '100' },
		],
	});
	expect(JSON.stringify(found)).not.toContain(password);
	expect(await looking([configuration(), configuration()]).compared()).toMatchObject({ verdict: 'alike' });
	expect(await looking([configuration()]).compared()).toMatchObject({ verdict: 'one instance' });
});
