import type { Span } from './span.ts';
import { graphemes, textWidth } from './text-width.ts';

/** A word may change its tone in the middle; it is broken only where it is longer than a line. */
type Word = { readonly blank: boolean; readonly spans: readonly Span[]; readonly width: number };

function words(spans: readonly Span[]): readonly Word[] {
	const result: { blank: boolean; spans: Span[]; width: number }[] = [];
	for (const span of spans) {
		for (const piece of span.text.match(/ +|[^ ]+/g) ?? []) {
			const blank = piece.startsWith(' ');
			const last = result.at(-1);
			const part: Span = { ...span, text: piece };
			if (last === undefined || last.blank !== blank) {
				result.push({ blank, spans: [part], width: textWidth(piece) });
			} else {
				last.spans.push(part);
				last.width += textWidth(piece);
			}
		}
	}
	return result;
}

function broken(word: Word, columns: number): readonly Word[] {
	const pieces: { blank: false; spans: Span[]; width: number }[] = [{ blank: false, spans: [], width: 0 }];
	for (const span of word.spans) {
		for (const grapheme of graphemes(span.text)) {
			const width = textWidth(grapheme);
			let piece = pieces.at(-1);
			if (piece === undefined || (piece.width > 0 && piece.width + width > columns)) {
				piece = { blank: false, spans: [], width: 0 };
				pieces.push(piece);
			}
			const last = piece.spans.at(-1);
			if (last !== undefined && last.tone === span.tone)
				piece.spans[piece.spans.length - 1] = { ...last, text: `${last.text}${grapheme}` };
			else piece.spans.push({ ...span, text: grapheme });
			piece.width += width;
		}
	}
	return pieces;
}

/** Neighbours of one tone become one span: fewer nodes to draw. A drawing stays by itself. */
function joined(spans: readonly Span[]): readonly Span[] {
	const result: Span[] = [];
	for (const span of spans) {
		const last = result.at(-1);
		if (
			last !== undefined &&
			last.tone === span.tone &&
			last.spoken === undefined &&
			span.spoken === undefined
		)
			result[result.length - 1] = { ...last, text: `${last.text}${span.text}` };
		else result.push(span);
	}
	return result;
}

/** The spans as lines of at most so many columns; always at least one line. */
export function wrapSpans(spans: readonly Span[], columns: number): readonly (readonly Span[])[] {
	const lines: Span[][] = [[]];
	let used = 0;
	let gap: Word | null = null;
	const place = (word: Word): void => {
		const gapWidth = gap?.width ?? 0;
		if (used > 0 && used + gapWidth + word.width > columns) {
			lines.push([]);
			used = 0;
		} else if (gap !== null) {
			lines.at(-1)?.push(...gap.spans);
			used += gapWidth;
		}
		gap = null;
		lines.at(-1)?.push(...word.spans);
		used += word.width;
	};
	for (const word of words(spans)) {
		if (word.blank) gap = word;
		else if (word.width > columns) for (const piece of broken(word, columns)) place(piece);
		else place(word);
	}
	return lines.map(joined);
}
