/** A report as a browser shows it, with the network cut and all that it tried to do written down. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { toHtml } from '../../../src/report/html/page.ts';
import type { Report } from '../../../src/report/report.ts';

export type OpenedPage = {
	readonly page: Page;
	/** Addresses that were asked for, the report's own apart. */
	readonly requests: readonly string[];
	/** Errors of the page, messages on its console, windows that it opened. */
	readonly complaints: readonly string[];
};

const address = 'https://report.test/';

/** Closed at the end of the test. */
export async function openReport(
	browser: Browser,
	report: Report,
	options: BrowserContextOptions = {},
): Promise<OpenedPage> {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
	onTestFinished(() => context.close());
	const requests: string[] = [];
	const complaints: string[] = [];
	await context.route('**/*', (route) => {
		const url = route.request().url();
		if (url === address) return route.fulfill({ contentType: 'text/html', body: toHtml(report) });
		requests.push(url);
		return route.abort();
	});
	const page = await context.newPage();
	page.on('console', (message) => complaints.push(message.text()));
	page.on('pageerror', (error) => complaints.push(error.message));
	page.on('dialog', (dialog) => {
		complaints.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	context.on('page', () => complaints.push('another page'));
	await page.goto(address, { waitUntil: 'load' });
	return { page, requests, complaints };
}

/** Opens whatever is folded, so that it is looked at too. */
export async function unfold(page: Page): Promise<void> {
	await page.evaluate(() => {
		for (const details of document.querySelectorAll('details')) details.open = true;
	});
}
