import { expect, test } from 'vitest';
import type { Check } from '../../src/article/article.ts';
import { checkMarks } from '../../src/article/check-marks.ts';
import { kb008 } from '../content/kb008.ts';

const [check] = kb008().checks.filter(({ checks, branches }) => checks.length > 0 && branches.length > 1);
if (check === undefined) throw new Error('KB008 has checks');
const mark = (other: Check) => checkMarks([other])[check.id];

test('other words, another place in the file and other prose are the same check', () => {
	const other: Check = {
		...check,
		line: check.line + 7,
		title: 'Otherwise called',
		prose: 'Explained at length.',
		checks: check.checks.map((fence) => ({ ...fence, line: 1 })),
		branches: check.branches.map((branch) => ({ ...branch, line: 1, text: 'said otherwise', say: null })),
	};
	expect(mark(other)).toBe(mark(check));
});

test.each([
	['query', { checks: check.checks.map((fence) => ({ ...fence, body: `${fence.body} ` })) }],
	['severity', { branches: check.branches.map((branch) => ({ ...branch, severity: 'info' as const })) }],
	['verdict', { branches: check.branches.slice(1) }],
	[
		'cause',
		{
			branches: check.branches.map((branch) => ({
				...branch,
				causes: [{ cause: 'another', bearing: 'proves' as const, line: 1 }],
			})),
		},
	],
])('another %s is another check', (_, change) => {
	expect(mark({ ...check, ...change })).not.toBe(mark(check));
});
