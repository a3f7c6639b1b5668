/** The only place that names a colour: what a tone looks like. */
import type { TextProps } from 'ink';
import type { Tone } from './span.ts';

export type Look = Pick<TextProps, 'color' | 'bold' | 'dimColor' | 'inverse'>;

const looks: Readonly<Record<Tone, Look>> = {
	plain: {},
	strong: { bold: true },
	faint: { dimColor: true },
	code: { color: 'cyan' },
	key: { color: 'cyan', bold: true },
	chosen: { color: 'cyan', bold: true },
	ok: { color: 'green' },
	info: { color: 'blue' },
	warning: { color: 'yellow', bold: true },
	critical: { color: 'red', bold: true },
	unknown: { color: 'magenta' },
	styled: {},
};

/** @param color false: nothing that needs an escape code, not even bold */
export function lookOf(tone: Tone, color: boolean): Look {
	return color ? looks[tone] : {};
}
