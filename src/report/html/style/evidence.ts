/** Findings, lists, tables, queries: what the summary rests on. */
import { css } from '../markup.ts';

export const evidence = css`
.mark { display: inline-flex; align-items: center; gap: .4em; color: var(--tone); font-weight: 700; font-size: .9375em; white-space: nowrap; }
.shape { flex: none; width: 1.0625em; height: 1.0625em; fill: none; stroke: var(--tone); stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; overflow: visible; }

.facts { display: grid; gap: .3125rem; font-size: .9375rem; }
.facts > div { display: grid; grid-template-columns: 12rem 1fr; gap: 1rem; }
.facts dt { color: var(--quiet); }
.finding .facts, .change .facts { margin: .75rem 0; }
.finding .facts > div, .change .facts > div { grid-template-columns: 7.5rem 1fr; }

.symptoms ul { list-style: none; padding: 0; }
.symptoms li { display: grid; grid-template-columns: 6rem 1fr; gap: 1rem; }
.observed { font-size: .9375rem; color: var(--quiet); }
.observed.yes { color: var(--ink); font-weight: 700; }

.day + .day, .day + .more, .more + .day { margin-top: 1.5rem; }
.day h3 { margin-bottom: .5rem; }
.timeline { list-style: none; padding: 0; }
.event { display: grid; align-items: baseline; grid-template-columns: 4.75rem 4.75rem 1fr; gap: 0 .75rem; padding: .3125rem 0; margin: 0; }
.event + .event { border-top: 1px solid var(--rule); }
.event .kind { color: var(--quiet); font-size: .9375rem; }
.event .mark { margin-right: .375em; }
.event.acted .what { font-weight: 700; }

.finding { margin-top: 2.25rem; padding-left: 1.25rem; border-left: 4px solid var(--tone); }
h2 + .finding { margin-top: 0; }
.verdict { margin-top: .375rem; }
.verdict .mark { margin-right: .25em; }
.failure { margin: .75rem 0; padding: .75rem 1rem; background: var(--wash); }
.in-order { margin-top: 2.5rem; }
.finding.ok { margin-top: 0; padding: 0; border: 0; }
.in-order + .finding { margin-top: .5rem; }
.finding.ok > details { margin: 0; border-bottom: 1px solid var(--rule); }
.finding.ok > details > summary { padding: .5rem 0; color: var(--ink); }
.finding.ok .answer { color: var(--quiet); }
.finding.ok .question { margin-left: .375em; }
.finding.ok > details > .fold { padding: 0 0 1rem 1.25rem; }

.change { margin-top: 2.5rem; }
h2 + .change { margin-top: 0; }
.side { display: inline-block; min-width: 4.25em; padding-right: .5em; color: var(--quiet); }
.ranked { padding-left: 1.5rem; }
.ranked > li + li { margin-top: 1rem; }
.ranked > li::marker { font-weight: 700; }
.ranked .evidence { list-style: none; padding: 0; margin-top: .25rem; font-size: .9375rem; }
.tag { display: inline-block; padding: 0 .5em; border: 1px solid var(--rule); border-radius: 1em; color: var(--quiet); font-size: .8125rem; white-space: nowrap; }
.tag.proved { border-color: var(--ink); color: var(--ink); font-weight: 700; }
.tag.suspected { border-style: dashed; border-color: var(--quiet); }
.blind + .blind { margin-top: 1.5rem; }
.note + .note { margin-top: 1.5rem; }
.written { white-space: pre-wrap; }
p.written { margin-top: .125rem; }

details { margin-top: .75rem; }
summary { width: fit-content; max-width: 100%; cursor: pointer; color: var(--accent); font-size: .9375rem; }
.finding.ok > details > summary { width: auto; font-size: 1rem; }
.fold { padding-top: .5rem; }

pre code { font-size: inherit; }
pre { padding: .875rem 1rem; background: var(--wash); border: 1px solid var(--rule); border-radius: 3px; white-space: pre-wrap; line-height: 1.5; tab-size: 4; }
* + pre { margin-top: .75rem; }
.fold > pre { margin-top: 0; }
.diff .added { color: var(--ok); font-weight: 700; }
.diff .removed { color: var(--critical); }

.scroll { margin-top: 1rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; line-height: 1.45; overflow-wrap: normal; }
caption { text-align: left; padding-bottom: .5rem; font-size: .875rem; color: var(--quiet); overflow-wrap: anywhere; }
.numbered { color: var(--ink); font-weight: 700; padding-right: .375em; }
th, td { padding: .375rem 1rem .375rem 0; text-align: left; vertical-align: top; max-width: 24rem; overflow-wrap: break-word; }
.long { min-width: 16rem; }
.short, .instant { white-space: nowrap; }
.scroll time, .number { white-space: nowrap; }
.few { width: auto; min-width: min(100%, 24rem); }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-bottom: 1.5px solid var(--ink); vertical-align: bottom; overflow-wrap: normal; }
tbody th { font-weight: 400; }
tbody tr + tr > * { border-top: 1px solid var(--rule); }
.number { text-align: right; }
.more { margin-top: .5rem; color: var(--quiet); font-size: .875rem; }

.path { list-style: none; padding: 0; }
.path li { position: relative; margin: 0; padding: 0 0 .875rem 1.75rem; }
.path li::before { content: ""; position: absolute; left: .25rem; top: .45em; width: .75rem; height: .75rem; border: 2.5px solid var(--tone); border-radius: 50%; background: var(--paper); z-index: 1; }
.path li:not(:last-child)::after { content: ""; position: absolute; left: calc(.625rem - 1px); top: 1em; bottom: -.45em; width: 2px; background: var(--rule); }
.path li.critical::before { background: var(--tone); }
.path li.unseen::before { border-style: dotted; }
.stop { margin-right: .375rem; }
.path .mark { margin-right: .25rem; }

@media (max-width: 34rem) {
	.facts > div, .finding .facts > div, .change .facts > div { grid-template-columns: 6.75rem 1fr; gap: .75rem; }
	.symptoms li { grid-template-columns: 5.25rem 1fr; gap: .75rem; }
	.event { grid-template-columns: 4.75rem 1fr; }
	.event .what { grid-column: 1 / -1; }
	.finding { padding-left: .875rem; }
}
`;
