import { expect, test } from 'vitest';
import type { Report } from '../../../src/report/report.ts';
import { describeInBrowser } from '../../helpers/describe-in-browser.ts';
import { aReport } from '../a-report.ts';
import { openReport } from './opened-page.ts';

const long = 'a_name_that_somebody_chose_and_that_has_no_place_at_which_to_break_'.repeat(4);

/** Names as long as nobody's screen, and more columns than a page has room for. */
const wide: Report = {
	...aReport,
	diagnosis: {
		...aReport.diagnosis,
		article: { ...aReport.diagnosis.article, title: long },
		findings: aReport.diagnosis.findings.map((finding) => ({
			...finding,
			text: long,
			sql: `select ${long}`,
			rows: [Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`${index}_${long}`, long]))],
		})),
	},
	summary: aReport.summary.map(({ label }) => ({ label, text: long })),
	path: aReport.path.map((step) => ({ ...step, title: long, verdict: long })),
	timeline: aReport.timeline.map((event) => ({ ...event, text: long })),
	charts: {
		...aReport.charts,
		byClient: Array.from({ length: 40 }, (_, index) => ({ name: `${index}${long}`, count: index })),
	},
};

describeInBrowser('the report on paper and on a telephone', (browser) => {
	test('is A4, has every chapter, and opens what is folded', async () => {
		const { page } = await openReport(browser(), aReport, { colorScheme: 'dark' });
		// The summary stands under the title of the whole, without one of its own.
		const titles = await page.locator('h1, main > section:not(#summary) > h2').allTextContents();
		const pdf = (await page.pdf({ preferCSSPageSize: true, tagged: true, outline: true })).toString('latin1');
		const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, width, height]) => [
			Math.round(Number(width)),
			Math.round(Number(height)),
		]);
		expect(boxes.length).toBeGreaterThan(6);
		expect(boxes.length).toBeLessThan(20);
		expect(new Set(boxes.map(String))).toEqual(new Set(['595,842']));
		const outline = [...pdf.matchAll(/\/Title \((.*?)\)/g)].map(([, title]) => title);
		for (const title of titles) expect(outline).toContain(title);

		await page.emulateMedia({ media: 'print' });
		expect(await page.locator('details[open]').count()).toBe(0);
		const hidden = await page
			.locator('details .fold')
			.evaluateAll((folds) => folds.filter((fold) => !fold.checkVisibility()).length);
		expect(hidden).toBe(0);
		// Ink on white, though the screen is dark.
		expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
			'rgb(255, 255, 255)',
		);
		await page.emulateMedia({ media: 'screen' });
		const shown = await page
			.locator('details .fold')
			.evaluateAll((folds) => folds.filter((fold) => fold.checkVisibility()).length);
		expect(shown).toBe(0);
	});

	test.each([
		['a telephone', aReport, 390, 'screen'],
		['a telephone, with endless names', wide, 390, 'screen'],
		['a desk, with endless names', wide, 1280, 'screen'],
		// The width of A4 between its margins, in CSS pixels.
		['paper, with endless names', wide, 665, 'print'],
	] as const)('nothing hangs out of the page on %s', async (_, report, width, media) => {
		const { page } = await openReport(browser(), report, { viewport: { width, height: 800 } });
		await page.emulateMedia({ media });
		const [scroll, client] = await page.evaluate(() => [
			document.documentElement.scrollWidth,
			document.documentElement.clientWidth,
		]);
		expect(scroll).toBe(client);
	});

	test('a table that is too wide for a telephone is scrolled by the keyboard', async () => {
		const { page } = await openReport(browser(), aReport, { viewport: { width: 390, height: 800 } });
		const region = page.getByRole('region', { name: 'Rows: Do idle pools hold the slots?' });
		await region.focus();
		await page.keyboard.press('ArrowRight');
		await expect.poll(() => region.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
	});

	test('long rows are bounded, and the rest are counted', async () => {
		const { page } = await openReport(browser(), aReport);
		const rows = page
			.getByRole('region', { name: 'Rows: Do idle pools hold the slots?' })
			.locator('tbody tr');
		expect(await rows.count()).toBe(25);
		expect(await page.getByText('and 54 more rows').isVisible()).toBe(true);
	});
});
