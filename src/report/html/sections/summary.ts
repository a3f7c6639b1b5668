/** Five lines for whoever has no time, and before them what would make a reader trust them too much. */
import type { Report } from '../../report.ts';
import { type Content, h } from '../markup.ts';
import { list, type Section, section } from '../section.ts';

function notices({ caveats, redacted }: Report): Content {
	return [
		redacted
			? null
			: h(
					'p',
					{ class: 'notice' },
					h('strong', {}, 'Not redacted.'),
					' Names, addresses and hosts are shown as they are: this report must not leave the building.',
				),
		caveats.length === 0
			? null
			: h('div', { class: 'notice' }, h('p', {}, h('strong', {}, 'Before you rely on it')), list(caveats)),
	];
}

export function summarySection(report: Report): Section {
	return section(
		'summary',
		'Summary',
		notices(report),
		h(
			'dl',
			{ class: 'summary' },
			report.summary.map(({ label, text }) => h('div', {}, h('dt', {}, label), h('dd', {}, text))),
		),
	);
}
