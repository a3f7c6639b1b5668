/**
 * Stands in for the machine until it is there: the article can be read and begun while the machine, the connection and
 * the journal are still being made. What is said meanwhile is kept, and said to the machine.
 */
import { type DriverEvent, initialContext, type WizardContext, type WizardInput } from './context.ts';
import type { DrivenSnapshot, DrivenWizard } from './driven.ts';
import { asWizard } from './guided.ts';
import type { Screen, StateMeta, StateTag } from './screen.ts';
import { firstCheck, withAnswers, withSymptom } from './told-beforehand.ts';

/** What takes over: an actor that is not yet started. */
export interface RealWizard extends DrivenWizard {
	start(): unknown;
}

export interface PendingWizard extends DrivenWizard {
	/**
	 * Starts the real one, tells it what was said before, and lets it answer from now on. Where the person has left
	 * already, nothing happens.
	 */
	handOver(real: RealWizard): void;
}

function snapshotOf(
	context: WizardContext,
	screen: Screen,
	tag: StateTag,
	heard: readonly DriverEvent['type'][],
): DrivenSnapshot {
	const meta: Readonly<Record<string, StateMeta>> = { article: { screen } };
	return {
		context,
		hasTag: (asked) => asked === tag,
		can: ({ type }) => heard.includes(type),
		getMeta: () => meta,
	};
}

const introOf = (context: WizardContext): DrivenSnapshot =>
	snapshotOf(context, { name: 'intro' }, 'waiting', ['next', 'ask only', 'symptom', 'answers', 'finish']);

/** All that can be said before anything is known, and where it leads; a test holds it against the machine. */
function placesOf(input: WizardInput) {
	const begun = (context: WizardContext, heard: readonly DriverEvent['type'][]): DrivenSnapshot => {
		const first = firstCheck(context);
		return first === null
			? snapshotOf(context, { name: 'intro' }, 'waiting', ['finish'])
			: snapshotOf({ ...context, trail: [first] }, { name: 'looking', check: first }, 'busy', heard);
	};
	return {
		intro: introOf(initialContext({ ...input, article: asWizard(input.article) })),
		/** Null: it is not heard there. */
		after(place: DrivenSnapshot, event: DriverEvent): DrivenSnapshot | null {
			if (!place.can(event)) return null;
			const { context } = place;
			switch (event.type) {
				case 'ask only':
					return introOf({ ...context, asksOnly: event.only });
				case 'symptom':
					return introOf({ ...context, ...withSymptom(context, event) });
				case 'answers':
					return introOf({ ...context, ...withAnswers(context, event) });
				case 'next':
					return begun(context, ['skip', 'finish']);
				case 'skip':
					// What comes then is for the machine to say.
					return begun(context, ['finish']);
				case 'finish':
					return snapshotOf(place.context, { name: 'ended' }, 'ended', []);
				default:
					return null;
			}
		},
	};
}

/** @param input as for the machine itself */
export function createPendingWizard(input: WizardInput): PendingWizard {
	const { intro, after } = placesOf(input);
	const listeners = new Set<(snapshot: DrivenSnapshot) => void>();
	const said: DriverEvent[] = [];
	let place = intro;
	let real: RealWizard | null = null;
	const tell = (snapshot: DrivenSnapshot): void => {
		for (const listener of [...listeners]) listener(snapshot);
	};
	return {
		getSnapshot: () => (real === null ? place : real.getSnapshot()),
		subscribe(listener) {
			// Somebody who subscribes twice is told twice.
			const own = (snapshot: DrivenSnapshot): void => listener(snapshot);
			listeners.add(own);
			return { unsubscribe: () => void listeners.delete(own) };
		},
		send(event) {
			if (real !== null) return real.send(event);
			const next = after(place, event);
			if (next === null) return;
			said.push(event);
			place = next;
			tell(place);
		},
		handOver(wizard) {
			if (real !== null || place.hasTag('ended')) return;
			wizard.start();
			// Nobody is told in between: what is on the screen already would be shown once more from the beginning.
			for (const event of said) wizard.send(event);
			real = wizard;
			wizard.subscribe(tell);
			tell(wizard.getSnapshot());
		},
	};
}
