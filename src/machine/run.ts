/** One machine, three drivers: this gives it its actors, whoever drives it then. */
import { type ActorRefFrom, createActor, fromCallback, fromPromise, type SnapshotFrom } from 'xstate';
import type { Article } from '../article/article.ts';
import { compileMachine, type WizardMachine } from './compile.ts';
import type { WizardInput } from './context.ts';
import type { JournalEntry } from './journal-entry.ts';
import type {
	Applied,
	ConnectionCommand,
	ConnectionEvent,
	Observation,
	ObserveInput,
	Plan,
	PlanInput,
	Planned,
	Progress,
	Undone,
	Verified,
} from './ports.ts';
import type { ApplyInput, VerifyInput } from './setup.ts';

/** What the machine is given of the world. Each may reject: that is data to the machine too. */
export interface WizardPorts {
	observe(input: ObserveInput, signal: AbortSignal): Promise<Observation>;
	readonly connection: {
		/** Reports from now on, beginning with what is the case. Returns what unsubscribes. */
		subscribe(listener: (event: ConnectionEvent) => void): () => void;
		tell(command: ConnectionCommand): void;
	};
	readonly fixes: {
		plan(input: PlanInput): Promise<Planned>;
		apply(input: ApplyInput): Promise<Applied>;
		/** Null: nothing can measure it, the person must say. */
		verify(input: VerifyInput, signal: AbortSignal): Promise<Verified | null>;
		/** Takes back what this plan changed. */
		undo(plan: Plan | null): Promise<Undone>;
		subscribe(listener: (progress: Progress) => void): () => void;
	};
	/** Told of each thing once, in order. */
	journal(entry: JournalEntry): void;
}

export type WizardActor = ActorRefFrom<WizardMachine>;
export type WizardSnapshot = SnapshotFrom<WizardMachine>;

function provide(machine: WizardMachine, ports: WizardPorts): WizardMachine {
	return machine.provide({
		actors: {
			keeper: fromCallback<ConnectionCommand, undefined, ConnectionEvent>(({ sendBack, receive }) => {
				receive((command) => ports.connection.tell(command));
				return ports.connection.subscribe(sendBack);
			}),
			progress: fromCallback<Progress>(({ sendBack }) => ports.fixes.subscribe(sendBack)),
			observe: fromPromise<Observation, ObserveInput>(({ input, signal }) => ports.observe(input, signal)),
			plan: fromPromise<Planned, PlanInput>(({ input }) => ports.fixes.plan(input)),
			apply: fromPromise<Applied, ApplyInput>(({ input }) => ports.fixes.apply(input)),
			verify: fromPromise<Verified | null, VerifyInput>(({ input, signal }) =>
				ports.fixes.verify(input, signal),
			),
			undo: fromPromise<Undone, { readonly plan: Plan | null }>(({ input }) => ports.fixes.undo(input.plan)),
		},
		actions: { journal: (_, entry: JournalEntry) => ports.journal(entry) },
	});
}

/** Findings and absences are journalled as they come, whichever transition made them. */
function journalWhatIsSeen(actor: WizardActor, ports: WizardPorts): void {
	const told = new Set<unknown>(actor.getSnapshot().context.findings);
	actor.subscribe(({ context }) => {
		for (const finding of context.findings) {
			if (told.has(finding)) continue;
			told.add(finding);
			ports.journal({ kind: 'finding', finding });
		}
		for (const notSeen of context.notSeen) {
			if (told.has(notSeen)) continue;
			told.add(notSeen);
			ports.journal({ kind: 'not-seen', notSeen });
		}
	});
}

/**
 * The machine of an article, with its actors, not yet started.
 * @param input what is known beforehand, the article apart
 */
export function createWizardActor(
	article: Article,
	ports: WizardPorts,
	input: Omit<WizardInput, 'article'>,
): WizardActor {
	const actor = createActor(provide(compileMachine(article), ports), { input: { ...input, article } });
	journalWhatIsSeen(actor, ports);
	return actor;
}
