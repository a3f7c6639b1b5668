/** A diagnosis as the machine would leave it, small enough to read in a test. */
import type { Article } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';
import type { Finding } from '../../src/machine/finding.ts';
import { seenSymptoms } from '../../src/machine/known.ts';
import type { ServerIdentity } from '../../src/machine/ports.ts';
import { rankCauses, rankSolutions, worstSeverity } from '../../src/machine/rank.ts';
import { type Diagnosis, toDiagnosis } from '../../src/report/diagnosis.ts';

const text = `---
id: KB900
title: Slots are gone
---

## Issue

Nobody gets in.

## Symptoms

- Applications are refused ([seen here](#are-the-slots-used-up))
- The telephone rings

## Checks

### Are the slots used up?

Counts them.

\`\`\`sql check
select case when count(*) > 90 then 'full' else 'free' end as verdict, count(*) as used, 97 as usable from pg_stat_activity
\`\`\`

- **full** (critical): {used} of {usable} slots are taken → [Big pools](#big-pools)
- **free** (ok): {used} of {usable} slots are taken → not [Big pools](#big-pools)
- **otherwise** (unknown): the slots could not be counted

### Who is it?

Ask them.

- **the pools** (warning): {usename} from {client_addr} → proves [Big pools](#big-pools)
- **otherwise** (unknown): nobody knows

## Causes

### Big pools

They are big.

1. [Shrink them](#shrink-them)

## Solutions

### Shrink them

- **Risk**: moderate

Make them smaller.

Verify: [Are the slots used up?](#are-the-slots-used-up) says **free**.
`;

export function anArticle(): Article {
	const { article, problems } = compileArticle(text, { path: 'kb900.md' });
	if (article === null) throw new Error(`the article of this test is broken: ${JSON.stringify(problems)}`);
	return article;
}

export const aServer: ServerIdentity = {
	host: 'db1.example.org',
	port: 5432,
	database: 'openiz',
	user: 'ims_app',
	version: '15.18',
	versionNum: 150018,
	provider: 'self-hosted',
	slot: 'reserved',
	superuser: true,
};

export const full: Finding = {
	check: 'are-the-slots-used-up',
	verdict: 'full',
	severity: 'critical',
	text: '97 of 97 slots are taken',
	source: 'live',
	at: '2026-11-22T14:00:01.000Z',
	durationMs: 1.4,
	sql: 'select 1',
	answeredBy: null,
	facts: { used: 97, usable: 97 },
	rows: [{ usename: 'ims_app', client_addr: '10.1.2.3', datname: 'openiz', count: 97 }],
	error: null,
	grant: null,
};

export type DiagnosisChanges = {
	readonly findings?: readonly Finding[];
	readonly server?: ServerIdentity | null;
	readonly article?: Article;
	readonly notSeen?: Diagnosis['notSeen'];
};

export function aDiagnosis(changes: DiagnosisChanges = {}): Diagnosis {
	const article = changes.article ?? anArticle();
	const findings = changes.findings ?? [full];
	const server = changes.server === undefined ? aServer : changes.server;
	const causes = rankCauses(article, findings);
	return toDiagnosis({
		tool: { name: 'kbwizard', version: '0.1.0' },
		article,
		startedAt: '2026-11-22T14:00:00.000Z',
		finishedAt: '2026-11-22T14:00:02.500Z',
		server,
		path: findings.map(({ check }) => check),
		findings,
		notSeen: changes.notSeen ?? [{ check: 'who-is-it', why: 'only a person can say', grant: null }],
		known: {
			causes,
			solutions: rankSolutions(article, causes, server),
			symptoms: seenSymptoms(article, findings),
			severity: worstSeverity(findings),
		},
	});
}
