import { useCallback, useSyncExternalStore } from 'react';
import type { DrivenSnapshot, DrivenWizard } from '../../machine/driven.ts';

/** The machine's snapshot, now and after every transition. */
export function useWizard(wizard: DrivenWizard): DrivenSnapshot {
	const subscribe = useCallback(
		(listener: () => void) => {
			const subscription = wizard.subscribe(listener);
			return () => subscription.unsubscribe();
		},
		[wizard],
	);
	return useSyncExternalStore(subscribe, () => wizard.getSnapshot());
}
