/** The article's own words, rendered for a terminal. The renderer is loaded when the first of them is shown. */
import type { Store } from './hooks/use-store.ts';

export type ProseOptions = { readonly width: number; readonly color: boolean };

export type RenderProse = (markdown: string, options: ProseOptions) => string;

export interface ProseStore extends Store<number> {
	/** The rendered lines; null: the renderer is still being loaded, and subscribers are told when it is there. */
	lines(markdown: string, options: ProseOptions): readonly string[] | null;
	/** Resolves when what was asked for can be shown. */
	settled(): Promise<void>;
}

/** @param load gets the renderer; a rejection leaves the plain text on the screen */
export function createProseStore(load: () => Promise<RenderProse>): ProseStore {
	const listeners = new Set<() => void>();
	const known = new Map<string, readonly string[]>();
	let render: RenderProse | null = null;
	let loading: Promise<void> | null = null;
	let version = 0;

	const begin = (): Promise<void> =>
		load().then(
			(loaded) => {
				render = loaded;
				version += 1;
				for (const listener of listeners) listener();
			},
			// The plain text stays: an article that cannot be rendered can still be read.
			() => {},
		);

	return {
		get: () => version,
		subscribe: (listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		lines: (markdown, options) => {
			if (render === null) {
				loading ??= begin();
				return null;
			}
			const key = `${options.width} ${options.color} ${markdown}`;
			const before = known.get(key);
			if (before !== undefined) return before;
			const lines = render(markdown, options).replace(/\n+$/, '').split('\n');
			known.set(key, lines);
			return lines;
		},
		settled: async () => {
			await loading;
		},
	};
}
