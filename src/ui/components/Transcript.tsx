import { Static } from 'ink';
import type { Block } from '../block.ts';
import { layOut } from '../lay-out.ts';
import type { Looks } from '../looks.ts';
import type { ProseStore } from '../prose-store.ts';
import { Lines } from './Lines.tsx';

export type TranscriptProps = {
	/** Oldest first; what was printed once is never printed again. */
	readonly blocks: readonly Block[];
	readonly looks: Looks;
	readonly prose: ProseStore;
};

/** What is finished, above the page, where the terminal keeps it. */
export function Transcript({ blocks, looks, prose }: TranscriptProps) {
	return (
		<Static items={[...blocks]}>
			{(block, index) => (
				<Lines
					key={index}
					lines={layOut([block], { looks, prose, width: looks.columns, selected: null })}
					color={looks.color}
				/>
			)}
		</Static>
	);
}
