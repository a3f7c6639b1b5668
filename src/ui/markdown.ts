/**
 * The article's own words for a terminal. This module loads marked-terminal, so import it when text is first shown:
 * `await import('./markdown.ts')`.
 */
import { stripVTControlCharacters, styleText } from 'node:util';
import { Marked, type Tokens } from 'marked';
import { markedTerminal } from 'marked-terminal';
import { decodeEntities } from '../article/entities.ts';
import { cleanText } from '../evidence/untrusted.ts';
import { tableLines } from './markdown-table.ts';
import { graphemes, textWidth } from './text-width.ts';

export type TerminalMarkdownOptions = {
	/** Columns to fill. */
	readonly width: number;
	readonly color: boolean;
};

type Style = Parameters<typeof styleText>[0];

const longestMarkdown = 200_000;
const narrowest = 20;
const codeIndent = '  ';
const quoteIndent = '  ';

/** What a character reference may have smuggled in: everything that is neither a line break nor a style. */
const foreignControls = /\x1b(?!\[\d+m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]|[\u202a-\u202e\u2066-\u2069]/g;

/** What ends each style that is used here. */
const closers: ReadonlyMap<string, string> = new Map([
	['1', '22'],
	['2', '22'],
	['3', '23'],
	['4', '24'],
	['36', '39'],
]);

/** Markdown as lines for a terminal, without a line break at the end. Without colour there is no escape code in it. */
export function toTerminal(markdown: string, { width, color }: TerminalMarkdownOptions): string {
	const columns = Math.max(narrowest, Math.floor(width));
	const style =
		(format: Style) =>
		(text: string): string =>
			color ? styleText(format, text, { validateStream: false }) : text;
	const plain = (text: string): string => text;
	const marked = new Marked(
		markedTerminal({
			width: columns,
			reflowText: true,
			showSectionPrefix: false,
			tab: 2,
			emoji: false,
			// Character references are decoded below, where it is known what is code.
			unescape: false,
			firstHeading: style('bold'),
			heading: style('bold'),
			strong: style('bold'),
			em: style('italic'),
			del: style('dim'),
			codespan: style('cyan'),
			html: plain,
			hr: style('dim'),
		}),
		{
			renderer: {
				// Its own would print the formatting inside list items raw.
				text(token: Tokens.Text | Tokens.Escape) {
					if ('tokens' in token && token.tokens !== undefined) return this.parser.parseInline(token.tokens);
					return token.type === 'text' ? decodeEntities(token.raw) : token.text;
				},
				// Its own stands beside the one that the list draws.
				checkbox: () => '',
				// Its own wraps as if there were no indent: each line would leave a word over.
				blockquote({ text }: Tokens.Blockquote) {
					const inner = toTerminal(text, { width: columns - quoteIndent.length, color }).split('\n');
					return `${inner.map((line) => `${quoteIndent}${style('dim')(line)}`).join('\n')}\n\n`;
				},
				// Its own would colour by what this process's terminal can do, whatever is asked for.
				code: ({ text }: Tokens.Code) => `${codeLines(text, columns).map(style('cyan')).join('\n')}\n\n`,
				link({ href, tokens }: Tokens.Link) {
					const text = this.parser.parseInline(tokens);
					const elsewhere = !href.startsWith('#') && stripVTControlCharacters(text) !== href;
					return elsewhere ? `${text} (${style('underline')(href)})` : text;
				},
				// Its own is as wide as its cells are long, whatever the terminal is.
				table({ header, rows }: Tokens.Table) {
					const cell = ({ tokens }: Tokens.TableCell): string =>
						this.parser.parseInline(tokens).replaceAll(/\s+/g, ' ').trim();
					const table = { header: header.map(cell), rows: rows.map((row) => row.map(cell)) };
					return `${tableLines(table, columns, wrapCell, style('bold')).join('\n')}\n\n`;
				},
				image: ({ href, text }: Tokens.Image) => (text === '' ? `[${href}]` : `[${text}: ${href}]`),
				html: ({ text }: Tokens.HTML | Tokens.Tag) => (/^<br\s*\/?>/i.test(text) ? '\n' : ''),
			},
		},
	);
	const rendered = marked.parse(cleanText(markdown, { multiline: true, max: longestMarkdown }), {
		async: false,
	});
	const lines = rendered
		.replace(/\r/g, '\n')
		.replace(foreignControls, '')
		.replace(/[ \t]+$/gm, '');
	const tidy = lines.replace(/\n{3,}/g, '\n\n').replace(/^\n+|\s+$/g, '');
	const wrapped = tidy.split('\n').flatMap((line) => wrapLine(line, columns));
	return color ? withOwnStyles(wrapped).join('\n') : stripVTControlCharacters(wrapped.join('\n'));
}

/** Of a table's cell; a word that is too long for it goes on in the next line, without its style. */
function wrapCell(text: string, columns: number): readonly string[] {
	const words = text.split(' ').flatMap((word) => {
		const shown = stripVTControlCharacters(word);
		return textWidth(shown) > columns ? pieces(shown, columns) : [word];
	});
	return withOwnStyles(wrapLine(words.join(' '), columns));
}

/** A word cut into pieces of at most so many columns. */
function pieces(word: string, columns: number): readonly string[] {
	const cut = [''];
	for (const grapheme of graphemes(word)) {
		const grown = `${cut.at(-1) ?? ''}${grapheme}`;
		if (textWidth(grown) > columns && grown !== grapheme) cut.push(grapheme);
		else cut[cut.length - 1] = grown;
	}
	return cut;
}

/** List items come unwrapped: their words go on below the first one. */
function wrapLine(line: string, columns: number): string[] {
	if (textWidth(stripVTControlCharacters(line)) <= columns) return [line];
	const [head = ''] = /^ *(?:[*•-] +|\d+[.)] +)?/.exec(line) ?? [];
	const indent = ' '.repeat(Math.min(head.length, columns >> 1));
	const lines: string[] = [];
	let current = head;
	/** Whether a word stands in the current line already. */
	let begun = false;
	for (const word of line.slice(head.length).split(' ')) {
		const grown = `${current} ${word}`;
		if (!begun) current += word;
		else if (textWidth(stripVTControlCharacters(grown)) <= columns) current = grown;
		else {
			lines.push(current);
			current = `${indent}${word}`;
		}
		begun = true;
	}
	return [...lines, current];
}

/** Each line opens and closes its own styles, for a screen draws one at a time. */
function withOwnStyles(lines: readonly string[]): string[] {
	const open = new Map<string, string>();
	return lines.map((line) => {
		const before = [...open.values()].join('');
		for (const [code = '', number = ''] of line.matchAll(/\x1b\[(\d+)m/g)) {
			const closes = closers.get(number);
			if (closes !== undefined) open.set(closes, code);
			else open.delete(number);
		}
		return `${before}${line}${[...open.keys()].map((closer) => `\x1b[${closer}m`).join('')}`;
	});
}

/** Code is not reflowed; what is too long for the screen goes on in the next line. */
function codeLines(code: string, columns: number): string[] {
	const room = columns - codeIndent.length;
	return code.split('\n').flatMap((line) => {
		const pieces = line === '' ? [''] : (line.match(new RegExp(`.{1,${room}}`, 'gu')) ?? []);
		return pieces.map((piece) => `${codeIndent}${piece}`);
	});
}
