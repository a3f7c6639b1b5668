import type { Check } from './article.ts';

/** Whether a check is the attempt to connect by which all else is looked at, and not one with an application's own settings. */
export function isWayIn({ checks }: Pick<Check, 'checks'>): boolean {
	return checks.some(({ language, attributes }) => language === 'connect' && attributes.as === undefined);
}
