import type { Diagnosis } from '../../diagnosis.ts';
import { type Content, h } from '../markup.ts';
import { list, type Section, section } from '../section.ts';

const seen = { true: 'seen', false: 'not seen', null: 'not known' } as const;

/** What people complain of, and whether it was there; null: the article names none. */
export function symptomsSection({ symptoms }: Diagnosis): Section | null {
	if (symptoms.length === 0) return null;
	const line = (observed: boolean | null, text: string): Content => [
		h('span', { class: `observed ${observed === true ? 'yes' : 'no'}` }, seen[`${observed}`]),
		' ',
		h('span', {}, text),
	];
	return section(
		'symptoms',
		'Symptoms',
		h('div', { class: 'symptoms' }, list(symptoms.map(({ observed, text }) => line(observed, text)))),
	);
}
