/** What a page says, before anybody knows how wide it is or whether it is read aloud. */
import { inlineSpans } from './inline.ts';
import { plain, type Span, strong } from './span.ts';

export type Block =
	/** One blank line; two in a row are one. */
	| { readonly kind: 'gap' }
	/** Wraps below its own beginning, beside the marker. */
	| {
			readonly kind: 'text';
			readonly spans: readonly Span[];
			readonly marker: readonly Span[];
			/** In columns. */
			readonly indent: number;
	  }
	/** Something that can be chosen: by its number, or by the arrows and Enter. */
	| { readonly kind: 'choice'; readonly index: number; readonly spans: readonly Span[] }
	/** The article's own words, rendered. */
	| { readonly kind: 'prose'; readonly markdown: string }
	/** SQL, a diff, a file: its line breaks are its own. */
	| { readonly kind: 'verbatim'; readonly text: string; readonly diff: boolean }
	| {
			readonly kind: 'table';
			readonly titles: readonly string[];
			readonly rows: readonly (readonly Span[])[];
	  };

export const gap: Block = { kind: 'gap' };

export function text(...spans: readonly (Span | string)[]): Block {
	return {
		kind: 'text',
		spans: spans.map((span) => (typeof span === 'string' ? plain(span) : span)),
		marker: [],
		indent: 0,
	};
}

/** A line of Markdown: a finding, a sentence of the article. */
export const markdown = (source: string): Block => text(...inlineSpans(source));

export function item(marker: readonly Span[], spans: readonly Span[], indent = 0): Block {
	return { kind: 'text', marker, spans, indent };
}

/** A heading inside a page, with the gap before it. */
export const heading = (title: string): readonly Block[] => [gap, text(strong(title))];

export const prose = (source: string): readonly Block[] =>
	source.trim() === '' ? [] : [gap, { kind: 'prose', markdown: source }];

export const verbatim = (source: string, diff = false): Block => ({ kind: 'verbatim', text: source, diff });
