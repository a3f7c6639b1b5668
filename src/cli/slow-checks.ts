import type { Article, Slug } from '../article/article.ts';

/** Checks that take two samples, or hold a connection for minutes: a solution's plan needs none of them. */
export function slowChecks({ checks }: Article): readonly Slug[] {
	return checks
		.filter(({ checks: fences }) =>
			fences.some(
				({ againMs, language, attributes }) => againMs !== null || language === 'rest' || 'for' in attributes,
			),
		)
		.map(({ id }) => id);
}
