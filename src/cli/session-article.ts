/** The article that an earlier session was about, as it is today. */
import type { SessionSummary } from '../session/list-sessions.ts';
import { type LoadedArticle, loadArticle } from './article-argument.ts';
import type { World } from './world.ts';

export type SessionArticle = {
	readonly loaded: LoadedArticle;
	/** Why it is not the text that the session was about; null: it is. */
	readonly changed: string | null;
};

/**
 * @param trust files that the user trusts, by their text
 * @throws ExpectedError where it is not there any more, or cannot be run
 */
export async function articleOfSession(
	{ opened, session, records }: Pick<SessionSummary, 'opened' | 'session' | 'records'>,
	world: World,
	trust: readonly string[] = [],
): Promise<SessionArticle> {
	const known = opened?.article ?? null;
	const loaded = await loadArticle(known?.path ?? known?.id ?? null, world, trust);
	// A run that went on with it may have been about a later text already.
	const text = records.findLast((record) => record.kind === 'opened' || record.kind === 'resumed');
	const same = text === undefined || text.article.sha256 === loaded.article.sha256;
	return {
		loaded,
		changed: same
			? null
			: `${known?.path ?? loaded.article.id} has changed since session ${session}: what is said of it now is by today's text`,
	};
}

/**
 * {@link articleOfSession} for what must not fail because an article is gone: what was changed is taken back by the
 * journal alone, and any article will do to stand in.
 */
export async function articleForUndo(
	chosen: Pick<SessionSummary, 'opened' | 'session' | 'records'>,
	world: World,
): Promise<SessionArticle> {
	try {
		return await articleOfSession(chosen, world);
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		return { loaded: await loadArticle(null, world), changed: `${why}; the journal is enough for an undo` };
	}
}
