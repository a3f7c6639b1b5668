import { groupNotSeen } from '../../not-seen-groups.ts';
import type { Report } from '../../report.ts';
import { titlesOf } from '../../words.ts';
import { h } from '../markup.ts';
import { codeBlock, list, nothing, type Section, section } from '../section.ts';

/** Where the tool was blind, why, and what would let it see. */
export function notSeenSection({ diagnosis, titles }: Report): Section {
	const titleOf = titlesOf(titles);
	const groups = groupNotSeen(diagnosis.notSeen);
	return section(
		'not-seen',
		'What could not be seen',
		groups.length > 0
			? null
			: nothing(diagnosis.findings.length === 0 ? 'Nothing was looked at.' : 'Everything was seen.'),
		groups.map(({ why, grant, checks }) =>
			h(
				'div',
				{ class: 'blind' },
				h('p', {}, h('strong', {}, why)),
				list(checks.map(titleOf)),
				grant === null ? null : [h('p', {}, 'To see it:'), codeBlock(grant)],
			),
		),
	);
}
