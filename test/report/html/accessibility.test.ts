import axe from 'axe-core';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Report } from '../../../src/report/report.ts';
import { describeInBrowser } from '../../helpers/describe-in-browser.ts';
import { aReport } from '../a-report.ts';
import { anEmptyReport } from './an-empty-report.ts';
import { hostile } from './hostile-report.ts';
import { openReport, unfold } from './opened-page.ts';

/** It looks at every element many times over, in milliseconds; a busy machine takes long. */
const axeTimeout = 180_000;

/** What was in order is not sent back: it is most of the page. */
const runAxe = "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)";

/** Long tables cost axe seconds and tell it nothing new. */
const brief: Report = {
	...aReport,
	diagnosis: {
		...aReport.diagnosis,
		findings: aReport.diagnosis.findings.map((finding) => ({ ...finding, rows: finding.rows.slice(0, 2) })),
	},
	changes: aReport.changes.map((change) => ({ ...change, rows: change.rows.slice(0, 2) })),
	charts: { ...aReport.charts, slots: aReport.charts.slots.slice(0, 3), logs: [] },
};

/** With the notices that most reports have no need of. */
const laden: Report = {
	...aReport,
	redacted: false,
	caveats: ['The journal ends in the middle of a record.'],
};

/** What axe holds against the page, one line each. */
async function violations(
	browser: Browser,
	report: Report,
	options: BrowserContextOptions = {},
): Promise<readonly string[]> {
	// The page's own policy lets no script in, and so not the tester's either.
	const { page } = await openReport(browser, report, { ...options, bypassCSP: true });
	await unfold(page);
	await page.evaluate(axe.source);
	const found = await page.evaluate<axe.Result[]>(runAxe);
	return found.flatMap(({ id, nodes }) =>
		nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
	);
}

describeInBrowser('the report for everybody', (browser) => {
	test.each([
		['in light', laden, { colorScheme: 'light' }],
		['in the dark', laden, { colorScheme: 'dark' }],
		['on a telephone', brief, { viewport: { width: 390, height: 800 } }],
		['with nothing in it', anEmptyReport, {}],
		['with hostile text in it', hostile(brief), {}],
	] as const)(
		'axe finds nothing %s',
		async (_, report, options) => {
			expect(await violations(browser(), report, options)).toEqual([]);
		},
		axeTimeout,
	);

	test(
		'axe would find something',
		async () => {
			const { page } = await openReport(browser(), brief, { bypassCSP: true });
			await page.addStyleTag({ content: 'dt { color: #aaa !important }' });
			await page.evaluate(axe.source);
			const found = await page.evaluate<axe.Result[]>(runAxe);
			expect(found.map(({ id }) => id)).toContain('color-contrast');
		},
		axeTimeout,
	);

	test('the letters of the charts stand out, in light and in the dark, which are two different things', async () => {
		const papers = new Set<string>();
		for (const colorScheme of ['light', 'dark'] as const) {
			const { page } = await openReport(browser(), aReport, { colorScheme });
			const { paper, weakest, letters } = await page.evaluate(() => {
				const channels = (colour: string): readonly number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
				const luminance = (colour: string): number =>
					channels(colour)
						.slice(0, 3)
						.map((channel) => channel / 255)
						.map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
						.reduce((sum, channel, index) => sum + channel * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
				const paper = getComputedStyle(document.documentElement).backgroundColor;
				const ratios = [...document.querySelectorAll('svg text')].map((text) => {
					const pair = [luminance(getComputedStyle(text).fill), luminance(paper)];
					return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
				});
				return { paper, weakest: Math.min(...ratios), letters: ratios.length };
			});
			papers.add(paper);
			expect(letters).toBeGreaterThan(20);
			expect(weakest).toBeGreaterThan(4.5);
		}
		expect(papers.size).toBe(2);
	});

	test('every chart says what it shows, and has its numbers as a table', async () => {
		const { page } = await openReport(browser(), aReport);
		const figures = await page.getByRole('figure').all();
		expect(figures).toHaveLength(7);
		for (const figure of figures) {
			await figure.locator('summary').click();
			expect(await figure.locator('td').count()).toBeGreaterThan(0);
		}
		const [first] = figures;
		expect(await first?.getByRole('img').ariaSnapshot()).toContain('Slots in use over the time watched');
		expect(await first?.locator('desc').textContent()).toMatch(
			/^41 of 97 slots were in use at 13:40:00 UTC and 38 of 97/,
		);
	});

	test('a keyboard reaches every link, every fold and every table that scrolls', async () => {
		const { page } = await openReport(browser(), aReport);
		const wanted = await page.evaluate(() => {
			const all = [...document.querySelectorAll('a, summary, [role=region]')];
			for (const [index, element] of all.entries()) element.setAttribute('data-stop', String(index));
			return all.length;
		});
		const reached = new Set<string>();
		for (let presses = 0; presses <= wanted; presses += 1) {
			await page.keyboard.press('Tab');
			const stop = await page.evaluate(() => document.activeElement?.getAttribute('data-stop') ?? null);
			if (stop === null) break;
			reached.add(stop);
			if (await page.evaluate(() => document.activeElement?.tagName === 'SUMMARY'))
				await page.keyboard.press('Enter');
		}
		expect(reached.size).toBe(wanted);
		expect(await page.locator('details:not([open])').count()).toBe(0);
	});

	test('the first stop skips to the report', async () => {
		const { page } = await openReport(browser(), aReport);
		await page.keyboard.press('Tab');
		await expect.poll(() => page.getByText('Skip to the report').boundingBox()).toMatchObject({ y: 16 });
		await page.keyboard.press('Enter');
		expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
	});

	test('the contents lead to every chapter', async () => {
		const { page } = await openReport(browser(), aReport);
		const titles = await page.locator('main > section > h2').allTextContents();
		const links = await page.getByRole('navigation', { name: 'Contents' }).getByRole('link').all();
		expect(await Promise.all(links.map((link) => link.textContent()))).toEqual(titles);
		expect(titles).toEqual([
			'Summary',
			'Server',
			'Symptoms',
			'In figures',
			'Timeline',
			'Findings',
			'Causes',
			'What was changed',
			'What was done outside the tool',
			'What could not be seen',
			'How to undo it',
			'Next steps',
			'How it was looked at',
			'The path through the article',
			'Notes',
			'What was taken out',
		]);
		for (const link of links) {
			expect(await page.locator(`${await link.getAttribute('href')} > h2`).textContent()).toBe(
				await link.textContent(),
			);
		}
	});

	test('nothing moves for whoever asked for stillness', async () => {
		const { page } = await openReport(browser(), aReport, { reducedMotion: 'reduce' });
		expect(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior)).toBe('auto');
	});
});
