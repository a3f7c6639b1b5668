/** A small article whose solution is walked step by step: the tool, a person, the tool. */
export const stepwiseArticle = `---
id: STEP1
title: Steps for tests
applies-to: [PostgreSQL]
keywords: [test]
---

## Issue

For tests.

## Symptoms

- There is no limit. [Is the database limited?](#is-the-database-limited)

## Checks

### Is the database limited?

\`\`\`sql check
select case when d.datconnlimit >= 0 then 'limited' else 'unlimited' end as verdict, d.datconnlimit as found
from pg_database d where d.datname = 'clinic'
\`\`\`

- **limited** (ok): at {found}
- **unlimited** (critical): there is no limit → [No limit](#no-limit)
- **otherwise** (unknown): not known

### Is the role limited?

\`\`\`sql check
select case when r.rolconnlimit >= 0 then 'bounded' else 'unbounded' end as verdict
from pg_roles r where r.rolname = 'ims'
\`\`\`

- **bounded** (ok): it is
- **unbounded** (warning): it is not → [No limit](#no-limit)
- **otherwise** (unknown): not known

## Causes

### No limit

1. [Set limits](#set-limits)

## Solutions

### Set limits

First the database, then the role.

- **Risk**: moderate
- \`limit\` (integer 0 to 100): how many, default 7
- \`role\` (name): whose

Verify: [Is the role limited?](#is-the-role-limited) **bounded**

#### Limit the database

\`\`\`connection-limit apply database=:database limit=:limit
\`\`\`

Verify: [Is the database limited?](#is-the-database-limited) **limited**

#### Tell its users

Write to each of them.

#### Limit the role

\`\`\`connection-limit apply role=:role limit=:limit
\`\`\`
`;
