import type { Report } from '../../report.ts';
import { instant } from '../instant.ts';
import { h } from '../markup.ts';
import { type Section, section } from '../section.ts';

/** What people wrote into the session; null: nothing. */
export function notesSection({ notes }: Report): Section | null {
	if (notes.length === 0) return null;
	return section(
		'notes',
		'Notes',
		notes.map(({ at, by, text }) =>
			h(
				'article',
				{ class: 'note' },
				h('p', { class: 'quiet' }, by, ', ', instant(at)),
				h('p', { class: 'written' }, text),
			),
		),
	);
}
