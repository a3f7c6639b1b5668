/** When a log said a thing, and how often. */
import type { LogHistogram } from '../../report.ts';
import { count } from '../../words.ts';
import { clockOf, dayOf, instant, isInstant } from '../instant.ts';
import { type Html, h } from '../markup.ts';
import type { Numbers } from '../numbers.ts';
import { figure } from './figure.ts';
import { percent, rounded } from './scale.ts';

const height = 150;
const top = 24;
const bottom = 26;
const plot = height - top - bottom;
const rowsListed = 100;

/** As `1 min`, `30 s`, `2 h`. */
function lengthInWords(ms: number): string {
	if (ms >= 3_600_000) return `${rounded(ms / 3_600_000)} h`;
	return ms >= 60_000 ? `${rounded(ms / 60_000)} min` : `${rounded(ms / 1000)} s`;
}

/** Null without a bar. */
export function logChart({ title, barMs, bars: counted }: LogHistogram, numbers: Numbers): Html | null {
	const bars = counted.filter(({ from }) => isInstant(from));
	const [first] = bars;
	const last = bars.at(-1);
	if (first === undefined || last === undefined) return null;
	const start = Date.parse(first.from);
	const span = Date.parse(last.from) + barMs - start;
	const fullest = bars.reduce((a, b) => (b.events > a.events ? b : a));
	const total = bars.reduce((sum, { events }) => sum + events, 0);
	const end = new Date(start + span).toISOString();
	const sameDay = dayOf(first.from) === dayOf(end);
	const label = (iso: string): string => (sameDay ? clockOf(iso) : `${dayOf(iso)} ${clockOf(iso)}`);
	const listed = bars.filter(({ events }) => events > 0).slice(0, rowsListed);
	return figure(
		{
			title,
			description: `${count(total, 'event')} in the log from ${label(first.from)} to ${label(end)} UTC; the most, ${fullest.events} in ${lengthInWords(barMs)}, at ${label(fullest.from)} UTC.`,
			height,
			drawing: [
				h('line', { class: 'grid', x1: 0, x2: '100%', y1: top, y2: top }),
				h('text', { class: 'label', x: 0, y: top - 6 }, `${fullest.events} in ${lengthInWords(barMs)}`),
				...bars.map(({ from, events }) => {
					const tall = fullest.events > 0 ? rounded((events / fullest.events) * plot) : 0;
					return h('rect', {
						class: 'bar',
						x: percent(Date.parse(from) - start, span),
						y: rounded(top + plot - tall),
						width: percent(barMs * 0.82, span),
						height: tall,
					});
				}),
				h('line', { class: 'axis', x1: 0, x2: '100%', y1: top + plot, y2: top + plot }),
				h('text', { class: 'label', x: 0, y: height - 6 }, label(first.from)),
				h('text', { class: 'label', x: '100%', y: height - 6, 'text-anchor': 'end' }, `${label(end)} UTC`),
			],
			data: {
				caption: `${title}, each ${lengthInWords(barMs)} with an event`,
				head: ['from', 'events'],
				rows: listed.map(({ from, events }) => [instant(from), events]),
				named: true,
			},
		},
		numbers,
	);
}
