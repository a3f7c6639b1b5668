import stringWidth from 'string-width';

const onlyAscii = /^[\x20-\x7e]*$/;

/** Columns that a text takes in a terminal; escape sequences take none, wide characters two. */
export function textWidth(text: string): number {
	return onlyAscii.test(text) ? text.length : stringWidth(text);
}

/** The characters as a reader sees them. */
export function graphemes(text: string): readonly string[] {
	if (onlyAscii.test(text)) return [...text];
	// Made when it is needed: the first one of a process takes as long as drawing a frame, and few texts need it.
	const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
	return [...segmenter.segment(text)].map(({ segment }) => segment);
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
