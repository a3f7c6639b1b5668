import type { Check } from './article.ts';
import { parseDuration } from './duration.ts';

/** How long a check leaves a connection alone (`rest for=5m`), in milliseconds; null: it does no such thing. */
export function restLength({ checks }: Check): number | null {
	const fence = checks.find(({ language }) => language === 'rest');
	return fence === undefined ? null : parseDuration(fence.attributes.for ?? '5m');
}

/** As `5 minutes`. */
export function restInWords(milliseconds: number): string {
	const minutes = Math.round(milliseconds / 6_000) / 10;
	if (milliseconds < 60_000) return `${Math.round(milliseconds / 100) / 10} seconds`;
	return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}
