import stringWidth from 'string-width';

const onlyAscii = /^[\x20-\x7e]*$/;

/** Columns that a text takes in a terminal; escape sequences take none, wide characters two. */
export function textWidth(text: string): number {
	return onlyAscii.test(text) ? text.length : stringWidth(text);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The characters as a reader sees them. */
export function graphemes(text: string): readonly string[] {
	return onlyAscii.test(text) ? [...text] : [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** The text within so many columns; what is cut off is marked by `ellipsis`. */
export function truncated(text: string, columns: number, ellipsis: string): string {
	if (textWidth(text) <= columns) return text;
	const room = columns - textWidth(ellipsis);
	if (room < 0) return ellipsis.slice(0, Math.max(0, columns));
	let kept = '';
	let used = 0;
	for (const grapheme of graphemes(text)) {
		used += textWidth(grapheme);
		if (used > room) break;
		kept += grapheme;
	}
	return `${kept}${ellipsis}`;
}
