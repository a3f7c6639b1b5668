/** On A4: everything open, nothing cut in two that belongs together, and legible without colour. */
import { css } from '../markup.ts';

export const print = css`
@page {
	size: A4;
	margin: 18mm 17mm 20mm;
	@bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #58626f; }
}

@media print {
	html { font-size: 9.5pt; line-height: 1.5; }
	body { max-width: none; padding: 0; }
	.skip { display: none; }
	.contents { position: static; width: auto; padding: 0; margin-top: 1.5rem; overflow: visible; break-inside: avoid; }
	.contents ol { columns: 3; }
	.contents a { color: inherit; }
	main > section { margin-top: 2.25rem; }
	h1, h2, h3, caption, figcaption, summary { break-after: avoid; }
	figure, .beside, tr, .event, .note, .cause, .notice, .summary > div, .facts > div, .path li { break-inside: avoid; }
	figure { break-inside: auto; }
	figure > figcaption + svg { break-inside: avoid; }
	p, li { orphans: 3; widows: 3; }
	thead { display: table-header-group; }
	details::details-content { content-visibility: visible; display: block; height: auto; }
	details > summary { list-style: none; color: var(--ink); }
	.scroll { overflow: visible; }
	table { font-size: 8pt; }
	th, thead th, td, .long { max-width: none; min-width: 0; padding-right: .6rem; overflow-wrap: anywhere; }
	.instant, .many .short { white-space: normal; }
	pre { font-size: 8pt; border-left-width: 3px; }
	details pre { font-size: 6.5pt; line-height: 1.35; }
	a { text-decoration: none; }
	.mark, .chart, .finding, .notice, .path li::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
