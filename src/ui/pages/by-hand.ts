import type { Planned } from '../../machine/ports.ts';
import { type Block, gap, item, text, verbatim } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { faint, severitySpans, strong } from '../span.ts';

/** What stands below its first line is to be copied: it keeps its line breaks. */
function instructionBlocks(instruction: string, number: number): readonly Block[] {
	const [said = '', ...copied] = instruction.split('\n');
	return [
		item([faint(`${number}. `)], inlineSpans(said)),
		...(copied.length === 0 ? [] : [verbatim(copied.join('\n'))]),
	];
}

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
			...instructions.flatMap((instruction, index) => instructionBlocks(instruction, index + 1)),
			gap,
			text(
				faint('This tool changed nothing. '),
				strong('d'),
				faint(' when it is done: then it is measured.'),
			),
		],
	});
}
