/** The report with an attack in every text that it holds. */
import type { Report } from '../../../src/report/report.ts';

/** Each would act if it became more than text; all set `acted`, or ask for something at `evil.test`. */
export const attacks: readonly string[] = [
	'<script>window.acted = 1</script>',
	'"><img src="https://evil.test/x" onerror="window.acted = 1">',
	"' autofocus tabindex=0 onfocus='window.acted = 1' x='",
	'<svg onload="window.acted = 1"><use href="https://evil.test/x"/></svg>',
	'</text></svg><iframe srcdoc="<script>parent.acted = 1</script>"></iframe>',
	'</style><style>@import "https://evil.test/x"; * { display: none !important }</style>',
	'--><script>window.acted = 1</script><!--',
	']]></title></textarea></noscript><script>window.acted = 1</script>',
	'javascript:window.acted=1',
	'<a href="javascript:window.acted = 1" ping="https://evil.test/x">here</a>',
	'<meta http-equiv="refresh" content="0;url=https://evil.test/x"><base href="https://evil.test/">',
	'&lt;script&gt;window.acted = 1&lt;/script&gt; &#60;b&#62; &nbsp;',
	'<form action="https://evil.test/x"><button autofocus>go</button></form>',
	'=HYPERLINK("https://evil.test/x","go")',
	'\u202e<moc.live\u202c\u2066\u200b\0\x1b]8;;https://evil.test\x07link',
	"{{constructor.constructor('window.acted = 1')()}}",
];

/** Words of our own, of which the page makes a class, a shape or a branch. */
const ours: ReadonlySet<string> = new Set([
	'schema',
	'stale',
	'severity',
	'kind',
	'source',
	'status',
	'standing',
	'proof',
	'risk',
	'how',
	'slot',
	'provider',
]);

/**
 * Every string of it begins with an attack, and ends as it was, so that all stay different; names of columns apart,
 * which {@link hostileColumns} covers.
 */
export function hostile(report: Report): Report {
	let next = 0;
	const attacked = JSON.stringify(report, (name, value: unknown) =>
		typeof value === 'string' && !ours.has(name) ? `${attacks[next++ % attacks.length]} ${value}` : value,
	);
	return JSON.parse(attacked);
}

/** The columns of the rows too. */
export function hostileColumns(report: Report): Report {
	const { diagnosis } = report;
	return {
		...report,
		diagnosis: {
			...diagnosis,
			findings: diagnosis.findings.map((finding) => ({
				...finding,
				rows: [Object.fromEntries(attacks.map((attack) => [attack, attack]))],
			})),
		},
	};
}
