import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { startBrowser } from './browser.ts';

/** A `describe` with a browser; where none can be started it is skipped, and says why; in CI that is a failure. */
export function describeInBrowser(title: string, body: (browser: () => Browser) => void): void {
	describe(title, () => {
		let browser: Browser | null = null;
		let why = 'it was not started';
		beforeAll(async () => {
			try {
				browser = await startBrowser();
			} catch (error) {
				why = error instanceof Error ? error.message : String(error);
				if (process.env.CI === 'true') throw error;
				console.error(`SKIPPED: "${title}": Chromium does not start on this machine: ${why}`);
			}
		}, 120_000);
		afterAll(async () => {
			await browser?.close();
		});
		beforeEach(({ skip }) => {
			skip(browser === null, `no browser: ${why}`);
		});
		body(() => {
			if (browser === null) throw new Error('The browser is there inside tests only.');
			return browser;
		});
	});
}
