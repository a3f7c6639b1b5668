/** The same numbers before a change and after it; each pair to its own scale, for they count different things. */
import type { BeforeAfter } from '../../report.ts';
import { type Html, h } from '../markup.ts';
import type { Numbers } from '../numbers.ts';
import { figure } from './figure.ts';
import { percent, rounded, shortened } from './scale.ts';

const pairHeight = 68;

/** Bars begin right of their words, and end left of their values. */
const barFrom = 20;
const barRoom = 64;

function bar(word: string, value: number, most: number, y: number): readonly Html[] {
	return [
		h('text', { class: 'label', x: 0, y: y + 10 }, word),
		h('rect', {
			class: `bar ${word}`,
			x: `${barFrom}%`,
			y,
			width: percent(value * (barRoom / 100), most),
			height: 11,
			rx: 2,
		}),
		h('text', { class: 'value', x: '100%', y: y + 10, 'text-anchor': 'end' }, rounded(value)),
	];
}

/** @param change what was done; null without a pair */
export function beforeAfterChart(
	change: string,
	pairs: readonly BeforeAfter[],
	numbers: Numbers,
): Html | null {
	if (pairs.length === 0) return null;
	return figure(
		{
			title: `Before and after: ${change}`,
			description: `${pairs.map(({ name, before, after }) => `${shortened(name)}: ${rounded(before)} before, ${rounded(after)} after`).join('; ')}.`,
			height: pairs.length * pairHeight,
			drawing: pairs.flatMap(({ name, before, after }, index) => {
				const y = index * pairHeight;
				const most = Math.max(before, after);
				return [
					h('text', { class: 'name', x: 0, y: y + 14 }, shortened(name)),
					...bar('before', before, most, y + 22),
					...bar('after', after, most, y + 40),
				];
			}),
			data: {
				caption: `Before and after: ${change}`,
				head: ['what', 'before', 'after'],
				rows: pairs.map(({ name, before, after }) => [name, rounded(before), rounded(after)]),
				named: true,
			},
		},
		numbers,
	);
}
