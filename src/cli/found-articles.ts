/** The articles that a text has to do with, and what it says of the best of them. */
import type { Article, Slug } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import { searchArticles } from '../article/search.ts';
import { recogniseText } from '../evidence/recognise.ts';
import { type CheckAnswer, initialContext } from '../machine/context.ts';
import type { RankedCause } from '../machine/finding.ts';
import { asWizard } from '../machine/guided.ts';
import { known } from '../machine/known.ts';
import { withAnswers } from '../machine/told-beforehand.ts';
import { shellWord } from '../report/words.ts';

export type FoundArticle = {
	readonly article: Article;
	/** Only for comparing within one search; 0: none of its words are in the text, but its checks know it. */
	readonly score: number;
	readonly matched: readonly string[];
	readonly answers: readonly CheckAnswer[];
};

/** An answer in words, and what it says. */
export type Recognised = {
	readonly answers: readonly {
		readonly check: Slug;
		readonly title: string;
		readonly verdict: string;
		readonly severity: string;
		readonly text: string;
		readonly recognised: string;
	}[];
	readonly causes: readonly Pick<RankedCause, 'id' | 'title' | 'standing'>[];
	/** Commands, the most useful first. */
	readonly next: readonly string[];
};

/** Those whose checks the text answers first, then by the words they share with it. */
export function findArticles(articles: readonly Article[], text: string, now: Date): readonly FoundArticle[] {
	const hits = new Map(searchArticles(articles, text).map((hit) => [hit.article, hit]));
	return articles
		.map((article) => ({
			article,
			score: hits.get(article)?.score ?? 0,
			matched: hits.get(article)?.matched ?? [],
			answers: recogniseText(text, article, now),
		}))
		.filter(({ score, answers }) => score > 0 || answers.length > 0)
		.sort(
			(a, b) =>
				b.answers.length - a.answers.length || b.score - a.score || a.article.id.localeCompare(b.article.id),
		);
}

/** What the text says of an article; null: it answers none of its checks. @param by who says so */
export function recognisedIn(
	{ article: published, answers }: FoundArticle,
	by: string,
	now: Date,
): Recognised | null {
	if (answers.length === 0) return null;
	const at = now.toISOString();
	const article = asWizard(published);
	const context = initialContext({ article, startedAt: at });
	const told = { ...context, ...withAnswers(context, { type: 'answers', answers, by, at }) };
	const given = answers.map(({ check, verdict }) => ` --answer ${shellWord(`${check}=${verdict}`)}`).join('');
	return {
		answers: told.findings.map(({ check, verdict, severity, text, facts }) => ({
			check,
			title: plainInline(article.checks.find(({ id }) => id === check)?.title ?? check),
			verdict,
			severity,
			text: plainInline(text),
			recognised: String(facts.recognised ?? ''),
		})),
		causes: known(told).causes.map(({ id, title, standing }) => ({
			...{ id, standing },
			title: plainInline(title),
		})),
		next: [`kbwizard ${published.id}`, `kbwizard check ${published.id}${given}`],
	};
}
