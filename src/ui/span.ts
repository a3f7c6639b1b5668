/** Text with a meaning: what it is, not how it looks. Nothing here knows React, Ink or a colour. */
import type { Severity } from '../article/article.ts';
import type { Glyphs } from './glyphs.ts';

export type Tone =
	| 'plain'
	| 'strong'
	| 'faint'
	| 'code'
	| 'key'
	| 'chosen'
	| Severity
	/** Already styled by the Markdown renderer: passed on as it is, never wrapped again. */
	| 'styled';

export type Span = {
	readonly text: string;
	readonly tone: Tone;
	/** What a screen reader gets instead, where the text is a drawing; the empty text: nothing. Default: the text. */
	readonly spoken?: string;
};

export const plain = (text: string): Span => ({ text, tone: 'plain' });
export const strong = (text: string): Span => ({ text, tone: 'strong' });
export const faint = (text: string): Span => ({ text, tone: 'faint' });
export const code = (text: string): Span => ({ text, tone: 'code' });
export const toned = (text: string, tone: Tone): Span => ({ text, tone });

/** A drawing that only a sighted reader needs: the words beside it say the same. */
export const drawn = (text: string, tone: Tone = 'plain'): Span => ({ text, tone, spoken: '' });

/** Glyph, word and colour together, so that no one of them has to be seen. */
export function severitySpans(severity: Severity, glyphs: Glyphs, word: string = severity): readonly Span[] {
	return [drawn(`${glyphs[severity]} `, severity), toned(word, severity)];
}
