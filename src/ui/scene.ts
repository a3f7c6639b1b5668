import type { Article } from '../article/article.ts';
import type { DrivenSnapshot } from '../machine/driven.ts';
import { isGuided } from '../machine/guided.ts';
import { type Known, known } from '../machine/known.ts';
import { type ConnectionState, connectionOf, type Screen, screenOf } from '../machine/screen.ts';
import type { Looks } from './looks.ts';
import type { ProseStore } from './prose-store.ts';
import type { View } from './view-store.ts';

/** A plan that somebody handed over, as far as it is shown. */
export type FollowedPlan = {
	readonly by: string;
	/** ISO 8601. */
	readonly madeAt: string;
	readonly notes: readonly string[];
	/** What was changed in the file since it was saved must be looked at twice. */
	readonly edited: boolean;
};

/** Everything that a picture is made of: a page, a key and the footer see the same. */
export type Scene = {
	readonly snapshot: DrivenSnapshot;
	readonly screen: Screen;
	readonly connection: ConnectionState;
	/** As it was published, before its symptoms became questions. */
	readonly article: Article;
	readonly view: View;
	readonly looks: Looks;
	readonly prose: ProseStore;
	/** In milliseconds. */
	readonly now: number;
	/** The server as it was asked for; null: none was. */
	readonly target: string | null;
	/** The plan that is followed; null: there is none. */
	readonly followed: FollowedPlan | null;
	readonly version: string;
	/** What follows from what is known. */
	known(): Known;
};

export type SceneInput = Omit<Scene, 'screen' | 'connection' | 'known'>;

export function sceneOf(input: SceneInput): Scene {
	const { snapshot } = input;
	let cached: Known | null = null;
	return {
		...input,
		screen: screenOf(snapshot),
		connection: connectionOf(snapshot),
		// Ranking is asked for by few screens: it is not done for the others.
		known() {
			cached ??= known(snapshot.context);
			return cached;
		},
	};
}

/** Nobody connects: by a person's word, or because the article has nothing that a tool could look at. */
export const onlyAsks = ({ snapshot: { context } }: Pick<Scene, 'snapshot'>): boolean =>
	context.asksOnly || isGuided(context.article);

/** Which screen it is, so that two of them are told apart. */
export const screenKey = (screen: Screen): string => JSON.stringify(screen);
