import fc from 'fast-check';
import { marked, type Token, type TokensList } from 'marked';
import { expect, test } from 'vitest';
import { printable } from '../../src/evidence/untrusted.ts';
import { fillTemplate } from '../../src/machine/facts.ts';
import type { Row } from '../../src/machine/ports.ts';
import { asCell } from '../../src/report/escape-markdown.ts';
import { toJson } from '../../src/report/json.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { redactReport } from '../../src/report/redact.ts';
import type { Report } from '../../src/report/report.ts';
import { toText } from '../../src/report/text.ts';
import { aDiagnosis, full } from './a-diagnosis.ts';
import { aReport, disconnected } from './sample-report.ts';

/** What acts somewhere: in a terminal, in Markdown, in HTML, in a spreadsheet. */
const active = fc.constantFrom(
	...[
		'\x1b[31m',
		'\x1b]0;owned\x07',
		'\x9b2J',
		'\x07',
		'\r',
		'\n',
		'\t',
		'\0',
		'\u202e',
		'\u200b',
		'\ufeff',
		'\u2028',
	],
	...[
		'<img src=x onerror=alert(1)>',
		'<script>',
		'<!--',
		'-->',
		'</details>',
		'<a href="javascript:x">',
		'&lt;',
		'&#60;',
	],
	...[
		'[x](http://evil.example)',
		'![x](//evil.example/p)',
		'[x]: http://evil.example',
		'<http://evil.example>',
	],
	...[
		'https://evil.example',
		'www.evil.example',
		'a@evil.example',
		'@everyone',
		'#12',
		'`',
		'```',
		'~~~',
		'|',
		'\\',
	],
	...[
		'# ',
		'- ',
		'1. ',
		'> ',
		'---',
		'===',
		'***',
		'$x$',
		'=cmd|x!A1',
		'+1+1',
		'-2+3',
		'@SUM(1)',
		'    ',
		'name',
	],
);
const hostile = fc.array(active, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));

/** One in every field that something outside the program fills. */
function told(bad: string): Report {
	const row: Row = { usename: bad, application_name: bad, query: bad, [`column ${bad}`]: bad };
	const text = fillTemplate('{role} is full', { role: bad });
	const finding = {
		...full,
		...{ text, at: bad, verdict: bad, facts: { role: bad }, rows: [row] },
		error: { code: bad, routine: bad, layer: null, message: bad, next: [bad] },
	};
	const diagnosis = aDiagnosis({
		findings: [finding],
		notSeen: [{ check: 'who-is-it', why: bad, grant: bad }],
	});
	return aReport({
		diagnosis: {
			...diagnosis,
			article: { ...diagnosis.article, title: bad },
			server: diagnosis.server === null ? null : { ...diagnosis.server, host: bad, user: bad, database: bad },
			causes: diagnosis.causes.map((cause) => ({ ...cause, title: bad })),
			solutions: diagnosis.solutions.map((solution) => ({
				...solution,
				title: bad,
				available: false,
				why: bad,
			})),
			symptoms: [{ id: 'x', text: bad, observed: true }],
		},
		titles: { [full.check]: bad },
		changes: [
			{
				...disconnected,
				...{ title: bad, at: bad, outcome: bad, parameters: { role: bad }, statements: [bad], diff: bad },
				done: [{ what: bad, status: 'done', why: bad }],
				rows: [{ pid: 1, backend_start: bad, status: 'ended', why: bad, columns: row }],
				undoable: [bad],
			},
		],
		summary: [{ label: 'State', text: bad }],
		notes: [{ at: bad, by: bad, text: bad }],
		caveats: [bad],
		timeline: [{ at: bad, kind: 'log', text: bad, severity: null }],
		outside: [{ at: bad, solution: bad, what: bad, outcome: 'done' }],
	});
}

/** Our own, and nobody else's. */
const ownHtml = /^<(?:details><summary>[\w ]+<\/summary>|\/details>)\s*$/;

function tokensOf(markdown: string): readonly Token[] {
	const found: Token[] = [];
	const lexed: TokensList = marked.lexer(markdown, { gfm: true });
	marked.walkTokens(lexed, (token) => {
		found.push(token);
	});
	return found;
}

const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\p{Cf}]/u;

test('no value acts in a Markdown report', () => {
	fc.assert(
		fc.property(hostile, (bad) => {
			for (const report of [told(bad), redactReport(told(bad))]) {
				const markdown = printable(toMarkdown(report));
				expect(markdown).not.toMatch(controls);
				const tokens = tokensOf(markdown);
				const acting = tokens.filter(
					({ type, raw }) =>
						['link', 'image', 'def'].includes(type) || (type === 'html' && !ownHtml.test(raw)),
				);
				expect(acting.map(({ type, raw }) => `${type}: ${raw}`)).toEqual([]);
				// Nothing makes a section, a table or a fold of its own.
				const kinds = (type: string) => tokens.filter((token) => token.type === type).length;
				const calm = tokensOf(toMarkdown({ ...told('x'), redacted: report.redacted }));
				for (const type of ['heading', 'table', 'html'])
					expect(kinds(type), type).toBe(calm.filter((token) => token.type === type).length);
			}
		}),
		{ numRuns: 60 },
	);
});

test('no value acts in the text, nor in JSON, where it is still what it was', () => {
	fc.assert(
		fc.property(hostile, (bad) => {
			const { diagnosis } = told(bad);
			expect(printable(toText(diagnosis, () => bad))).not.toMatch(controls);
			const json = toJson(diagnosis);
			expect(json).not.toMatch(controls);
			expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(diagnosis)));
		}),
		{ numRuns: 60 },
	);
});

test.each([
	['=cmd|x!A1', "'=cmd|x!A1"],
	[' =1+1', "' =1+1"],
	['+255 700', "'+255 700"],
	['@SUM(A1)', "'@SUM(A1)"],
	['-2+3', "'-2+3"],
	['＝1', "'＝1"],
	['-2.5', '-2.5'],
	['–', '–'],
	['a=b', 'a=b'],
])('the cell %j', (text, shown) => {
	expect(asCell(text)).toBe(shown);
});
