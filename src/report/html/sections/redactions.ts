import { kindInWords, neverKept, tokensAreKept } from '../../redactions.ts';
import type { Report } from '../../report.ts';
import { dataTable } from '../data-table.ts';
import { h } from '../markup.ts';
import type { Numbers } from '../numbers.ts';
import { type Section, section } from '../section.ts';

/** What was taken out, by kind and number, and never what it was. */
export function redactionsSection({ redacted, redactions }: Report, numbers: Numbers): Section {
	return section(
		'redactions',
		'What was taken out',
		h(
			'p',
			{},
			redacted
				? `Names and addresses stand as tokens; one name is one token, in every report of this installation. ${tokensAreKept}`
				: 'Names and addresses are shown as they are.',
		),
		dataTable(
			{
				caption: 'Taken out, by kind',
				head: ['kind', 'number'],
				rows: redactions.map((taken) => [kindInWords(taken), taken.count]),
				named: true,
			},
			numbers,
		),
		h('p', { class: 'more' }, neverKept),
	);
}
