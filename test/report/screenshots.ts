/** The pictures of the report that the README shows: `npm run screenshots`, which writes them to `screenshots/`. */
import { mkdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { toHtml } from '../../src/report/html/page.ts';
import { startBrowser } from '../helpers/browser.ts';
import { aReport } from './a-report.ts';

const folder = fileURLToPath(new URL('screenshots/', import.meta.url));

/** Larger ones make a README slow. */
const mostBytes = 200_000;

type Picture = {
	readonly name: string;
	readonly colorScheme: 'light' | 'dark';
	readonly width: number;
	readonly height: number;
	/** The chapter that it begins with; null: the top of the page. */
	readonly from: string | null;
};

const pictures: readonly Picture[] = [
	{ name: 'report-light', colorScheme: 'light', width: 1220, height: 1060, from: null },
	{ name: 'report-dark', colorScheme: 'dark', width: 1220, height: 1060, from: null },
	{ name: 'report-figures', colorScheme: 'light', width: 1220, height: 1060, from: 'figures' },
	{ name: 'report-findings', colorScheme: 'dark', width: 1220, height: 1060, from: 'timeline' },
];

await mkdir(folder, { recursive: true });
const browser = await startBrowser();
try {
	for (const { name, colorScheme, width, height, from } of pictures) {
		const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
		await page.setContent(toHtml(aReport), { waitUntil: 'load' });
		if (from !== null) await page.locator(`nav a[href="#${from}"]`).click();
		await page.mouse.move(0, 0);
		const path = `${folder}${name}.png`;
		await page.screenshot({ path });
		const { size } = await stat(path);
		if (size > mostBytes) throw new Error(`${path} has ${size} bytes, more than ${mostBytes}: crop it`);
		console.log(`${path}: ${size} bytes`);
		await page.close();
	}
} finally {
	await browser.close();
}
