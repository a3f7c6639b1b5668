/** Markdown as a list of blocks that know the line they begin on. */
import { Lexer, type Token, type Tokens } from 'marked';

export type Block = { readonly token: Token; readonly line: number };

/** An item of a list: its text, then its blocks. */
export type Item = { readonly item: Tokens.ListItem; readonly line: number };

/**
 * The blocks of a text. What is inside a paragraph or heading is not looked at yet: most of it is prose that only a
 * reader looks at, and lexing it would take most of the time.
 */
export function lexBlocks(markdown: string, firstLine: number): Block[] {
	return withLines(new Lexer({ gfm: true }).blockTokens(markdown, []), firstLine);
}

/** The blocks with their lines; the raw texts of marked's tokens add up to the source, so lines are exact. */
export function withLines(tokens: readonly Token[], firstLine: number): Block[] {
	let line = firstLine;
	return tokens.map((token) => {
		const block = { token, line: line + leadingBreaks(token.raw) };
		line += lineBreaks(token.raw);
		return block;
	});
}

export function itemsOf(list: Tokens.List, line: number): Item[] {
	let next = line;
	return list.items.map((item) => {
		const located = { item, line: next };
		next += lineBreaks(item.raw);
		return located;
	});
}

/** The blocks inside an item. Its text has the item's lines, only without the indentation. */
export function blocksOf({ item, line }: Item): Block[] {
	return withLines(item.tokens, line);
}

/** The text of an item up to its nested lists and fences, as Markdown. */
export function ownText(item: Item): string {
	return blocksOf(item)
		.filter(({ token }) => !isList(token) && !isCode(token) && token.type !== 'checkbox')
		.map(({ token }) => token.raw)
		.join('')
		.trim();
}

export function rawText(blocks: readonly Block[]): string {
	return blocks
		.map(({ token }) => token.raw)
		.join('')
		.trim();
}

export function lineBreaks(text: string): number {
	return text.split('\n').length - 1;
}

function leadingBreaks(text: string): number {
	return lineBreaks(/^\s*/.exec(text)?.[0] ?? '');
}

export function isHeading(token: Token): token is Tokens.Heading {
	return token.type === 'heading';
}

export function isParagraph(token: Token): token is Tokens.Paragraph {
	return token.type === 'paragraph';
}

export function isList(token: Token): token is Tokens.List {
	return token.type === 'list';
}

export function isCode(token: Token): token is Tokens.Code {
	return token.type === 'code';
}

export function isSpace(token: Token): token is Tokens.Space {
	return token.type === 'space';
}

export function isLink(token: Token): token is Tokens.Link {
	return token.type === 'link';
}

/** Where a link inside this document leads; null: it leads elsewhere. */
export function anchorOf(link: Tokens.Link): string | null {
	return link.href.startsWith('#') ? decodeAnchor(link.href.slice(1)) : null;
}

export function decodeAnchor(anchor: string): string {
	try {
		return decodeURIComponent(anchor);
	} catch {
		return anchor;
	}
}
