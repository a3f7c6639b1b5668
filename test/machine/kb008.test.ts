import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileArticle } from '../../src/article/compile.ts';
import { screenOf } from '../../src/machine/screen.ts';
import { explore } from './walker.ts';

const path = new URL(
	'../../content/kb008-postgresql-connections-fail-with-block-message.md',
	import.meta.url,
);

test('every branch and every solution of KB008 is reached, and an end from everywhere', () => {
	const { article } = compileArticle(readFileSync(path, 'utf8'), { path: path.pathname });
	if (article === null) throw new Error('KB008 does not compile');
	const { seen } = explore(article, { connected: true });
	const screens = [...seen.values()].map(({ snapshot }) => screenOf(snapshot));
	const taken = new Set(
		screens.flatMap((screen) => (screen.name === 'finding' ? [`${screen.check}: ${screen.verdict}`] : [])),
	);
	const written = article.checks.flatMap(({ id, branches }) =>
		branches.map(({ verdict }) => `${id}: ${verdict}`),
	);
	expect(written.filter((branch) => !taken.has(branch))).toEqual([]);
	// Somebody else's way in is not one to wait at: it is our own session that a slot is wanted for.
	const waiting = [...seen.values()].filter(({ snapshot }) => snapshot.can({ type: 'wait for a slot' }));
	const waitedAt = waiting.flatMap(({ snapshot }) => {
		const screen = screenOf(snapshot);
		return screen.name === 'finding' ? [screen.check] : [];
	});
	expect(new Set(waitedAt)).toEqual(new Set(['can-we-connect']));
	const read = new Set(screens.flatMap((screen) => (screen.name === 'solution' ? [screen.solution] : [])));
	expect(article.solutions.map(({ id }) => id).filter((id) => !read.has(id))).toEqual([]);
	const ending = new Set(
		[...seen].filter(([, { snapshot }]) => snapshot.hasTag('ended')).map(([key]) => key),
	);
	for (let before = -1; before !== ending.size; ) {
		before = ending.size;
		for (const [key, { to }] of seen) if ([...to].some((next) => ending.has(next))) ending.add(key);
	}
	expect([...seen.keys()].filter((key) => !ending.has(key))).toEqual([]);
}, 180_000);
