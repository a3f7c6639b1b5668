/** The wizard in a terminal: the only place that lets Ink draw. */
import { render } from 'ink';
import type { Article } from '../article/article.ts';
import type { CheckAnswer } from '../machine/context.ts';
import type { DrivenSnapshot, DrivenWizard } from '../machine/driven.ts';
import type { UiEnvironment } from './looks.ts';
import type { RenderProse } from './prose-store.ts';
import type { FollowedPlan } from './scene.ts';
import { createUiSession } from './session.ts';
import { type Leaving, type SuspendTerminal, Wizard } from './Wizard.tsx';

export type ShowWizardOptions = {
	/** The machine's actor, or what stands in for it. */
	readonly wizard: DrivenWizard;
	/** As it was published. */
	readonly article: Article;
	readonly stdin: NodeJS.ReadableStream;
	readonly stdout: NodeJS.WritableStream;
	readonly env: UiEnvironment;
	readonly version: string;
	/** The server as it was asked for, without secrets; default null: none was. */
	readonly target?: string | null;
	/** Who answers at this terminal; default `the person at the terminal`. */
	readonly answeredBy?: string;
	/** What an error message that was pasted says of the article's checks; default: nothing is recognised. */
	readonly recognise?: (text: string) => Promise<readonly CheckAnswer[]>;
	/** The plan that is followed; default: there is none. */
	readonly followed?: FollowedPlan;
	/** Writes a person's note down, for the report; default: there is nowhere to keep one. */
	readonly keepNote?: (text: string) => Promise<void>;
	/** The report as it would be now, as Markdown; default: none is made. */
	readonly report?: () => Promise<string>;
	/** The time in milliseconds; default the clock of this machine. */
	readonly now?: () => number;
};

export type WizardEnd = { readonly snapshot: DrivenSnapshot; readonly how: Leaving };

/** A wizard that is on the screen: its first frame is there, and keys are heard. */
export interface ShownWizard {
	/** Resolves when the person has left, and the terminal is as it was before. */
	readonly end: Promise<WizardEnd>;
	/** Resolves when keys are heard, at once after the first frame. */
	readonly ready: Promise<void>;
	/** Lends the terminal to something else that asks there; the page comes back afterwards. */
	lend<T>(use: () => Promise<T>): Promise<T>;
	/** Gives the terminal back, without the page and without last words, where the person has not left by then. */
	close(): void;
}

/** Loaded when the first prose is shown: it is the slowest of our libraries. */
async function loadProse(): Promise<RenderProse> {
	const { toTerminal } = await import('./markdown.ts');
	return toTerminal;
}

const isLeaving = (value: unknown): value is Leaving =>
	value === 'ended' || value === 'left' || value === 'interrupted';

/** Shows the wizard. It goes on to belong to the caller, who stops it and closes what it holds. */
export function showWizard(options: ShowWizardOptions): ShownWizard {
	const { wizard, article, env } = options;
	const session = createUiSession({
		wizard,
		article,
		env,
		version: options.version,
		target: options.target ?? null,
		answeredBy: options.answeredBy ?? 'the person at the terminal',
		now: options.now ?? Date.now,
		...(options.recognise === undefined ? {} : { recognise: options.recognise }),
		...(options.followed === undefined ? {} : { followed: options.followed }),
		...(options.keepNote === undefined ? {} : { keepNote: options.keepNote }),
		...(options.report === undefined ? {} : { report: options.report }),
		loadProse,
	});
	let suspend: SuspendTerminal | null = null;
	let tellReady = (): void => {};
	const ready = new Promise<void>((resolve) => {
		tellReady = resolve;
	});
	const instance = render(
		<Wizard
			session={session}
			onTerminal={(suspendTerminal) => {
				suspend = suspendTerminal;
				tellReady();
			}}
		/>,
		{
			stdin: options.stdin,
			stdout: options.stdout,
			exitOnCtrlC: false,
			// Whoever calls has a terminal at hand: a CI variable in its environment changes nothing about that.
			interactive: true,
			patchConsole: false,
			isScreenReaderEnabled: env.screenReader,
		},
	);
	let over = false;
	const whenLeft = async (): Promise<WizardEnd> => {
		try {
			const how: unknown = await instance.waitUntilExit();
			return { snapshot: wizard.getSnapshot(), how: isLeaving(how) ? how : 'left' };
		} finally {
			over = true;
			session.close();
		}
	};
	return {
		end: whenLeft(),
		ready,
		async lend(use) {
			const suspension = await suspend?.();
			try {
				return await use();
			} finally {
				// A stream that was paused stops reading a moment later, and would do so after Ink has begun to read again.
				await new Promise((resolve) => setImmediate(resolve));
				await suspension?.resume();
			}
		},
		close() {
			if (over) return;
			instance.clear();
			instance.unmount();
		},
	};
}
