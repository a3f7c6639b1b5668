/** The frame of a chart: its number and name, the drawing with its description, and the same numbers as a table. */
import { dataTable, type Table } from '../data-table.ts';
import { type Html, h } from '../markup.ts';
import type { Numbers } from '../numbers.ts';
import { folded } from '../section.ts';

export type Figure = {
	readonly title: string;
	/** What the eye would take from it, in words. */
	readonly description: string;
	/** In CSS pixels; the width is the page's. */
	readonly height: number;
	readonly drawing: readonly Html[];
	readonly data: Table;
};

export function figure({ title, description, height, drawing, data }: Figure, numbers: Numbers): Html {
	const name = numbers.figure();
	const id = name.toLowerCase().replace(' ', '-');
	return h(
		'figure',
		{ id },
		h('figcaption', {}, h('span', { class: 'numbered' }, name), ' ', title),
		// Without a viewBox: positions are percentages, so that the letters keep their size on any page.
		h(
			'svg',
			{
				class: 'chart',
				width: '100%',
				height,
				role: 'img',
				'aria-labelledby': `${id}-title ${id}-description`,
			},
			h('title', { id: `${id}-title` }, title),
			h('desc', { id: `${id}-description` }, description),
			drawing,
		),
		folded(`The numbers of ${name}`, dataTable(data, numbers)),
	);
}
