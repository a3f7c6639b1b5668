/** Blocks → lines of the width there is, in words for a screen reader. */
import { cleanText } from '../evidence/untrusted.ts';
import type { Block } from './block.ts';
import { asAscii } from './glyphs.ts';
import { layOutTable } from './lay-out-table.ts';
import type { Looks } from './looks.ts';
import type { ProseStore } from './prose-store.ts';
import { safeLines, safeText } from './safe-text.ts';
import { drawn, plain, type Span, toned } from './span.ts';
import { textWidth } from './text-width.ts';
import { wrapSpans } from './wrap-spans.ts';

export type Line = {
	readonly spans: readonly Span[];
	/** The choice that the line belongs to; null: none. */
	readonly choice: number | null;
};

export type LayOutOptions = {
	readonly looks: Looks;
	/** In columns. */
	readonly width: number;
	readonly prose: ProseStore;
	/** The index of the choice that Enter takes; null: there is none. */
	readonly selected: number | null;
};

/** What goes to the screen: safe, in the terminal's letters, spoken where it is read aloud. */
function shown(spans: readonly Span[], { ascii, reader }: Looks): readonly Span[] {
	return spans.flatMap((span): readonly Span[] => {
		if (span.tone === 'styled') return [span];
		const { spoken, ...rest } = span;
		const safe = safeText(reader ? (spoken ?? span.text) : span.text);
		const text = ascii ? asAscii(safe) : safe;
		return text === '' ? [] : [{ ...rest, text }];
	});
}

const spansWidth = (spans: readonly Span[]): number =>
	spans.reduce((width, { text }) => width + textWidth(text), 0);

function hanging(marker: readonly Span[], spans: readonly Span[], width: number, indent: number): Line[] {
	const begin = indent + spansWidth(marker);
	const room = Math.max(8, width - begin);
	return wrapSpans(spans, room).map((line, index) => {
		const before = index === 0 ? [plain(' '.repeat(indent)), ...marker] : [plain(' '.repeat(begin))];
		return { spans: begin === 0 ? line : [...before, ...line], choice: null };
	});
}

function choiceLines(block: Extract<Block, { kind: 'choice' }>, options: LayOutOptions): Line[] {
	const { looks, width, selected } = options;
	const chosen = block.index === selected;
	const pointer = looks.reader ? '' : `${chosen ? looks.glyphs.pointer : ' '} `;
	const number = block.index < 9 ? `${block.index + 1}. ` : looks.reader ? '' : '   ';
	const marker: readonly Span[] = [
		drawn(pointer, 'chosen'),
		toned(number, chosen ? 'chosen' : 'plain'),
		...(looks.reader && chosen ? [plain('selected: ')] : []),
	];
	const spans = block.spans.map((span) =>
		chosen && span.tone === 'plain' ? { ...span, tone: 'chosen' as const } : span,
	);
	return hanging(shown(marker, looks), shown(spans, looks), width, 0).map((line) => ({
		...line,
		choice: block.index,
	}));
}

function diffTone(line: string): 'ok' | 'critical' | 'code' {
	if (line.startsWith('+')) return 'ok';
	return line.startsWith('-') ? 'critical' : 'code';
}

function proseLines(markdown: string, { looks, width, prose }: LayOutOptions): Line[] {
	const source = cleanText(markdown, { multiline: true, max: 200_000 });
	const rendered = prose.lines(source, { width, color: looks.color });
	if (rendered === null) {
		return safeLines(source).flatMap((line) => hanging([], shown([plain(line)], looks), width, 0));
	}
	return rendered.map((line) => ({
		spans: [{ text: looks.ascii ? asAscii(line) : line, tone: 'styled' as const }],
		choice: null,
	}));
}

function linesOf(block: Block, options: LayOutOptions): Line[] {
	const { looks, width } = options;
	switch (block.kind) {
		case 'gap':
			return [{ spans: [], choice: null }];
		case 'text':
			return hanging(
				shown(block.marker, looks),
				shown(block.spans, looks),
				width,
				looks.reader ? 0 : block.indent,
			);
		case 'choice':
			return choiceLines(block, options);
		case 'prose':
			return proseLines(block.markdown, options);
		case 'verbatim':
			return safeLines(block.text).flatMap((line) => {
				const indent = /^ */.exec(line)?.[0].length ?? 0;
				const tone = block.diff ? diffTone(line) : 'code';
				return hanging([], shown([toned(line.trimStart(), tone)], looks), width, Math.min(indent + 2, 20));
			});
		case 'table':
			return layOutTable(
				{ ...block, rows: block.rows.map((row) => row.map((cell) => shown([cell], looks)[0] ?? plain(''))) },
				looks,
				width,
			).map((spans) => ({ spans, choice: null }));
	}
}

const isBlank = ({ spans }: Line): boolean => spans.every(({ text }) => text.trim() === '');

/** One blank line between things, none at either end. */
export function layOut(blocks: readonly Block[], options: LayOutOptions): readonly Line[] {
	const lines = blocks
		.flatMap((block) => linesOf(block, options))
		.filter((line, index, all) => {
			const before = all[index - 1];
			return !isBlank(line) || (before !== undefined && !isBlank(before));
		});
	const last = lines.at(-1);
	return last !== undefined && isBlank(last) ? lines.slice(0, -1) : lines;
}
