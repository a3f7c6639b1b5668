/** A `wait` fence: for what, of whom, and for how long. */
import { nearestName } from '../nearest-name.ts';
import type { Article, Fence } from './article.ts';
import { parseDuration } from './duration.ts';
import type { QueryShapes } from './lint-queries.ts';
import type { Report } from './problems.ts';

export function lintWaits(article: Article, shapes: QueryShapes, report: Report): void {
	for (const { steps } of article.solutions) {
		for (const { applies } of steps) {
			for (const fence of applies) if (fence.language === 'wait') lintWait(article, fence, shapes, report);
		}
	}
}

function lintWait({ checks }: Article, fence: Fence, shapes: QueryShapes, report: Report): void {
	const { until = '', of, for: duration } = fence.attributes;
	const wrong = (message: string, expected: string, nearest: string | null = null): void =>
		report({ line: fence.line, rule: 'bad-attribute', message, expected, nearest });
	if (duration !== undefined && parseDuration(duration) === null)
		wrong(`for=${duration} is not a duration`, 'for=10m');
	if ((of === undefined) === (fence.body.trim() === ''))
		wrong(
			'a wait asks either a check or a query of its own',
			'of=the-id-of-a-check, or a query in the fence',
		);
	const check = checks.find(({ id }) => id === of);
	if (of !== undefined && check === undefined) {
		const ids = checks.map(({ id }) => id);
		wrong(`there is no check ${of}`, 'the id of a check', nearestName(of, ids));
		return;
	}
	const listed = check?.branches.map(({ verdict }) => verdict) ?? shapes.get(fence)?.verdicts ?? null;
	// What is wrong with the query itself has been said.
	if (listed === null) return;
	for (const verdict of until.split(',').map((each) => each.trim())) {
		if (listed.includes(verdict)) continue;
		report({
			line: fence.line,
			rule: 'unknown-verdict',
			message: verdict === '' ? 'this wait does not say until when' : `nothing answers ${verdict} here`,
			expected: `until= with one of ${listed.join(', ')}`,
			nearest: nearestName(verdict, listed),
		});
	}
}
