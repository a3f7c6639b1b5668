import type { Parameter } from './article.ts';

/** What a default says is taken first, and what then. Only one with a fact in it can need another; else `or` is part of the text. */
export function alternativesOf({ default: text }: Pick<Parameter, 'default'>): readonly string[] {
	if (text === null) return [];
	return text.includes('{') ? text.split(/\s+or\s+/) : [text];
}
