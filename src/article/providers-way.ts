/** What a solution says for those hosts on which the tool does not apply it. */
import type { Markdown, Provider, Solution } from './article.ts';

/**
 * What to do by hand where this provider runs the server, in order.
 * @returns empty: the tool may apply it there, or the article says nothing of its own about it
 */
export function waysOn({ notOn, onProviders }: Solution, provider: Provider): readonly Markdown[] {
	if (!notOn.includes(provider)) return [];
	return onProviders.flatMap(({ providers, instructions }) =>
		providers.includes(provider) ? instructions : [],
	);
}
