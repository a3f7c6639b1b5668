import type { PathStep, Report } from '../../report.ts';
import type { Anchors } from '../anchors.ts';
import { type Html, h } from '../markup.ts';
import { nothing, type Section, section } from '../section.ts';
import { severityMark } from '../severity-mark.ts';

/** The way through the article, from check to check: a line with a mark for each, drawn by the style sheet. */
export function pathSection({ path }: Report, anchors: Anchors): Section {
	const step = ({ check, title, verdict, severity }: PathStep): Html => {
		const href = anchors.linkTo(check, verdict);
		return h(
			'li',
			{ class: severity === null ? 'unseen' : severity },
			h('span', { class: 'stop' }, href === null ? title : h('a', { href }, title)),
			' ',
			severity === null ? null : severityMark(severity),
			' ',
			h('strong', {}, verdict ?? 'not seen'),
		);
	};
	return section(
		'path',
		'The path through the article',
		path.length === 0 ? nothing('No check was reached.') : h('ol', { class: 'path' }, path.map(step)),
	);
}
