/** Runs all the rest of the checks by itself; it says nothing that a person could not have said by a key. */
import type { DrivenWizard } from '../machine/driven.ts';
import { screenOf } from '../machine/screen.ts';
import type { AutoMode } from './view-store.ts';

export interface AutoAdvance {
	set(mode: AutoMode): void;
	/** Stops listening to the machine. */
	close(): void;
}

/** @param tell is told of the mode whenever it changes: at the causes it ends by itself */
export function createAutoAdvance(wizard: DrivenWizard, tell: (mode: AutoMode) => void): AutoAdvance {
	let mode: AutoMode = 'off';
	const set = (next: AutoMode): void => {
		if (mode === next) return;
		mode = next;
		tell(next);
	};
	const advance = (): void => {
		if (mode === 'off') return;
		const screen = screenOf(wizard.getSnapshot());
		switch (screen.name) {
			case 'intro':
			case 'finding':
				wizard.send({ type: 'next' });
				return;
			case 'asking':
				if (mode === 'silent') wizard.send({ type: 'leave' });
				return;
			case 'looking':
			case 'waiting for a slot':
				return;
			default:
				// Everything beyond the checks is a person's decision.
				set('off');
		}
	};
	const subscription = wizard.subscribe(advance);
	return {
		set: (next) => {
			set(next);
			advance();
		},
		close: () => subscription.unsubscribe(),
	};
}
