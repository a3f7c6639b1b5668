import { marked } from 'marked';
import { expect, test } from 'vitest';
import { fillTemplate } from '../../src/machine/facts.ts';
import { codeBlock, codeSpan, escapeMarkdown, table } from '../../src/report/escape-markdown.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { redactReport } from '../../src/report/redact.ts';
import { aDiagnosis, full } from './a-diagnosis.ts';
import { aReport, disconnected } from './sample-report.ts';

const rendered = (markdown: string): string => marked.parse(markdown, { async: false, gfm: true });

test('hostile values stay text', () => {
	const hostile = [
		'<img src=x onerror=alert(1)>',
		'[click](http://evil.example)',
		'`code` **bold** | cell | ~~gone~~ $math$',
		'https://evil.example www.evil.example @everyone #12',
		'# heading',
		'1. one',
		'- item',
		'&amp; &lt;',
	];
	for (const text of hostile) {
		const html = rendered(escapeMarkdown(text));
		expect(html, text).not.toMatch(/<(?!\/?p>)/);
		const cell = rendered(table(['a', 'b'], [[text, 'second']]));
		expect(cell.match(/<td>/g), text).toHaveLength(2);
		expect(cell, text).not.toMatch(/<(?:img|a|code|strong|del)\b/);
	}
});

test('code cannot be closed from inside', () => {
	expect(rendered(codeSpan('a`b``c'))).toContain('<code>a`b``c</code>');
	expect(rendered(codeBlock('sql', 'select 1\n```\n<b>x</b>'))).not.toContain('<b>');
});

test('the report begins with five lines that say it all', () => {
	const lines = toMarkdown(aReport({ redacted: true })).split('\n');
	expect(lines[0]).toBe('# KB900 Slots are gone');
	expect(lines.slice(2, 7).map((line) => /^- \*\*(\w+)\*\*/.exec(line)?.[1])).toEqual([
		'State',
		'Where',
		'Cause',
		'Done',
		'Next',
	]);
	expect(lines[2]).toContain('CRITICAL – 97 of 97 slots are taken');
	expect(lines[5]).toContain('Disconnect all clients: held');
});

test('the report shows query, rows, before and after, and the way back', () => {
	const markdown = toMarkdown(aReport());
	expect(markdown).toContain('```sql\nselect 1\n```');
	expect(markdown).toContain('| ims\\_app | 10.1.2.3 | openiz | 97 |');
	expect(markdown).toContain('| used | 97 | 40 |');
	expect(markdown, 'facts of other checks').not.toContain('senders');
	expect(markdown).toContain('proved by a login');
	expect(markdown).toContain('kbwizard undo 20261122-140000-qkzm');
	expect(markdown).toContain('only a person can say: Who is it?');
});

test('redacted, names and addresses are tokens, the same one everywhere', () => {
	const report = redactReport(aReport());
	const markdown = toMarkdown(report);
	for (const name of ['ims_app', 'ims\\_app', '10.1.2.3', 'openiz_audit', 'openiz', 'db1.example.org']) {
		expect(markdown, name).not.toContain(name);
	}
	expect(report.changes[0]?.statements).toEqual(['ALTER DATABASE "database-1" CONNECTION LIMIT 0']);
	expect(report.changes[0]?.parameters).toEqual({ database: 'database-1,database-2' });
	const [row] = report.diagnosis.findings[0]?.rows ?? [];
	expect(row).toEqual({ usename: 'role-1', client_addr: 'address-2', datname: 'database-1', count: 97 });
	expect(report.changes[0]?.verified?.note).toBe('15 sessions came back from address-2 within 210 ms');
	expect(report.diagnosis.server).toMatchObject({
		host: 'address-1',
		user: 'role-1',
		database: 'database-1',
	});
});

test.each(['db-1.example.org', '/run/pg-15/x', 'a.b*c+d?e', '(x)[y]{2}|^$', 'back\\slash', 'O’Brien & co'])(
	'the name %s is found in a text, whatever a pattern would make of its characters',
	(name) => {
		const findings = [{ ...full, text: `${name} holds 97 slots`, rows: [{ application_name: name }] }];
		const { diagnosis } = redactReport(aReport({ diagnosis: aDiagnosis({ findings }) }));
		expect(diagnosis.findings[0]?.text).toBe('application-1 holds 97 slots');
	},
);

test.each(['a "b" c', "O'Brien's", '[here](http://evil.example)', 'two  words', 'back\\"slash'])(
	'the name %s is found in a statement and in a sentence too',
	(name) => {
		const quoted = `"${name.replaceAll('"', '""')}"`;
		const literal = `'${name.replaceAll("'", "''")}'`;
		const change = {
			...disconnected,
			parameters: { role: name },
			statements: [`alter role ${quoted} connection limit 5`, `select ${literal}`],
			done: [{ what: `the connection limit of role ${quoted}`, status: 'done' as const, why: null }],
		};
		const text = fillTemplate('{limited_role} is full', { limited_role: name });
		const findings = [{ ...full, text, facts: { limited_role: name } }];
		const { changes, diagnosis } = redactReport(
			aReport({ changes: [change], diagnosis: aDiagnosis({ findings }) }),
		);
		expect(diagnosis.findings[0]?.text).toMatch(/^role-\d is full$/);
		expect(changes[0]?.statements).toEqual([
			expect.stringMatching(/^alter role "role-\d" connection limit 5$/),
			expect.stringMatching(/^select 'role-\d'$/),
		]);
		expect(changes[0]?.done[0]?.what).toMatch(/^the connection limit of role "role-\d"$/);
	},
);

test("the article's own words are not redacted", () => {
	const findings = [{ ...full, rows: [{ usename: 'Slots', datname: 'pools' }] }];
	const { diagnosis } = redactReport(aReport({ diagnosis: aDiagnosis({ findings }) }));
	expect(diagnosis.article.title).toBe('Slots are gone');
	expect(diagnosis.causes[0]?.title).toBe('Big pools');
	expect(diagnosis.findings[0]?.rows[0]).toEqual({ usename: 'role-2', datname: 'database-2' });
});

test('an address that only a message names is found too', () => {
	const findings = [
		{
			...full,
			error: {
				code: '28000',
				routine: 'ClientAuthentication',
				layer: 'authentication' as const,
				message: 'no pg_hba.conf entry for host "192.168.7.9" and fe80::1:2, version 15.18',
				next: [],
			},
		},
	];
	const { diagnosis } = redactReport(aReport({ diagnosis: aDiagnosis({ findings }) }));
	expect(diagnosis.findings[0]?.error?.message).toMatch(
		/^no pg_hba\.conf entry for host "address-\d" and address-\d, version 15\.18$/,
	);
});
