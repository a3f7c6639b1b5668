/** Which screen a state is: the only thing that the UI and the headless driver ask of the machine's shape. */
import type { Slug } from '../article/article.ts';

/** `waiting`: a driver must say something; `busy`: an actor is at work; `ended`: nothing more will happen. */
export type StateTag = 'waiting' | 'busy' | 'ended';

export type Screen =
	/** What the article is about, before anything is looked at. */
	| { readonly name: 'intro' }
	| { readonly name: 'looking'; readonly check: Slug }
	/** There is no source for the check: the person may answer. */
	| { readonly name: 'asking'; readonly check: Slug }
	| { readonly name: 'waiting for a slot'; readonly check: Slug }
	| { readonly name: 'finding'; readonly check: Slug; readonly verdict: string }
	| { readonly name: 'causes' }
	| { readonly name: 'solution'; readonly solution: Slug }
	/** One step of a solution: a person does it, or the tool once its plan is agreed to. */
	| { readonly name: 'step'; readonly solution: Slug; readonly step: Slug }
	/** The step is in place; the next one comes. */
	| { readonly name: 'step done'; readonly solution: Slug; readonly step: Slug }
	| PartScreen
	| { readonly name: 'ended' };

/** Where a plan is made, applied, proved and taken back: of a whole solution, or of one step. */
export type PartScreen = {
	readonly name:
		| 'planning'
		| 'parameter'
		| 'preview'
		| 'plan expired'
		/** Nothing to do, or not possible here: `planned` says why. */
		| 'no plan'
		/** Somebody else must do it, elsewhere: `planned` says what. */
		| 'by hand'
		| 'applying'
		| 'not applied'
		| 'verifying'
		/** Nothing can measure it: the person says whether it helped. */
		| 'did it help'
		| 'held'
		/** It has held, and is looked at on and on. */
		| 'watching'
		| 'did not hold'
		| 'undoing'
		| 'undone';
	readonly solution: Slug;
	/** Null: the solution as a whole. */
	readonly step: Slug | null;
};

export type StateMeta = { readonly screen: Screen } | { readonly connection: ConnectionState };

export type ConnectionState = 'none' | 'connecting' | 'waiting' | 'held' | 'refused' | 'lost';

type WithMeta = { getMeta(): Readonly<Record<string, StateMeta | undefined>> };

/** The screen of a snapshot. Every leaf of the machine names one, which a test proves for every article. */
export function screenOf(snapshot: WithMeta): Screen {
	for (const meta of Object.values(snapshot.getMeta())) {
		if (meta !== undefined && 'screen' in meta) return meta.screen;
	}
	return { name: 'ended' };
}

/** What the connection is doing, whatever the screen shows. */
export function connectionOf(snapshot: WithMeta): ConnectionState {
	for (const meta of Object.values(snapshot.getMeta())) {
		if (meta !== undefined && 'connection' in meta) return meta.connection;
	}
	return 'none';
}
