/** Markdown as one plain line: for titles, lists, logs and anything without formatting. */
import type { Token } from 'marked';
import { decodeEntities } from './entities.ts';
import { inlineTokens } from './inline-tokens.ts';
import { markedLexer } from './marked.ts';

/** The text a reader sees, on one line, character references decoded; a picture is its description. */
export function plainText(markdown: string): string {
	return flatten(markedLexer().lex(markdown, { gfm: true }));
}

/** As {@link plainText}, for a piece that is known to be inline: `1. x` is no list there. */
export function plainInline(markdown: string): string {
	return flatten(inlineTokens(markdown));
}

function flatten(tokens: readonly Token[]): string {
	// The lexer decodes some character references itself, those of control characters too.
	return textOf(tokens)
		.replace(/\s+/g, ' ')
		.replace(/[\p{Cc}\p{Cf}]/gu, '')
		.trim();
}

function textOf(tokens: readonly Token[]): string {
	return tokens.map(textOfToken).join('');
}

function textOfToken(token: Token): string {
	switch (token.type) {
		case 'codespan':
		case 'escape':
			return givenText(token);
		case 'code':
			return `${givenText(token)} `;
		case 'html':
		case 'tag':
		case 'def':
		case 'hr':
		case 'checkbox':
			return ' ';
		case 'br':
		case 'space':
			return ' ';
		case 'table':
			return `${token.raw.replace(/[|]|^[\s|:-]+$/gm, ' ')} `;
		case 'list': {
			const items: unknown = 'items' in token ? token.items : [];
			return Array.isArray(items) ? items.map((item: Token) => `${textOfToken(item)} `).join('') : '';
		}
		default: {
			const inner = 'tokens' in token ? token.tokens : undefined;
			const text = inner === undefined || inner.length === 0 ? decodedText(token) : textOf(inner);
			return ['paragraph', 'heading', 'blockquote', 'list_item', 'text'].includes(token.type) &&
				inner !== undefined
				? `${text} `
				: text;
		}
	}
}

/** The text of what has none inside; of plain text the source, for the lexer has decoded some of it already. */
function decodedText(token: Token): string {
	return decodeEntities(token.type === 'text' ? token.raw : givenText(token));
}

/** In code, a character reference is what it looks like. */
function givenText(token: Token): string {
	const text: unknown = 'text' in token ? token.text : undefined;
	return typeof text === 'string' ? text : token.raw;
}
