import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillTemplate } from '../../src/machine/facts.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { redactReport, unredactedReport } from '../../src/report/redact.ts';
import type { Report } from '../../src/report/report.ts';
import { TokenBook } from '../../src/report/token-book.ts';
import { aDiagnosis, full } from './a-diagnosis.ts';
import { aReport, disconnected } from './sample-report.ts';

const at = '2026-11-22T14:00:00.000Z';

/** Names in every field that can hold one. */
function told(): Report {
	const rows = [
		{ usename: 'ims_app', client_addr: '10.1.2.3', query: 'select $1', datname: 'openiz' },
		{ usename: 'ims_app', client_addr: '10.1.2.4', query: '<insufficient privilege>', datname: 'openiz' },
	];
	return aReport({
		diagnosis: aDiagnosis({ findings: [{ ...full, rows }] }),
		summary: [{ label: 'Where', text: 'openiz on DB1.example.org as ims_app' }],
		circumstances: {
			user: 'asha',
			host: 'bastion7',
			rights: 'ims_app is a member of pg_monitor',
			timeZones: { server: 'UTC', local: 'Africa/Dar_es_Salaam', logs: 'as on db1' },
		},
		thresholds: { 'are-the-slots-used-up': 'more than openiz may have' },
		timeline: [{ at, kind: 'log', text: 'db1 refused 10.1.2.3', severity: null }],
		outside: [{ at, solution: 'Shrink them', what: 'restarted bastion7 for asha', outcome: 'done' }],
		notes: [
			{
				at,
				by: 'asha',
				text: 'Called neema.k@clinic.example; /home/asha/openiz.log and C:\\Users\\juma\\x say host=ward3.example',
			},
			{ at, by: 'juma', text: 'ward3.example and old_role again' },
		],
		charts: {
			slots: [],
			byState: [{ name: 'idle', count: 3 }],
			byClient: [
				{ name: '10.1.2.3', count: 3 },
				{ name: 'local', count: 1 },
			],
			byApplication: [{ name: 'Ward agent', count: 1 }],
			logs: [],
			beforeAfter: [],
		},
		caveats: ['/home/asha/kb.md has changed'],
		changes: [{ ...disconnected, diff: '-host=db1.example.org password=***' }],
	});
}

const names =
	/ims_app|10\.1\.2|openiz|db1|asha|bastion7|neema|clinic\.example|juma|ward3|old_role|Ward agent/i;

test('no field of a report holds a name, and a name is one token in all of them', () => {
	const book = new TokenBook([['role-7', 'old_role']]);
	const report = redactReport(told(), book);
	expect(names.exec(JSON.stringify(report))?.[0]).toBeUndefined();
	expect(report.summary[0]?.text).toBe('database-1 on address-1 as role-8');
	expect(report.circumstances).toMatchObject({
		user: 'person-1',
		rights: 'role-8 is a member of pg_monitor',
	});
	expect(report.timeline[0]?.text).toMatch(/^address-1 refused address-\d$/);
	expect(report.notes.map(({ by, text }) => `${by}: ${text}`)).toEqual([
		expect.stringMatching(
			/^person-1: Called mail-1; \/home\/person-1\/database-1\.log and C:\\Users\\person-2\\x say host=address-\d$/,
		),
		expect.stringMatching(/^person-2: address-\d and role-7 again$/),
	]);
	expect(report.charts.byClient).toEqual([
		{ name: expect.stringMatching(/^address-\d$/), count: 3 },
		{ name: 'local', count: 1 },
	]);
	expect(report.caveats).toEqual(['/home/person-1/kb.md has changed']);
});

test('a token is the same next week', () => {
	const first = new TokenBook();
	redactReport(told(), first);
	const second = new TokenBook(first.entries);
	const grown = told();
	const findings = [{ ...full, rows: [{ usename: 'another' }, { usename: 'ims_app' }] }];
	const report = redactReport({ ...grown, diagnosis: aDiagnosis({ findings }) }, second);
	expect(report.diagnosis.findings[0]?.rows.map(({ usename }) => usename)).toEqual(['role-2', 'role-1']);
	// It holds what it was told, whatever was done to it by hand.
	const edited = new TokenBook([
		['role-1', 'a'],
		['role-1x', 'b'],
		['__proto__', 'c'],
		['role-5', 'a'],
	]);
	expect(edited.entries).toEqual([['role-1', 'a']]);
	expect(edited.tokenFor('role', 'd')).toBe('role-2');
});

test('it says how much was taken out, and of what was removed before it', () => {
	const report = redactReport(told());
	expect(report.redactions).toEqual([
		{ kind: 'address', count: 5 },
		{ kind: 'role', count: 1 },
		{ kind: 'database', count: 2 },
		{ kind: 'application', count: 1 },
		{ kind: 'person', count: 2 },
		{ kind: 'mail', count: 1 },
		{ kind: 'query', count: 1 },
		{ kind: 'secret', count: 1 },
	]);
	const markdown = toMarkdown(report);
	expect(markdown).toContain(
		'Taken out: 5 addresses, 1 role, 2 databases, 1 application, 2 persons, 1 mail address, 1 query without its values, 1 secret.',
	);
	expect(markdown).not.toContain('Not redacted');
});

test('a report with names says so first and last', () => {
	const report = unredactedReport(told());
	const lines = toMarkdown(report).trimEnd().split('\n');
	expect(lines[0]).toContain('**Not redacted**');
	expect(lines.at(-1)).toContain('**Not redacted**');
	expect(report.redactions.map(({ kind }) => kind)).toEqual(['query', 'secret']);
});

test('what names nobody stays readable', () => {
	const server = { host: 'server', database: 'postgres', user: 'postgres' };
	const findings = [{ ...full, text: 'the server refuses any role of postgres', facts: { role: 'any' } }];
	const diagnosis = aDiagnosis({ findings });
	const report = redactReport(
		aReport({
			changes: [],
			diagnosis: {
				...diagnosis,
				server: diagnosis.server === null ? null : { ...diagnosis.server, ...server },
			},
		}),
	);
	expect(report.diagnosis.findings[0]?.text).toBe('the server refuses any role of postgres');
});

test('whatever a role is called, no text holds its name', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme', minLength: 4, maxLength: 20 }), (name) => {
			const role = `q7z${name.trim().replaceAll(',', '')}q7z`;
			const text = fillTemplate('role {limited_role} is full, as "{limited_role}" said', {
				limited_role: role,
			});
			const findings = [{ ...full, text, facts: { limited_role: role } }];
			const report = redactReport(aReport({ changes: [], diagnosis: aDiagnosis({ findings }) }));
			expect(JSON.stringify(report)).not.toContain('q7z');
		}),
		{ numRuns: 60 },
	);
});
