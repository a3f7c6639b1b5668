/** A line of Markdown as spans: findings, titles and answers are Markdown whose values are escaped. */
import type { Token } from 'marked';
import { decodeEntities } from '../article/entities.ts';
import { inlineTokens } from '../article/inline-tokens.ts';
import { code, plain, type Span, type Tone } from './span.ts';

const textOf = (token: Token): string =>
	decodeEntities('text' in token && typeof token.text === 'string' ? token.text : token.raw);

/** A line break, or what is not meant to be read. */
const isLayout = /^<(?:br\b|!--)/i;

function spansOf(tokens: readonly Token[], tone: Tone): readonly Span[] {
	return tokens.flatMap((token): readonly Span[] => {
		const inner = 'tokens' in token ? (token.tokens ?? []) : [];
		switch (token.type) {
			case 'strong':
				return spansOf(inner, 'strong');
			case 'codespan':
				return [code(textOf(token))];
			case 'br':
				return [plain(' ')];
			case 'html':
				// What a person is to write into a file has tags, and on a line of a screen there is nothing else to do with them.
				return [isLayout.test(token.raw) ? plain(' ') : { text: token.raw, tone }];
			default:
				return inner.length > 0 ? spansOf(inner, tone) : [{ text: textOf(token), tone }];
		}
	});
}

/** @param tone of what is neither bold nor code */
export function inlineSpans(markdown: string, tone: Tone = 'plain'): readonly Span[] {
	return spansOf(inlineTokens(markdown.replace(/\s+/g, ' ')), tone);
}
