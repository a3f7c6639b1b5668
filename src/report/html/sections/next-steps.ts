import { triedInWords } from '../../held-change.ts';
import type { Report } from '../../report.ts';
import { traitsInWords } from '../../words.ts';
import { h } from '../markup.ts';
import { nothing, type Section, section } from '../section.ts';

/** What the article advises, the best first; what was tried says so. */
export function nextStepsSection({ diagnosis: { solutions }, changes }: Report): Section {
	return section(
		'next-steps',
		'Next steps',
		solutions.length === 0
			? nothing('None is advised.')
			: h(
					'ol',
					{ class: 'ranked' },
					solutions.map((solution) => {
						const { id, title, available, why } = solution;
						const tried = triedInWords(id, changes);
						return h(
							'li',
							{ class: available ? null : 'unavailable' },
							h(
								'p',
								{},
								h('strong', {}, title),
								traitsInWords(solution).map((trait) => [' ', h('span', { class: 'tag' }, trait)]),
							),
							available ? null : h('p', { class: 'quiet' }, `Not here: ${why ?? 'the reason is not known'}`),
							tried === null ? null : h('p', { class: 'quiet' }, `Tried: ${tried}`),
						);
					}),
				),
	);
}
