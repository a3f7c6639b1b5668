import { useCallback, useSyncExternalStore } from 'react';
import type { WizardActor, WizardSnapshot } from '../../machine/run.ts';

/** The machine's snapshot, now and after every transition. */
export function useActor(actor: WizardActor): WizardSnapshot {
	const subscribe = useCallback(
		(listener: () => void) => {
			const subscription = actor.subscribe(listener);
			return () => subscription.unsubscribe();
		},
		[actor],
	);
	return useSyncExternalStore(subscribe, () => actor.getSnapshot());
}
