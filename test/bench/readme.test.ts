import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allMajors } from '../../src/lab/binaries.ts';
import { scenarios } from '../../src/lab/scenarios/all.ts';
import { readCells, tableBegin, tableEnd, withCells } from './scenario-cells.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

test('the README has a row for every scenario of the lab (npm run table)', () => {
	const cells = readCells(readme, allMajors);
	expect([...cells.keys()]).toEqual(scenarios.map(({ id }) => id));
});

test('a run of one cell changes that one; scenarios that are no more go, new ones come', () => {
	const text = `before\n${tableBegin}\n${tableEnd}\nafter`;
	const old = [
		{ id: 'a', firstCause: 'x' },
		{ id: 'gone', firstCause: null },
	];
	const first = withCells(
		text,
		new Map([['a', new Map([[13, '✓ 3/7'] as const, [18, '✗ y'] as const])]]),
		old,
		allMajors,
	);
	expect(first).toMatch(/^before\n[\s\S]*\| scenario \| first cause \| 13 \| 18 \|[\s\S]*\nafter$/);
	const cells = readCells(first, allMajors);
	cells.set('new', new Map([[18, '✓']]));
	const second = withCells(
		first,
		cells,
		[
			{ id: 'new', firstCause: null },
			{ id: 'a', firstCause: 'x' },
		],
		allMajors,
	);
	expect(second.split('\n').filter((line) => line.startsWith('| `'))).toEqual([
		'| `new` | none: healthy |  | ✓ |',
		'| `a` | x | ✓ 3/7 | ✗ y |',
	]);
});
