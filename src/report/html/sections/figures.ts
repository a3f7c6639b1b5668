import type { Charts } from '../../report.ts';
import { logChart } from '../charts/log-chart.ts';
import { shareChart } from '../charts/share-chart.ts';
import { slotChart } from '../charts/slot-chart.ts';
import { type Html, h } from '../markup.ts';
import type { Numbers } from '../numbers.ts';
import { type Section, section } from '../section.ts';

/** What the eye takes in quicker than a sentence; null: nothing was counted. */
export function figuresSection(charts: Charts, numbers: Numbers): Section | null {
	const slots = slotChart(charts.slots, numbers);
	const shares = [
		shareChart('Sessions by state', 'state', charts.byState, numbers),
		shareChart('Sessions by client', 'client', charts.byClient, numbers),
		shareChart('Sessions by application', 'application', charts.byApplication, numbers),
	].filter((chart): chart is Html => chart !== null);
	const logs = charts.logs.map((histogram) => logChart(histogram, numbers));
	if (slots === null && shares.length === 0 && logs.every((chart) => chart === null)) return null;
	return section(
		'figures',
		'In figures',
		slots,
		shares.length === 0 ? null : h('div', { class: 'beside' }, shares),
		logs,
	);
}
