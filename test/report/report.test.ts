/** A whole session, from its journal to what a reader gets: the golden report. */
import { readFile, writeFile } from 'node:fs/promises';
import { marked } from 'marked';
import { expect, test } from 'vitest';
import { toJson } from '../../src/report/json.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import type { Report } from '../../src/report/report.ts';
import { sessionReport } from '../../src/report/session-report.ts';
import { anArticle } from './a-diagnosis.ts';
import { aSession } from './a-session.ts';
import { misfits } from './json-schema.ts';

const golden = (name: string): URL => new URL(`golden/${name}`, import.meta.url);

function aReport(): Report {
	return sessionReport({
		session: aSession[0]?.session ?? '',
		records: aSession,
		article: anArticle(),
		tool: { name: 'kbwizard', version: '0.1.0' },
		writtenAt: '2026-11-22T14:30:00.000Z',
		caveats: ['kb900.md has changed since.'],
	});
}

/** With `GOLDEN=write` what is made now becomes what is expected: read the difference before it is committed. */
async function expectGolden(name: string, text: string): Promise<void> {
	if (process.env.GOLDEN === 'write') await writeFile(golden(name), text);
	expect(text).toBe(await readFile(golden(name), 'utf8'));
}

test('the Markdown of a session is the golden one', async () => {
	await expectGolden('report.md', toMarkdown(aReport()));
});

test('the JSON of a session is the golden one, and fits the schema that ships', async () => {
	const json = toJson(aReport());
	await expectGolden('report.json', json);
	const schema = async (name: string): Promise<unknown> =>
		JSON.parse(await readFile(new URL(`../../src/report/schema/${name}.json`, import.meta.url), 'utf8'));
	const referred = { 'kbwizard.diagnosis/1': await schema('diagnosis-1') };
	expect(misfits(JSON.parse(json), await schema('report-1'), '$', referred)).toEqual([]);
});

test('five lines say it all to whoever has no time', () => {
	expect(aReport().summary.map(({ label }) => label)).toEqual(['State', 'Where', 'Cause', 'Done', 'Next']);
	expect(aReport().summary[0]?.text).toMatch(
		/^OK – 40 of 97 slots are taken; before the change CRITICAL – 97/,
	);
});

test('the timeline is in order, and says when it was first logged, what was done, and who said what', () => {
	const { timeline } = aReport();
	const times = timeline.map(({ at }) => at);
	expect(times).toEqual([...times].sort());
	expect(timeline[0]).toMatchObject({ kind: 'log', at: '2026-11-22T13:40:00.000Z' });
	expect(timeline.map(({ kind }) => kind)).toEqual(
		expect.arrayContaining(['session', 'finding', 'choice', 'change', 'proof', 'person']),
	);
	expect(
		timeline.filter(({ text }) => text.includes('97 of 97')),
		'the same again is no event',
	).toHaveLength(1);
});

test('what can be drawn is counted: the slots while they were watched, who held them, what the log says', () => {
	const { charts } = aReport();
	expect(charts.slots.map(({ used }) => used)).toEqual([97, 97, 2, 31, 40]);
	expect(charts.byState).toEqual([
		{ name: 'idle', count: 90 },
		{ name: 'active', count: 7 },
	]);
	expect(charts.byClient.map(({ name }) => name)).toEqual(['10.1.2.3', 'not said']);
	expect(charts.logs).toMatchObject([{ barMs: 300_000, bars: [{ events: 3 }, { events: 9 }] }]);
	expect(charts.beforeAfter).toContainEqual({
		change: 'Shrink them',
		name: 'used',
		before: 97,
		after: 40,
	});
});

test('the way through the article is drawn with the verdicts, and nothing of a title acts in the drawing', () => {
	const report = aReport();
	expect(report.path.map(({ verdict }) => verdict)).toEqual(['full', 'the pools', 'now']);
	const hostile = {
		...report,
		path: report.path.map((step) => ({ ...step, title: 'x"]; click n0 "javascript:1"' })),
	};
	const [, drawing = ''] = /```mermaid\n([\s\S]*?)```/.exec(toMarkdown(hostile)) ?? [];
	expect(drawing).toContain('flowchart TD');
	expect(drawing).not.toContain('click n0 "');
	const labels = 2 * report.path.length + 1;
	expect(drawing.match(/"/g)?.length).toBe(2 * labels);
	expect(drawing, 'it leads to the cause, by what was said last').toMatch(/n2 -->\|"now"\| c0/);
	expect(drawing).toContain('c0(["Big pools (proved)"])');
});

test('the Markdown is one that a renderer takes apart as it was meant', () => {
	const tokens = marked.lexer(toMarkdown(aReport()));
	const headings = tokens.flatMap((token) =>
		token.type === 'heading' && token.depth === 2 ? [token.text] : [],
	);
	expect(headings).toEqual([
		'Server',
		'Symptoms',
		'Timeline',
		'Findings',
		'Causes',
		'What was changed',
		'What was done outside the tool',
		'What could not be seen',
		'How to undo it',
		'Next steps',
		'Notes',
		'The way through the article',
		'Taken out',
	]);
});
