/** What a driver holds of the machine: a picture of where it is, and a way to say something to it. */
import type { DriverEvent, WizardContext } from './context.ts';
import type { StateMeta, StateTag } from './screen.ts';

export interface DrivenSnapshot {
	readonly context: WizardContext;
	hasTag(tag: StateTag): boolean;
	/** Whether it would be heard now. */
	can(event: DriverEvent): boolean;
	getMeta(): Readonly<Record<string, StateMeta | undefined>>;
}

/** The machine's actor is one; so is what stands in for it until it is there. */
export interface DrivenWizard {
	/** The same object until something has changed. */
	getSnapshot(): DrivenSnapshot;
	/** Told after every change. */
	subscribe(listener: (snapshot: DrivenSnapshot) => void): { unsubscribe(): void };
	send(event: DriverEvent): void;
}
