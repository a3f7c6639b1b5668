import { useSyncExternalStore } from 'react';

/** Something that holds a value and says when it has another: the view, the prose, the transcript. */
export interface Store<T> {
	get(): T;
	/** Returns what unsubscribes. */
	subscribe(listener: () => void): () => void;
}

/** The store's value, now and whenever it changes. */
export function useStore<T>(store: Store<T>): T {
	return useSyncExternalStore(store.subscribe, store.get);
}
