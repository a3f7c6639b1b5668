/** Drawings: one accent, the limit in the colour of what it costs; told apart by fill and dash too. */
import { css } from '../markup.ts';

export const charts = css`
figure + figure, .beside, .beside + figure, .scroll + figure { margin-top: 2.25rem; }
.change figure { margin: 1.5rem 0; }
figcaption { margin-bottom: .625rem; font-size: .9375rem; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 2.25rem 2rem; align-items: start; }
.beside .numbered { display: block; }
.beside figure { margin: 0; min-width: 0; }

.chart { display: block; overflow: visible; font-size: .8125rem; fill: var(--ink); }
.chart .label { fill: var(--quiet); font-size: .75rem; }
.chart .value { font-weight: 700; }
.chart .grid { stroke: var(--rule); stroke-width: 1; }
.chart .axis { stroke: var(--quiet); stroke-width: 1; }
.chart .series { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.chart .area { fill: var(--accent-wash); fill-opacity: .6; }
.chart .limit { fill: none; stroke: var(--critical); stroke-width: 1.5; stroke-dasharray: 6 4; vector-effect: non-scaling-stroke; }
.chart .limit-label { fill: var(--critical); font-size: .75rem; font-weight: 700; }
.chart .track { fill: var(--rule); fill-opacity: .55; }
.chart .bar { fill: var(--accent); }
.chart .bar.before { fill: var(--paper); stroke: var(--quiet); stroke-width: 1.5; }
figure details { margin-top: .5rem; }
figure details summary { font-size: .8125rem; }
figure .scroll { margin-top: 0; }
`;
