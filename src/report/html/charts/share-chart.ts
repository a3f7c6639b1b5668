/** Who has how many, the most first: horizontal bars, each under its name. */
import type { Share } from '../../report.ts';
import { count } from '../../words.ts';
import { type Html, h } from '../markup.ts';
import type { Numbers } from '../numbers.ts';
import { figure } from './figure.ts';
import { percent, shortened } from './scale.ts';

const barsDrawn = 8;
const rowsListed = 100;
const rowHeight = 36;

/** The most first; those that have no bar of their own as one. */
function drawnOf(shares: readonly Share[]): readonly Share[] {
	const own = shares.slice(0, barsDrawn);
	const others = shares.slice(barsDrawn);
	if (others.length === 0) return own;
	return [
		...own,
		{
			name: `${others.length} ${others.length === 1 ? 'other' : 'others'}`,
			count: others.reduce((sum, share) => sum + share.count, 0),
		},
	];
}

/** @param what as in `Sessions by state`; @param name the head of the names' column */
export function shareChart(
	what: string,
	name: string,
	counted: readonly Share[],
	numbers: Numbers,
): Html | null {
	const shares = [...counted].sort((a, b) => b.count - a.count);
	const [largest] = shares;
	if (largest === undefined) return null;
	const total = shares.reduce((sum, share) => sum + share.count, 0);
	const drawn = drawnOf(shares);
	const most = Math.max(...drawn.map((share) => share.count));
	const listed = shares.slice(0, rowsListed);
	const left = shares.length - listed.length;
	return figure(
		{
			title: what,
			description: `${count(total, 'session')}, ${count(shares.length, 'bar')}; the most, ${largest.count}, under ${shortened(largest.name)}.`,
			height: drawn.length * rowHeight,
			drawing: drawn.flatMap((share, index) => {
				const y = index * rowHeight;
				return [
					h('text', { class: 'name', x: 0, y: y + 14 }, shortened(share.name, 28)),
					h('text', { class: 'value', x: '100%', y: y + 14, 'text-anchor': 'end' }, share.count),
					h('rect', { class: 'track', x: 0, y: y + 20, width: '100%', height: 8, rx: 2 }),
					h('rect', { class: 'bar', x: 0, y: y + 20, width: percent(share.count, most), height: 8, rx: 2 }),
				];
			}),
			data: {
				caption: left > 0 ? `${what}; ${left} more with fewer` : what,
				head: [name, 'sessions', '%'],
				rows: listed.map((share) => [
					share.name,
					share.count,
					total > 0 ? Math.round((share.count / total) * 100) : null,
				]),
				named: true,
			},
		},
		numbers,
	);
}
