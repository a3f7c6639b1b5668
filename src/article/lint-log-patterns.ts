/** `name: pattern` lines of a `log` fence must be patterns that take linear time, whatever the log holds. */
import type { Article } from './article.ts';
import { logPatternLines } from './log-patterns.ts';
import type { Report } from './problems.ts';

export async function lintLogPatterns(article: Article, report: Report): Promise<void> {
	const fences = article.checks
		.flatMap(({ checks, evidence }) => [...checks, ...evidence])
		.filter(({ language, attributes }) => language === 'log' && attributes.signature === undefined);
	if (fences.length === 0) return;
	const { RE2JS } = await import('re2js');
	for (const fence of fences) {
		for (const entry of logPatternLines(fence.body)) {
			const line = fence.line + 1 + entry.line;
			if (entry.name === null) {
				report({
					line,
					rule: 'log-pattern',
					message: 'this line is not a name with a pattern',
					expected: 'name: pattern, the name in lower case',
				});
				continue;
			}
			try {
				RE2JS.compile(entry.pattern);
			} catch (error) {
				report({
					line,
					rule: 'log-pattern',
					message: `the pattern ${entry.name} cannot be used: ${error instanceof Error ? error.message : 'unreadable'}`,
					expected: 'a regular expression of RE2: no look-around, no back-references',
				});
			}
		}
	}
}
