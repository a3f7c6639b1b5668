/** What the screens share while they are up: stores beside the machine, and nothing of its flow. */
import type { Article } from '../article/article.ts';
import type { CheckAnswer } from '../machine/context.ts';
import type { DrivenWizard } from '../machine/driven.ts';
import { screenOf } from '../machine/screen.ts';
import { type AutoAdvance, createAutoAdvance } from './auto-advance.ts';
import { looksOf, type Size, type UiEnvironment } from './looks.ts';
import { createProseStore, type ProseStore, type RenderProse } from './prose-store.ts';
import { type FollowedPlan, type Scene, sceneOf, screenKey } from './scene.ts';
import { createTranscript, type TranscriptStore } from './transcript.ts';
import { createViewStore, type ViewStore } from './view-store.ts';

export type SessionOptions = {
	readonly wizard: DrivenWizard;
	/** As it was published. */
	readonly article: Article;
	readonly env: UiEnvironment;
	/** Of this program, for the help. */
	readonly version: string;
	/** The server as it was asked for, without secrets; null: none was. */
	readonly target: string | null;
	/** Who answers at this terminal. */
	readonly answeredBy: string;
	/** In milliseconds. */
	readonly now: () => number;
	readonly loadProse: () => Promise<RenderProse>;
	/** What an error message that was pasted says of the article's checks; absent: nothing is recognised. */
	readonly recognise?: (text: string) => Promise<readonly CheckAnswer[]>;
	/** The plan that is followed; absent: there is none. */
	readonly followed?: FollowedPlan;
	/** Writes a person's note down, for the report; absent: there is nowhere to keep one. */
	readonly keepNote?: (text: string) => Promise<void>;
	/** The report as it would be now, as Markdown; absent: none is made. */
	readonly report?: () => Promise<string>;
};

export type UiSession = SessionOptions & {
	readonly view: ViewStore;
	readonly prose: ProseStore;
	readonly transcript: TranscriptStore;
	readonly auto: AutoAdvance;
	/** The picture of this moment. @param now in milliseconds */
	scene(size: Size, now: number): Scene;
	/** Stops listening to the machine. */
	close(): void;
};

export function createUiSession(options: SessionOptions): UiSession {
	const { wizard, article, env, version, target, now } = options;
	const view = createViewStore(screenKey(screenOf(wizard.getSnapshot())), now());
	const prose = createProseStore(options.loadProse);
	const transcript = createTranscript(wizard, looksOf(env, { columns: 80, rows: 24 }).glyphs);
	// Before anybody draws: what was typed for one screen must never be read on the next.
	const subscription = wizard.subscribe((snapshot) => {
		const key = screenKey(screenOf(snapshot));
		if (key !== view.get().screen) view.enter(key, now());
	});
	const auto = createAutoAdvance(wizard, (mode) => view.change({ auto: mode }));
	return {
		...options,
		view,
		prose,
		transcript,
		auto,
		scene: (size, at) =>
			sceneOf({
				snapshot: wizard.getSnapshot(),
				article,
				view: view.get(),
				looks: looksOf(env, size),
				prose,
				now: at,
				target,
				followed: options.followed ?? null,
				version,
			}),
		close: () => {
			subscription.unsubscribe();
			auto.close();
			transcript.close();
		},
	};
}
