import type { Frame } from '../../src/ui/frame.ts';

/** The lines of a frame as they would be read, the article beside the page left out. */
export function textOf(frame: Frame): string[] {
	return [...frame.header, ...frame.body, ...frame.pinned, ...frame.footer].map(({ spans }) =>
		spans.map(({ text }) => text).join(''),
	);
}
