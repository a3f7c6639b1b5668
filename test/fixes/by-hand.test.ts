/** Where somebody else runs the server, or may do it and we may not: what to do is said, and nothing is done. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Article, Provider } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';
import { describeOn, query, testMajors } from '../helpers/postgres.ts';
import { fixingOn } from './fixing.ts';

function hostedArticle(): Article {
	const { article } = compileArticle(
		`---
id: HOST1
title: Hosted
---

## Issue

For tests.

## Checks

### Is it high?

\`\`\`sql check
select case when current_setting('max_connections')::int >= 40 then 'high' else 'low' end as verdict
\`\`\`

- **high** (ok): it is
- **low** (critical): it is not → [Too low](#too-low)
- **otherwise** (unknown): not known

## Causes

### Too low

1. [Raise it](#raise-it)

## Solutions

### Raise it

- **Risk**: moderate
- **Not on**: rds, azure
- **On rds**: In a parameter group of your own, set \`max_connections\` to {max_connections}.
  1. Assign it to the instance behind {host}.
  2. Reboot it, for {reason}.
- \`max_connections\` (integer 20 to 1000): how many
- \`reason\` (name): why, default {nothing}
- \`later\` (name): asked for by nobody here

\`\`\`setting apply name=max_connections value=:max_connections system=true
\`\`\`

Verify: [Is it high?](#is-it-high) **high**
`,
		{ path: 'host1.md' },
	);
	if (article === null) throw new Error('the test’s own article is wrong');
	return article;
}

const options = {
	databases: ['openiz', 'theirs'],
	roles: [{ name: 'ims' }, { name: 'owner' }],
};

describeOn(testMajors, 'by hand', options, (server) => {
	const superuser = () => server().uri({ database: 'postgres' });

	test('on a provider’s server its own way is said with the values filled in, and nothing is sent', async () => {
		await query(superuser(), 'create role rds_superuser');
		try {
			const before = await query(superuser(), 'select name, setting from pg_file_settings order by 1, 2');
			const { plan, keeper, journal } = await fixingOn(superuser(), { article: hostedArticle() });
			expect(keeper.session?.server.provider).toBe('rds');
			// Only what it has a place for is asked for.
			expect(await plan('raise-it')).toMatchObject({ kind: 'parameter', name: 'max_connections' });
			expect(await plan('raise-it', { max_connections: '10' })).toMatchObject({
				problem: 'it must be at least 20',
			});
			const asked = await plan('raise-it', { max_connections: '200' });
			expect(asked).toMatchObject({ kind: 'parameter', name: 'reason' });
			const planned = await plan('raise-it', { max_connections: '200', reason: 'more\u0007 room' });
			expect(planned).toEqual({
				kind: 'by hand',
				why: 'it cannot be applied on rds, which has a way of its own',
				instructions: [
					'In a parameter group of your own, set `max_connections` to 200.',
					`Assign it to the instance behind ${keeper.session?.server.host}.`,
					'Reboot it, for more room.',
				],
			});
			expect(await query(superuser(), 'select name, setting from pg_file_settings order by 1, 2')).toEqual(
				before,
			);
			expect(journal.records).toEqual([]);
		} finally {
			await query(superuser(), 'drop role rds_superuser');
		}
	});

	test('a provider that the article says nothing of is refused as before', async () => {
		await query(superuser(), 'create role azure_pg_admin');
		try {
			const { plan } = await fixingOn(superuser(), { article: hostedArticle() });
			expect(await plan('raise-it', { max_connections: '200' })).toMatchObject({
				kind: 'unavailable',
				why: 'it cannot be applied on azure: its provider keeps the superuser and the configuration',
			});
		} finally {
			await query(superuser(), 'drop role azure_pg_admin');
		}
	});

	test('without the right to it, an administrator is handed the very SQL', async () => {
		const { plan } = await fixingOn(server().uri({ user: 'ims', database: 'openiz' }));
		expect(await plan('limit', { limit: '5', database: 'openiz' })).toEqual({
			kind: 'by hand',
			why: 'ims may not alter database openiz',
			instructions: [
				'Ask the owner of the database, or a superuser, to run: alter database "openiz" connection limit 5;',
			],
		});
		await query(superuser(), 'alter database theirs allow_connections false');
		expect(await plan('open', { database: 'theirs' })).toEqual({
			kind: 'by hand',
			why: 'ims may not alter database theirs',
			instructions: [
				'Ask the owner of the database, or a superuser, to run: alter database "theirs" allow_connections true;',
			],
		});
	});
});

test('KB008 has a way for each provider on which the tool does not raise the limit', () => {
	const folder = new URL('../../content/', import.meta.url);
	const [name = ''] = readdirSync(folder).filter((each) => each.startsWith('kb008'));
	const { article } = compileArticle(readFileSync(new URL(name, folder), 'utf8'), { path: name });
	const solution = article?.solutions.find(({ id }) => id === 'increase-the-number-of-connections');
	const hosted: readonly Provider[] = [
		'rds',
		'aurora',
		'cloud-sql',
		'alloydb',
		'azure',
		'supabase',
		'neon',
		'managed',
	];
	expect(solution?.onProviders.flatMap(({ providers }) => providers).toSorted()).toEqual(hosted.toSorted());
	for (const { instructions } of solution?.onProviders ?? [])
		expect(instructions.join(' ')).toContain('{max_connections}');
});
