import type { Report } from '../../report.ts';
import { dataTable } from '../data-table.ts';
import { instant } from '../instant.ts';
import type { Numbers } from '../numbers.ts';
import { nothing, type Section, section } from '../section.ts';

/** What a person says to have done: the tool did not see it. */
export function outsideSection({ outside }: Report, numbers: Numbers): Section {
	return section(
		'outside',
		'What was done outside the tool',
		dataTable(
			{
				caption: 'As a person said it',
				head: ['at', 'solution', 'what', 'outcome'],
				rows: outside.map(({ at, solution, what, outcome }) => [instant(at), solution, what, outcome]),
				named: true,
			},
			numbers,
		) ?? nothing('Nothing was reported.'),
	);
}
