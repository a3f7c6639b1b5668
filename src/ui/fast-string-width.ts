/**
 * Stands in for `string-width` in the bundle (see `build` in package.json), for Ink too: its tables of emoji take
 * longer to set up than our first frame, and what we show is almost always plain text. Anything else is asked of the
 * real one, which is loaded then.
 */
import { createRequire } from 'node:module';

type StringWidth = (text: string, options?: Readonly<Record<string, unknown>>) => number;

const colours = /\x1b\[[0-9;]*m/g;
/** ASCII, Latin letters without combining marks, dashes, quotes, arrows, boxes, blocks and our own glyphs: one column each. */
const oneColumnEach =
	/^[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2193\u2500-\u259f▲▼◆○●✔✖❯ℹ]*$/;

let real: StringWidth | null = null;

function loaded(): StringWidth {
	const found: unknown = createRequire(import.meta.url)('string-width');
	if (
		typeof found === 'object' &&
		found !== null &&
		'default' in found &&
		typeof found.default === 'function'
	) {
		const width = found.default;
		return (text, options) => Number(width(text, options));
	}
	throw new Error('string-width is not installed as it should be: run `npm ci`');
}

export default function stringWidth(text: string, options?: Readonly<Record<string, unknown>>): number {
	const bare = text.includes('\x1b') ? text.replace(colours, '') : text;
	if (oneColumnEach.test(bare)) return bare.length;
	real ??= loaded();
	return real(text, options);
}

/** For who asks by `require`, as the tables of marked-terminal do: without it they get the module, which is no function. */
export { stringWidth as 'module.exports' };
