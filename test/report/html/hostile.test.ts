import { expect, test } from 'vitest';
import { cleanText } from '../../../src/evidence/untrusted.ts';
import { beginsFormula } from '../../../src/report/formula.ts';
import { describeInBrowser } from '../../helpers/describe-in-browser.ts';
import { aReport } from '../a-report.ts';
import { attacks, hostile, hostileColumns } from './hostile-report.ts';
import { openReport, unfold } from './opened-page.ts';

/** What the page is made of: tags, and all attributes that could act or lead somewhere. */
const anatomy = (): { readonly tags: readonly string[]; readonly acting: readonly string[] } => {
	const all = [...document.querySelectorAll('*')];
	return {
		tags: [...new Set(all.map(({ tagName }) => tagName.toLowerCase()))].sort(),
		acting: all.flatMap((element) =>
			[...element.attributes]
				.filter(
					({ name, value }) =>
						/^(?:on|src|style|action|ping|srcdoc)/.test(name) ||
						(name === 'href' && !/^#[a-z0-9-]+$/.test(value)),
				)
				.map(({ name, value }) => `${element.tagName} ${name}=${value}`),
		),
	};
};

describeInBrowser('the report as a file from strangers', (browser) => {
	test('it has no script, asks for nothing, and the browser has no complaint', async () => {
		const { page, requests, complaints } = await openReport(browser(), aReport);
		const { tags, acting } = await page.evaluate(anatomy);
		expect(tags).not.toContain('script');
		expect(acting).toEqual(['LINK href=data:,']);
		expect(requests).toEqual([]);
		expect(complaints).toEqual([]);
	});

	test('its policy lets nothing in, should something get there after all', async () => {
		const { page, requests } = await openReport(browser(), aReport);
		await page.evaluate(() => {
			const script = document.createElement('script');
			script.textContent = 'window.acted = 1';
			const image = document.createElement('img');
			image.src = 'https://evil.test/x';
			document.body.append(script, image);
			return new Promise((settled) => image.addEventListener('error', settled));
		});
		expect(await page.evaluate(() => 'acted' in window)).toBe(false);
		expect(requests).toEqual([]);
	});

	test.each([
		['every text', hostile(aReport)],
		['every column', hostileColumns(aReport)],
	])('an attack in %s is text, and does nothing', async (_, report) => {
		const calm = await openReport(browser(), aReport);
		const { tags } = await calm.page.evaluate(anatomy);
		const { page, requests, complaints } = await openReport(browser(), report);
		await unfold(page);
		const found = await page.evaluate(anatomy);
		expect(found.tags.filter((tag) => !tags.includes(tag))).toEqual([]);
		expect(found.acting).toEqual(['LINK href=data:,']);
		expect(await page.evaluate(() => 'acted' in window)).toBe(false);
		expect(requests).toEqual([]);
		expect(complaints).toEqual([]);
		const shown = await page.locator('body').innerText();
		for (const attack of attacks) expect(shown).toContain(cleanText(attack));
		expect(shown).not.toMatch(/[\p{Cf}\0-\x08\x0b-\x1f\x7f-\x9f]/u);
	});

	test('nothing of it is a formula where it is pasted into a spreadsheet', async () => {
		const { page } = await openReport(browser(), hostileColumns(hostile(aReport)));
		await unfold(page);
		const cells = await page.locator('td, th, li, dt, dd, p, caption, h1, h2, h3, summary').allTextContents();
		expect(cells.filter((cell) => cell.includes("'=HYPERLINK")).length).toBeGreaterThan(20);
		expect(cells.filter(beginsFormula)).toEqual([]);
	});
});
