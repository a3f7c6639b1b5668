/** What the screen itself remembers: where one has scrolled, what is selected, what is being typed. No flow is in it. */
import type { Store } from './hooks/use-store.ts';

export type OverlayName = 'help' | 'evidence' | 'query' | 'article' | 'paste' | 'note' | 'report' | 'quit';

/** `asking`: runs on, stopping where a person is asked; `silent`: leaves those unanswered. */
export type AutoMode = 'off' | 'asking' | 'silent';

export type View = {
	/** Which screen the rest belongs to; another screen begins anew. */
	readonly screen: string;
	/** When it was entered, in milliseconds. */
	readonly since: number;
	/** First line shown; null: wherever the selected choice is. */
	readonly scroll: number | null;
	readonly selected: number;
	readonly draft: string;
	/** An error message, before it is looked at; it goes with its overlay. */
	readonly pasted: string;
	/** A note that is being written. */
	readonly note: string;
	/** The report so far, as Markdown; null: it is being made, or nobody has asked. */
	readonly report: string | null;
	/** When the last piece of a paste came that the terminal did not mark, in milliseconds; null: none has. */
	readonly burstAt: number | null;
	/** Why a key did nothing; null: nothing to say. */
	readonly notice: string | null;
	readonly overlay: { readonly name: OverlayName; readonly scroll: number } | null;
	readonly auto: AutoMode;
	/** Ctrl-C was pressed while something could not be left half way. */
	readonly interrupted: boolean;
};

export interface ViewStore extends Store<View> {
	change(change: Partial<View>): void;
	/** Forgets what belonged to the screen before; a help or a quit question stays open. */
	enter(screen: string, since: number): void;
}

const fresh = { scroll: 0, selected: 0, draft: '', pasted: '', notice: null, interrupted: false } as const;

/** @param since in milliseconds */
export function createViewStore(screen: string, since: number): ViewStore {
	const listeners = new Set<() => void>();
	let view: View = {
		...fresh,
		screen,
		since,
		overlay: null,
		auto: 'off',
		burstAt: null,
		note: '',
		report: null,
	};
	const set = (next: View): void => {
		view = next;
		for (const listener of listeners) listener();
	};
	return {
		get: () => view,
		subscribe: (listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		change: (change) => set({ ...view, ...change }),
		enter: (entered, at) => {
			const stays = view.overlay?.name === 'help' || view.overlay?.name === 'quit';
			set({ ...view, ...fresh, screen: entered, since: at, overlay: stays ? view.overlay : null });
		},
	};
}
