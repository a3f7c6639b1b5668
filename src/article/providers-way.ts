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

/** Why what a solution does is not done by the tool there, for a provider of its `notOn`. */
export function whyNotOn(provider: Provider): string {
	switch (provider) {
		case 'unknown':
			return 'it is not known who runs this server; only its provider or a superuser can';
		case 'managed':
			return 'it cannot be applied on a managed server: whoever manages it writes its configuration anew';
		default:
			return `it cannot be applied on ${provider}: its provider keeps the superuser and the configuration`;
	}
}
