import type { Diagnosis } from '../../diagnosis.ts';
import { h } from '../markup.ts';
import { nothing, type Section, section } from '../section.ts';

/** What the article advises, the best first. */
export function nextStepsSection({ solutions }: Diagnosis): Section {
	return section(
		'next-steps',
		'Next steps',
		solutions.length === 0
			? nothing('None is advised.')
			: h(
					'ol',
					{ class: 'ranked' },
					solutions.map(({ title, risk, how, relief, available, why }) =>
						h(
							'li',
							{ class: available ? null : 'unavailable' },
							h(
								'p',
								{},
								h('strong', {}, title),
								' ',
								h('span', { class: 'tag' }, `${risk} risk`),
								' ',
								h('span', { class: 'tag' }, how),
								relief ? [' ', h('span', { class: 'tag' }, 'relief, not a cure')] : null,
							),
							available ? null : h('p', { class: 'quiet' }, `Not here: ${why ?? 'the reason is not known'}`),
						),
					),
				),
	);
}
