import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { effects } from '../../src/article/effects.ts';
import { roles } from '../../src/article/fences.ts';
import { lintArticle } from '../../src/article/lint.ts';
import { logSignatures, probes, readTimeoutVerdicts } from '../../src/article/probes.ts';
import { formatProblem } from '../../src/article/problems.ts';

const guide = readFileSync(new URL('../../content/writing-articles.md', import.meta.url), 'utf8');

test('the article that the guide shows is a good one', async () => {
	const [, shown = ''] = /^~~~markdown\n([\s\S]*?)^~~~$/m.exec(guide) ?? [];
	expect((await lintArticle(shown, { path: 'shown.md' })).map(formatProblem)).toEqual([]);
});

test('the guide names every role, probe, verdict, signature and effect', () => {
	const words = guide.replace(/\s+/g, ' ');
	const verdicts = Object.values(probes).flatMap((probe) => probe.verdicts);
	for (const name of [...verdicts, ...readTimeoutVerdicts, ...logSignatures]) expect(words).toContain(name);
	const languages = [
		...roles.filter((role) => role !== 'verify'),
		...Object.keys(probes),
		...Object.keys(effects),
	];
	for (const name of languages) expect(words).toMatch(new RegExp(`\`${name}[\` ]`));
});
