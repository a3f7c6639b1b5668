/** What a bundle looks like: what the script writes, and what is read again. */
import { createHash } from 'node:crypto';
import type { Fence } from '../../article/article.ts';

/** Raised when a reader of this version would misunderstand it. */
export const bundleFormat = 1;

export const firstLine = `=== kbwizard bundle ${bundleFormat} begins ===`;
export const lastLine = `=== kbwizard bundle ${bundleFormat} ends ===`;

/** Characters of JSON on one line; with the brackets around them 74, so that quoting in a mail does not wrap them. */
export const lineLength = 72;

/** Digits of a check sum, and of a token. */
export const digestLength = 8;

/** Rows of evidence that a bundle takes for each check. */
export const bundledRows = 200;

/**
 * What names a fence across versions of an article: its query, and when it applies. A query that was changed since is
 * another one.
 */
export function fenceDigest({ body, min, max, againMs }: Fence): string {
	return createHash('sha256')
		.update(JSON.stringify([body, min, max, againMs]))
		.digest('hex')
		.slice(0, 12);
}
