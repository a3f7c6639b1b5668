import { expect, test } from 'vitest';
import { toHtml } from '../../../src/report/html/page.ts';
import type { Report } from '../../../src/report/report.ts';
import { aReport } from '../a-report.ts';
import { anEmptyReport } from './an-empty-report.ts';

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** What a reader reads, on one line. */
function textOf(html: string): string {
	return html
		.replace(/<style>[\s\S]*<\/style>/, '')
		.replaceAll(/<[^>]*>/g, ' ')
		.replaceAll(/&([a-z#0-9]+);/g, (_, name: string) => entities[name] ?? '')
		.replaceAll(/\s+/g, ' ');
}

/** Names that stand for something which is shown in words, and times, which are shown as a reader writes them. */
const notWords =
	/^(?:schema|id|check|solution|change|source|proof|stale|kind|how|at|startedAt|finishedAt|writtenAt|from|facts)$/;

/** Every text of a report that a reader should find. */
function words(value: unknown): readonly string[] {
	if (typeof value === 'string') return [value.trim().replaceAll(/\s+/g, ' ')];
	if (typeof value !== 'object' || value === null) return [];
	// Of long rows it shows the first.
	if (Array.isArray(value)) return value.slice(0, 20).flatMap(words);
	return Object.entries(value).flatMap(([name, held]) => (notWords.test(name) ? [] : words(held)));
}

test('nothing that the report says is left out', () => {
	const shown = textOf(toHtml(aReport));
	const { titles, diagnosis, ...report } = aReport;
	const { path: _, ...found } = diagnosis;
	const missing = words([found, report]).filter((text) => !shown.includes(text));
	expect([...new Set(missing)]).toEqual([]);
	expect(shown).toContain(titles['do-idle-pools-hold-the-slots']);
	expect(shown).toContain('2026-11-22 14:01:06 UTC');
	expect(shown).toContain('several sources');
	expect(shown).toContain('moderate risk guided steps');
	expect(shown).toContain('Tried: held');
	expect(shown).toContain('queries without their values 79');
	expect(shown).toContain('seen before the computer slept, and not again since');
	expect(shown).toContain('fits false true');
});

test('the same report gives the same bytes', () => {
	expect(toHtml(structuredClone(aReport))).toBe(toHtml(aReport));
});

test('where there is nothing to say, it says so', () => {
	const shown = textOf(toHtml(anEmptyReport));
	for (const line of [
		'No server answered.',
		'Nothing was recorded.',
		'Nothing could be determined.',
		'No cause was found.',
		'Nothing was changed.',
		'Nothing was looked at.',
		'There is nothing to take back.',
		'None is advised.',
		'No check was reached.',
	])
		expect(shown).toContain(line);
	expect(shown).not.toMatch(/\b(?:null|undefined|NaN|Infinity)\b/);
});

test('what a person did by hand says so', () => {
	const changes = aReport.changes.map((change) => ({ ...change, by: 'person' as const }));
	expect(textOf(toHtml({ ...aReport, changes }))).toContain('By a person, step by step');
	expect(textOf(toHtml(aReport))).not.toContain('step by step');
});

test('how bad it is now stands beside how bad it was found, as long as the cure holds', () => {
	expect(textOf(toHtml(aReport))).toContain('found: critical now: ok');
	const undone: Report = {
		...aReport,
		changes: aReport.changes.map((change) => ({
			...change,
			undone: {
				session: 'later',
				undone: ['the pools are as they were'],
				skipped: [{ what: 'x', why: 'y' }],
			},
		})),
	};
	const shown = textOf(toHtml(undone));
	expect(shown).not.toContain('now: ok');
	expect(shown).toContain('taken back the pools are as they were');
	expect(shown).toContain('left as it is x (y)');
	expect(shown).not.toContain('kbwizard undo');
});

test('a report that was not redacted is marked as such, and what it cannot vouch for stands before all else', () => {
	const shown = textOf(toHtml({ ...aReport, redacted: false, caveats: ['The journal was cut.'] }));
	expect(shown).toMatch(/Not redacted\..*Before you rely on it The journal was cut\..*State.*Contents/);
	expect(textOf(toHtml(aReport))).not.toContain('Not redacted');
});
