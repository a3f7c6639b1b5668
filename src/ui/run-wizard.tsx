/** The wizard in a terminal: the only place that lets Ink draw. */
import { render } from 'ink';
import type { Article } from '../article/article.ts';
import type { WizardActor, WizardSnapshot } from '../machine/run.ts';
import type { UiEnvironment } from './looks.ts';
import type { RenderProse } from './prose-store.ts';
import { createUiSession } from './session.ts';
import { type Leaving, Wizard } from './Wizard.tsx';

export type RunWizardOptions = {
	/** Started here, after the first frame, if it is not yet. */
	readonly actor: WizardActor;
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
	/** Told once, when the terminal is as it was before. */
	readonly onExit?: (how: Leaving) => void;
	/** The time in milliseconds; default the clock of this machine. */
	readonly now?: () => number;
};

export type WizardEnd = { readonly snapshot: WizardSnapshot; readonly how: Leaving };

/** Loaded when the first prose is shown: it is the slowest of our libraries. */
async function loadProse(): Promise<RenderProse> {
	const { toTerminal } = await import('./markdown.ts');
	return toTerminal;
}

const isLeaving = (value: unknown): value is Leaving =>
	value === 'ended' || value === 'left' || value === 'interrupted';

/**
 * Shows the wizard until it is over, then gives the terminal back. The actor goes on to belong to the caller, who
 * stops it and closes what it holds.
 */
export async function runWizard(options: RunWizardOptions): Promise<WizardEnd> {
	const { actor, article, env } = options;
	const session = createUiSession({
		actor,
		article,
		env,
		version: options.version,
		target: options.target ?? null,
		answeredBy: options.answeredBy ?? 'the person at the terminal',
		now: options.now ?? Date.now,
		loadProse,
	});
	const instance = render(<Wizard session={session} />, {
		stdin: options.stdin,
		stdout: options.stdout,
		exitOnCtrlC: false,
		// Whoever calls has a terminal at hand: a CI variable in its environment changes nothing about that.
		interactive: true,
		patchConsole: false,
		isScreenReaderEnabled: env.screenReader,
	});
	try {
		actor.start();
		const how: unknown = await instance.waitUntilExit();
		const leaving = isLeaving(how) ? how : 'left';
		options.onExit?.(leaving);
		return { snapshot: actor.getSnapshot(), how: leaving };
	} finally {
		session.close();
		instance.cleanup();
	}
}
