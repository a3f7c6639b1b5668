/** A small article with one solution per effect, for the fixes alone. */
import type { Article, Solution } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';

const sessions = `select a.pid, a.backend_start, a.usename, a.datname, a.application_name, a.state
from pg_stat_activity a
where a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
  and a.datname = any (string_to_array(:'database', ','))`;

export const text = `---
id: FIX1
title: Fixes for tests
applies-to: [PostgreSQL]
keywords: [test]
---

## Issue

For tests.

## Symptoms

- It is full. [Is it free?](#is-it-free)

## Checks

### Is it free?

\`\`\`sql check
select case when count(*) >= 8 then 'full' else 'free' end as verdict, count(*) as used
from pg_stat_activity where backend_type = 'client backend' and datname = 'openiz'
\`\`\`

- **full** (critical): {used} sessions → [Too many](#too-many)
- **free** (ok): {used} sessions
- **otherwise** (unknown): not known

## Causes

### Too many

Too many.

1. [Disconnect all](#disconnect-all)
2. [Disconnect idle](#disconnect-idle)
3. [Disconnect idle unfenced](#disconnect-idle-unfenced)
4. [Cancel](#cancel)
5. [Limit](#limit)
6. [Limit a role](#limit-a-role)
7. [Open](#open)
8. [Pick one](#pick-one)

## Solutions

### Disconnect all

Everybody.

- **Risk**: severe
- **Confirm**: {database}
- \`database\` (name): which, default {database}

\`\`\`sql preview
${sessions}
order by a.pid
\`\`\`

\`\`\`terminate apply fence=database
\`\`\`

Verify: [Is it free?](#is-it-free) **free**

### Disconnect idle

The idle ones.

- **Risk**: moderate
- \`database\` (name): which, default {database}
- \`age\` (interval): how long, default 0 seconds
- \`role\` (name): whose, default any

\`\`\`sql preview
${sessions} and a.state = 'idle' and now() - a.state_change >= :'age'::interval
  and (:'role' is null or a.usename = :'role')
\`\`\`

\`\`\`terminate apply fence=database
\`\`\`

Verify: [Is it free?](#is-it-free) **free**

### Disconnect idle unfenced

The idle ones.

- **Risk**: moderate
- **Not on**: rds, aurora
- \`database\` (name): which, default {database}

\`\`\`sql preview
${sessions} and a.state = 'idle';
\`\`\`

\`\`\`terminate apply
\`\`\`

Verify: [Is it free?](#is-it-free) **free**

### Cancel

What runs.

- **Risk**: moderate
- \`database\` (name): which, default {database}

\`\`\`sql preview
${sessions} and a.state = 'active'
\`\`\`

\`\`\`cancel apply
\`\`\`

Verify: [Is it free?](#is-it-free) **free**

### Limit

A database's limit.

- **Risk**: moderate
- \`database\` (name): which, default {database}
- \`limit\` (integer -1 to 100): how many, default -1

\`\`\`connection-limit apply database=:database limit=:limit
\`\`\`

Verify: [Is it free?](#is-it-free) **free**

### Limit a role

Those that have a limit.

- **Risk**: moderate
- \`limit\` (integer): how many, default -1

\`\`\`sql preview
select r.rolname as role, r.rolconnlimit as current_limit from pg_roles r where r.rolconnlimit >= 0 order by 1
\`\`\`

\`\`\`connection-limit apply role=:role limit=:limit
\`\`\`

Verify: [Is it free?](#is-it-free) **free**

### Open

A closed database.

- **Risk**: moderate
- \`database\` (name): which

\`\`\`allow-connections apply database=:database
\`\`\`

Verify: [Is it free?](#is-it-free) **free**

### Pick one

By its pid.

- **Risk**: severe
- **Confirm**: {pid}
- \`pid\` (choice of {pid}): which

\`\`\`sql preview
select a.pid, a.backend_start, a.usename, a.datname from pg_stat_activity a
where a.datname = 'openiz' and (:'pid' is null or a.pid = :'pid'::int)
\`\`\`

\`\`\`terminate apply
\`\`\`

Verify: [Is it free?](#is-it-free) **free**
`;

export function fixArticle(): Article {
	const { article, problems } = compileArticle(text, { path: 'fix1.md' });
	const wrong = problems.filter(({ severity }) => severity === 'error');
	if (article === null || wrong.length > 0)
		throw new Error(`the test's own article is wrong: ${JSON.stringify(wrong)}`);
	return article;
}

export function solutionOf(article: Article, id: string): Solution {
	const solution = article.solutions.find((each) => each.id === id);
	if (solution === undefined) throw new Error(`no solution ${id}`);
	return solution;
}
