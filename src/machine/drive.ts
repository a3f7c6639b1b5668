/** The headless driver: answers what waits, in place of a person at a screen. */
import { waitFor } from 'xstate';
import type { Slug } from '../article/article.ts';
import type { Tried } from './context.ts';
import { currentPlan } from './plans.ts';
import type { WizardActor, WizardSnapshot } from './run.ts';
import { type Screen, screenOf } from './screen.ts';

export type DiagnoseOptions = {
	/** Answers given beforehand (`--answer SLUG=VERDICT`); a check without one is not seen. */
	readonly answers: ReadonlyMap<Slug, string>;
	/** Who gave them. */
	readonly answeredBy: string;
	/** Whether a refusal that passes by itself is waited for; the keeper knows for how long. */
	readonly waitForSlot: boolean;
	/** ISO 8601. */
	readonly now: () => string;
};

/** Resolves when a driver is asked for something. @throws Error where the machine was stopped: it answers nothing more */
async function atRest(actor: WizardActor): Promise<{ snapshot: WizardSnapshot; screen: Screen }> {
	const snapshot = await waitFor(actor, (state) => state.hasTag('waiting') || state.hasTag('ended'), {
		timeout: Number.POSITIVE_INFINITY,
	});
	if (snapshot.status === 'stopped') throw new Error('the machine was stopped');
	return { snapshot, screen: screenOf(snapshot) };
}

/**
 * Walks every check to the causes, and stops there.
 * @returns the snapshot at the causes: what is known
 */
export async function diagnose(actor: WizardActor, options: DiagnoseOptions): Promise<WizardSnapshot> {
	const waited = new Set<Slug>();
	for (;;) {
		const { snapshot, screen } = await atRest(actor);
		switch (screen.name) {
			case 'causes':
			case 'ended':
				return snapshot;
			case 'asking': {
				const verdict = options.answers.get(screen.check);
				actor.send(
					verdict === undefined
						? { type: 'leave' }
						: { type: 'answer', verdict, by: options.answeredBy, at: options.now() },
				);
				// An answer that the list does not have leaves the machine where it was: not seen, rather than asked for ever.
				const after = screenOf(actor.getSnapshot());
				if (after.name === 'asking' && after.check === screen.check) actor.send({ type: 'leave' });
				break;
			}
			case 'finding': {
				const wait = { type: 'wait for a slot' } as const;
				if (options.waitForSlot && !waited.has(screen.check) && snapshot.can(wait)) {
					waited.add(screen.check);
					actor.send(wait);
				} else actor.send({ type: 'next' });
				break;
			}
			default:
				actor.send({ type: 'next' });
		}
	}
}

/** What a headless run consents to: the text typed out beforehand, or a plain yes. */
export type Consent =
	| { readonly kind: 'dry run' }
	| { readonly kind: 'yes' }
	| { readonly kind: 'typed'; readonly text: string };

export type FixEnd =
	/** Nothing was asked of the server but the plan. */
	| { readonly kind: 'planned'; readonly snapshot: WizardSnapshot }
	| { readonly kind: 'no plan'; readonly snapshot: WizardSnapshot }
	| { readonly kind: 'parameter missing'; readonly snapshot: WizardSnapshot }
	| { readonly kind: 'consent missing'; readonly snapshot: WizardSnapshot }
	| { readonly kind: 'not applied'; readonly snapshot: WizardSnapshot }
	/** A person must do it, or say which step is meant: the steps are the answer. */
	| { readonly kind: 'guided'; readonly snapshot: WizardSnapshot }
	/** Somebody else must do it, elsewhere: what they are to do is the answer. */
	| { readonly kind: 'by hand'; readonly snapshot: WizardSnapshot }
	| { readonly kind: 'tried'; readonly snapshot: WizardSnapshot; readonly tried: Tried };

/**
 * One solution, or one of its steps, from the causes to its outcome.
 * @param actor at the causes
 * @param step the one that is meant, where the solution is walked step by step; null: none was named
 */
export async function driveFix(
	actor: WizardActor,
	solution: Slug,
	consent: Consent,
	step: Slug | null = null,
): Promise<FixEnd> {
	const before = actor.getSnapshot().context.tried.length;
	actor.send({ type: 'choose', solution });
	let confirmed = false;
	for (;;) {
		const { snapshot, screen } = await atRest(actor);
		const tried = snapshot.context.tried[before];
		switch (screen.name) {
			case 'solution':
				actor.send(step === null ? { type: 'start' } : { type: 'start', step });
				break;
			case 'preview': {
				const plan = currentPlan(snapshot.context);
				if (plan === null || consent.kind === 'dry run') return { kind: 'planned', snapshot };
				if (confirmed || (plan.confirm !== null && consent.kind === 'yes'))
					return { kind: 'consent missing', snapshot };
				confirmed = true;
				actor.send({ type: 'confirm', plan: plan.id, typed: consent.kind === 'typed' ? consent.text : null });
				break;
			}
			case 'plan expired':
				confirmed = false;
				actor.send({ type: 'next' });
				break;
			case 'parameter':
				return { kind: 'parameter missing', snapshot };
			case 'no plan':
				return { kind: 'no plan', snapshot };
			case 'not applied':
				return { kind: 'not applied', snapshot };
			case 'by hand':
				return { kind: 'by hand', snapshot };
			case 'step':
				if (screen.step !== step || !snapshot.can({ type: 'start' })) return { kind: 'guided', snapshot };
				actor.send({ type: 'start' });
				break;
			case 'step done':
				// Nothing was to be done, and nothing measures it.
				return tried === undefined ? { kind: 'no plan', snapshot } : { kind: 'tried', snapshot, tried };
			case 'did it help':
				actor.send({ type: 'next' });
				break;
			default:
				return tried === undefined ? { kind: 'not applied', snapshot } : { kind: 'tried', snapshot, tried };
		}
	}
}
