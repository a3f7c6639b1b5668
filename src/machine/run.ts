/** One machine, three drivers: this makes the actor, whoever drives it then. */
import { type ActorRefFrom, createActor, type SnapshotFrom } from 'xstate';
import type { Article } from '../article/article.ts';
import { compileMachine, type WizardMachine } from './compile.ts';
import type { WizardInput } from './context.ts';
import type { WizardPorts } from './ports.ts';

export type WizardActor = ActorRefFrom<WizardMachine>;
export type WizardSnapshot = SnapshotFrom<WizardMachine>;

/** Findings and absences are journalled as they come, whichever transition made them. */
function journalWhatIsSeen(actor: WizardActor, ports: WizardPorts): void {
	const told = new Set<unknown>(actor.getSnapshot().context.findings);
	actor.subscribe(({ context }) => {
		for (const finding of context.findings) {
			// What is stale was told when it was seen.
			if (finding.stale !== undefined || told.has(finding)) continue;
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
	const actor = createActor(compileMachine(article, ports), { input: { ...input, article } });
	journalWhatIsSeen(actor, ports);
	return actor;
}
