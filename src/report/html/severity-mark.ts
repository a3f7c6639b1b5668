/** How bad it is, said three times: by a shape, by a word, and by a colour. */
import type { Severity } from '../../article/article.ts';
import { type Html, h } from './markup.ts';

/** Drawn, for a font may lack the characters; told apart by their outlines, also in black and white. */
const shapes: Readonly<Record<Severity, string>> = {
	critical: 'M5 1h6l4 4v6l-4 4H5l-4-4V5zM5.5 5.5l5 5M10.5 5.5l-5 5',
	warning: 'M8 1.5L15.2 14.5H.8zM8 6v4M8 12v.6',
	ok: 'M8 1a7 7 0 1 1 0 14a7 7 0 1 1 0-14zM4.8 8.3l2.2 2.2l4.2-4.6',
	info: 'M8 1a7 7 0 1 1 0 14a7 7 0 1 1 0-14zM8 7.2v4M8 4.6v.6',
	unknown: 'M2 2h12v12H2zM6 6.3c0-2.4 4-2.4 4 0c0 1.5-2 1.4-2 3.1M8 11.4v.6',
};

/** The shape alone, where the word stands beside it. */
export function severityShape(severity: Severity): Html {
	return h(
		'svg',
		{
			class: `shape ${severity}`,
			viewBox: '0 0 16 16',
			width: 16,
			height: 16,
			'aria-hidden': 'true',
			focusable: 'false',
		},
		h('path', { d: shapes[severity] }),
	);
}

/** The shape and a word. @param word default: the severity itself */
export function severityMark(severity: Severity, word: string = severity): Html {
	return h('span', { class: `mark ${severity}` }, severityShape(severity), h('span', {}, word));
}
