import type { Undone } from '../machine/ports.ts';
import { count } from './words.ts';

/** What was taken back, as plain text; the first line says it all. */
export function undoToText({ undone, skipped }: Undone): string {
	const headline =
		undone.length === 0 && skipped.length === 0
			? 'nothing to take back'
			: `${count(undone.length, 'change')} taken back, ${count(skipped.length, 'change')} left as ${skipped.length === 1 ? 'it is' : 'they are'}`;
	const lines = [
		headline,
		...undone.map((what) => `  taken back: ${what}`),
		...skipped.map(({ what, why }) => `  left as it is: ${what} (${why})`),
	];
	return `${lines.join('\n')}\n`;
}
