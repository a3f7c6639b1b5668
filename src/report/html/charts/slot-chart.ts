/** Slots in use over the time watched, with the limit above them. */
import type { SlotSample } from '../../report.ts';
import { clockOf, instant, isInstant } from '../instant.ts';
import { type Html, h } from '../markup.ts';
import type { Numbers } from '../numbers.ts';
import { figure } from './figure.ts';
import { rounded, ticks } from './scale.ts';

const height = 240;
const top = 26;
const bottom = 26;
const plot = height - top - bottom;

/** Steps that a screen can show, and rows that a reader reads. */
const mostDrawn = 400;
const mostListed = 24;

/** How many samples stand for one where there may be no more than `most`. */
function stretchOf(samples: readonly SlotSample[], most: number): number {
	return Math.max(1, Math.ceil(samples.length / most));
}

/** The fullest sample of each stretch, so that no peak is lost. */
function thinned(samples: readonly SlotSample[], most: number): readonly SlotSample[] {
	const size = stretchOf(samples, most);
	return Array.from({ length: Math.ceil(samples.length / size) }, (_, index) =>
		samples.slice(index * size, (index + 1) * size),
	).flatMap(([first, ...others]) =>
		first === undefined ? [] : [others.reduce((a, b) => (b.used > a.used ? b : a), first)],
	);
}

/** Each value holds until the next sample: nobody knows what was between them. */
function steps(
	points: readonly (readonly [x: number, value: number])[],
	scaleY: (value: number) => number,
): string {
	return points
		.map(([x, value], index) =>
			index === 0 ? `M${rounded(x)} ${scaleY(value)}` : `H${rounded(x)}V${scaleY(value)}`,
		)
		.join('');
}

/** @param counted oldest first; null without any */
export function slotChart(counted: readonly SlotSample[], numbers: Numbers): Html | null {
	const samples = counted.filter(({ at }) => isInstant(at));
	const [first] = samples;
	const last = samples.at(-1);
	if (first === undefined || last === undefined) return null;
	const peak = samples.reduce((a, b) => (b.used > a.used ? b : a));
	const most = Math.max(1, ...samples.map(({ used, usable }) => Math.max(used, usable))) * 1.06;
	const start = Date.parse(first.at);
	const span = Date.parse(last.at) - start;
	const y = (value: number): number => rounded(top + plot * (1 - value / most));
	const inPlot = (value: number): number => rounded(100 * (1 - value / most));
	const drawn = thinned(samples, mostDrawn);
	const x = (sample: SlotSample): number => (span > 0 ? ((Date.parse(sample.at) - start) / span) * 1000 : 0);
	const used = steps(
		drawn.map((sample) => [x(sample), sample.used]),
		inPlot,
	);
	const limit = steps(
		drawn.map((sample) => [x(sample), sample.usable]),
		inPlot,
	);
	const grid = ticks(most).filter((tick) => Math.abs(y(tick) - y(last.usable)) > 16);
	const stretch = stretchOf(samples, mostListed);
	return figure(
		{
			title: 'Slots in use over the time watched',
			description: `${first.used} of ${first.usable} slots were in use at ${clockOf(first.at)} UTC and ${last.used} of ${last.usable} at ${clockOf(last.at)} UTC; at most ${peak.used}, at ${clockOf(peak.at)} UTC.`,
			height,
			drawing: [
				...grid.map((tick) =>
					h('line', { class: tick === 0 ? 'axis' : 'grid', x1: 0, x2: '100%', y1: y(tick), y2: y(tick) }),
				),
				h(
					'svg',
					{
						x: 0,
						y: top,
						width: '100%',
						height: plot,
						viewBox: '0 0 1000 100',
						preserveAspectRatio: 'none',
						'aria-hidden': 'true',
					},
					h('path', { class: 'area', d: `${used}H1000V100H0Z` }),
					h('path', { class: 'series', d: `${used}H1000` }),
					h('path', { class: 'limit', d: `${limit}H1000` }),
				),
				...grid.map((tick) => h('text', { class: 'label', x: 0, y: y(tick) - 4 }, tick)),
				h(
					'text',
					{ class: 'limit-label', x: '100%', y: y(last.usable) - 6, 'text-anchor': 'end' },
					`limit: ${last.usable} usable`,
				),
				h('text', { class: 'label', x: 0, y: height - 6 }, clockOf(first.at)),
				...(span > 0
					? [
							h(
								'text',
								{ class: 'label', x: '50%', y: height - 6, 'text-anchor': 'middle' },
								clockOf(new Date(start + span / 2).toISOString()),
							),
							h(
								'text',
								{ class: 'label', x: '100%', y: height - 6, 'text-anchor': 'end' },
								`${clockOf(last.at)} UTC`,
							),
						]
					: []),
			],
			data: {
				caption:
					stretch > 1
						? `Slots in use, the fullest of every ${stretch} samples`
						: 'Slots in use, whenever they were counted',
				head: ['at', 'in use', 'usable', 'in use, %'],
				rows: thinned(samples, mostListed).map(({ at, used, usable }) => [
					instant(at),
					used,
					usable,
					usable > 0 ? Math.round((used / usable) * 100) : null,
				]),
				named: true,
			},
		},
		numbers,
	);
}
