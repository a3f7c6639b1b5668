/** The statistics of this machine's sessions, with what today's articles add to them. */
import type { Article } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import { knownFindings } from '../report/session-report.ts';
import { type SessionStats, sessionStats } from '../report/session-stats.ts';
import type { SessionSummary } from '../session/list-sessions.ts';
import { loadArticle } from './article-argument.ts';
import { causesFrom } from './concluded-causes.ts';
import type { World } from './world.ts';

/** Each by its place, or else its id; those that are there no more are missing. */
async function articlesOf(
	sessions: readonly SessionSummary[],
	world: World,
): Promise<ReadonlyMap<string, Article>> {
	const words = new Set(
		sessions.flatMap(({ opened }) => (opened === null ? [] : [opened.article.path ?? opened.article.id])),
	);
	const articles = new Map<string, Article>();
	for (const word of words) {
		try {
			articles.set(word, (await loadArticle(word, world)).article);
		} catch {
			// It is gone, or cannot be read any more: what its sessions wrote down is counted all the same.
		}
	}
	return articles;
}

export async function siteStats(sessions: readonly SessionSummary[], world: World): Promise<SessionStats> {
	const articles = await articlesOf(sessions, world);
	return sessionStats({
		sessions,
		causesOf({ opened, records }) {
			const article = opened === null ? undefined : articles.get(opened.article.path ?? opened.article.id);
			return article?.sha256 === opened?.article.sha256 && article !== undefined
				? causesFrom(article, knownFindings(records))
				: [];
		},
		titleOf(id, solution) {
			const titles = [...articles.values()]
				.filter((article) => article.id === id)
				.flatMap(({ solutions }) => solutions);
			return plainInline(titles.find((each) => each.id === solution)?.title ?? solution);
		},
	});
}
