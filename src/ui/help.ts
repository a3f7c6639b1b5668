import type { Binding, KeyScene } from './binding.ts';
import { type Block, gap, heading, item, text } from './block.ts';
import { keyTable } from './keys.ts';
import { faint, plain } from './span.ts';

const widestKey = Math.max(...keyTable.map(({ shown }) => shown.length));

const entry = ({ shown, help }: Binding): Block =>
	item([{ text: shown.padEnd(widestKey + 2), tone: 'key' }], [plain(help)]);

/** The help is the key table: first what works on the page below, then the rest. */
export function helpBlocks(scene: KeyScene): readonly Block[] {
	const below: KeyScene = { ...scene, view: { ...scene.view, overlay: null } };
	const here = keyTable.filter((binding) => binding.when(below));
	const elsewhere = keyTable.filter((binding) => !here.includes(binding));
	return [
		...heading('On this screen'),
		...here.map(entry),
		...heading('On others'),
		...elsewhere.map(entry),
		gap,
		text(faint('The lines above this screen stay: they can be scrolled to, and pasted into a ticket.')),
	];
}
