import type { ReportedCause } from '../../diagnosis.ts';
import type { Report } from '../../report.ts';
import { titlesOf } from '../../words.ts';
import type { Anchors } from '../anchors.ts';
import { type Content, type Html, h } from '../markup.ts';
import { nothing, type Section, section } from '../section.ts';

/** Why it is so, the likeliest first, each with what speaks for it and against it. */
export function causesSection({ diagnosis, titles }: Report, anchors: Anchors): Section {
	const titleOf = titlesOf(titles);
	const side = (word: string, evidence: ReportedCause['for']): Content =>
		evidence.map(({ check, verdict }) => {
			const href = anchors.linkTo(check, verdict);
			const title = titleOf(check);
			return h(
				'li',
				{},
				h('span', { class: 'side' }, word),
				' ',
				href === null ? title : h('a', { href }, title),
				' ',
				h('strong', {}, verdict),
			);
		});
	const cause = (one: ReportedCause): Html =>
		h(
			'li',
			{ class: `cause ${one.standing}` },
			h(
				'p',
				{},
				h('strong', {}, one.title),
				' ',
				h('span', { class: `tag ${one.standing}` }, one.standing),
				' ',
				h('span', { class: 'quiet' }, `score ${one.score}`),
			),
			one.for.length + one.against.length === 0
				? null
				: h('ul', { class: 'evidence' }, side('for', one.for), side('against', one.against)),
		);
	return section(
		'causes',
		'Causes',
		diagnosis.causes.length === 0
			? nothing('No cause was found.')
			: h('ol', { class: 'ranked' }, diagnosis.causes.map(cause)),
	);
}
