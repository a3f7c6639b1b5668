import { describe, expect, test } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { compileMachine } from '../../src/machine/compile.ts';
import { asWizard } from '../../src/machine/guided.ts';
import { screenOf } from '../../src/machine/screen.ts';
import { articleOf, causeOf, longArticle, sample, solutionOf } from './sample-articles.ts';
import { explore, type Walk } from './walker.ts';

const published = articleOf({
	symptoms: [
		{
			id: 'it-is-slow',
			text: 'it is slow',
			check: null,
			line: 1,
			children: [{ id: 'very', text: 'very', check: null, children: [], line: 2 }],
		},
	],
	checks: [],
	causes: [causeOf('overflow', ['restart-it'])],
	solutions: [solutionOf('restart-it', 'guided')],
});

function nodesBelow(node: AnyStateNode): readonly AnyStateNode[] {
	return [node, ...Object.values(node.states).flatMap(nodesBelow)];
}

function leaves(walk: Walk): readonly string[] {
	const all = nodesBelow(walk.machine.root).filter(
		(node) => node.type === 'atomic' && node.path[0] === 'article' && (node.always ?? []).length === 0,
	);
	return all.map((node) => node.path.join('.'));
}

function visited(walk: Walk): Set<string> {
	return new Set(
		[...walk.seen.values()].flatMap(({ snapshot }) =>
			snapshot._nodes.filter((node) => node.path[0] === 'article').map((node) => node.path.join('.')),
		),
	);
}

describe.each([
	['an executable article', sample],
	['a published article without checks', published],
])('the machine of %s', (_, article) => {
	const walk = explore(article);

	test('every state can be reached', () => {
		const reached = visited(walk);
		expect(leaves(walk).filter((leaf) => !reached.has(leaf))).toEqual([]);
	});

	test('every branch of every check is taken', () => {
		const taken = new Set(
			[...walk.seen.values()]
				.map(({ snapshot }) => screenOf(snapshot))
				.flatMap((screen) => (screen.name === 'finding' ? [`${screen.check} ${screen.verdict}`] : [])),
		);
		const written = asWizard(article).checks.flatMap((check) =>
			check.branches.map(({ verdict }) => `${check.id} ${verdict}`),
		);
		expect(written.filter((branch) => !taken.has(branch))).toEqual([]);
	});

	test('every state names its screen, and says whether it waits, works or has ended', () => {
		for (const { snapshot } of walk.seen.values()) {
			expect(['waiting', 'busy', 'ended'].filter((tag) => snapshot.hasTag(tag as 'waiting'))).toHaveLength(1);
			expect(screenOf(snapshot).name === 'ended').toBe(snapshot.hasTag('ended'));
		}
	});

	test('from every state an end can be reached', () => {
		const ending = new Set(
			[...walk.seen].filter(([, { snapshot }]) => snapshot.hasTag('ended')).map(([key]) => key),
		);
		for (let grown = true; grown; ) {
			const more = [...walk.seen].filter(
				([key, { to }]) => !ending.has(key) && [...to].some((next) => ending.has(next)),
			);
			for (const [key] of more) ending.add(key);
			grown = more.length > 0;
		}
		expect([...walk.seen.keys()].filter((key) => !ending.has(key))).toEqual([]);
	});

	test('whatever is at work, its failure leads on', () => {
		for (const [key, { snapshot, to }] of walk.seen) {
			const working = Object.keys(snapshot.children).some((id) => id !== 'keeper' && id !== 'progress');
			if (working) expect([key, to.size > 0]).toEqual([key, true]);
		}
	});
});

test('compiling is linear: each check brings the same number of transitions', () => {
	const transitions = (size: number): number =>
		nodesBelow(compileMachine(longArticle(size)).root).reduce(
			(sum, node) =>
				sum +
				[...node.transitions.values()].reduce((own, list) => own + list.length, 0) +
				(node.always ?? []).length,
			0,
		);
	const [small, medium, large] = [transitions(10), transitions(20), transitions(100)];
	expect(large - medium).toBe((medium - small) * 8);
});
