import type { Planned } from '../../machine/ports.ts';
import { gap, item, text } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { faint, severitySpans, strong } from '../span.ts';

/** Somebody else must do it, elsewhere: what exactly, with the values filled in. */
export function byHandPage(
	{ looks }: Scene,
	title: string,
	{ why, instructions }: Extract<Planned, { kind: 'by hand' }>,
): Page {
	return page(title, {
		blocks: [
			text(...severitySpans('info', looks.glyphs, 'by hand')),
			text(...inlineSpans(why)),
			gap,
			...instructions.map((instruction, index) => item([faint(`${index + 1}. `)], inlineSpans(instruction))),
			gap,
			text(
				faint('This tool changed nothing. '),
				strong('d'),
				faint(' when it is done: then it is measured.'),
			),
		],
	});
}
