import type { Token } from 'marked';
import { markedLexer } from './marked.ts';

/** What marked would make a link of, wherever it stands. */
const address = /https?:|ftp:|www\.|@/i;

/** Code between single backticks, or text in which no character means anything to Markdown. */
const simplePiece = /`([^`\r\n\\ ][^`\r\n\\]*)`(?!`)|(?:[^\\`*_~[\]<>&!\r\n]+|(?<! )\n(?! ))+/y;

const linkedWhole = /^\[(.+)\]\((#[a-z0-9-]+)\)$/s;

function simplePieces(markdown: string): Token[] | null {
	if (address.test(markdown)) return null;
	const tokens: Token[] = [];
	let at = 0;
	while (at < markdown.length) {
		simplePiece.lastIndex = at;
		const found = simplePiece.exec(markdown);
		if (found === null) return null;
		const [raw, code] = found;
		tokens.push(
			code === undefined
				? { type: 'text', raw, text: raw, escaped: false }
				: { type: 'codespan', raw, text: code },
		);
		at += raw.length;
	}
	return tokens;
}

/**
 * The tokens of text, code, and a link inside the article that is all of it: exactly marked's, which a test proves.
 * Most lines are no more than that.
 * @returns null where it takes more
 */
export function simpleTokens(markdown: string): Token[] | null {
	const linked = linkedWhole.exec(markdown);
	if (linked === null) return simplePieces(markdown);
	const [raw, text = '', href = ''] = linked;
	const tokens = simplePieces(text);
	return tokens === null ? null : [{ type: 'link', raw, href, title: null, text, tokens }];
}

/** The inline tokens of a piece of Markdown. */
export function inlineTokens(markdown: string): Token[] {
	return simpleTokens(markdown) ?? markedLexer().lexInline(markdown, { gfm: true });
}
