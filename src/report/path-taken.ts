/** The way through the article: which checks were reached, in order, and what they said. */
import type { Slug } from '../article/article.ts';
import type { Finding } from '../machine/finding.ts';
import { decisiveFindings } from '../machine/rank.ts';
import type { PathStep } from './report.ts';

export function pathTaken(
	path: readonly Slug[],
	findings: readonly Finding[],
	titles: Readonly<Record<Slug, string>>,
): readonly PathStep[] {
	const decisive = new Map(decisiveFindings(findings).map((finding) => [finding.check, finding]));
	return path.map((check) => {
		const finding = decisive.get(check);
		return {
			check,
			title: titles[check] ?? check,
			verdict: finding?.verdict ?? null,
			severity: finding?.severity ?? null,
		};
	});
}
