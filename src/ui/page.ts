import type { Block } from './block.ts';

/** What may be typed: a name that consents, or a parameter's value. */
export type Field = {
	readonly prompt: string;
	/** True: dots in place of what is typed. */
	readonly secret: boolean;
};

/** One thing that can be chosen, and what choosing it is called. */
export type Choice = { readonly label: string };

/** A screen's content: a function of the scene. */
export type Page = {
	readonly title: string;
	readonly blocks: readonly Block[];
	/** The article's own words, beside the rest where there is room, else below it; null: none. */
	readonly aside: string | null;
	readonly choices: readonly Choice[];
	/** Null: keys are keys. */
	readonly field: Field | null;
	/** Always in sight, below what scrolls. */
	readonly pinned: readonly Block[];
};

export function page(title: string, parts: Partial<Omit<Page, 'title'>>): Page {
	return { title, blocks: [], aside: null, choices: [], field: null, pinned: [], ...parts };
}
