import type { JournalEntry } from '../../src/machine/journal-entry.ts';
import type {
	ConnectionCommand,
	ConnectionEvent,
	Observation,
	ObserveInput,
	Progress,
	WizardPorts,
} from '../../src/machine/ports.ts';
import { appliedAs, observed, planOf, verifiedAs } from './walker.ts';

export type Script = {
	readonly observe?: (input: ObserveInput) => Observation | Promise<Observation>;
	readonly fixes?: Partial<WizardPorts['fixes']>;
	readonly command?: (command: ConnectionCommand, report: (event: ConnectionEvent) => void) => void;
};

/** Ports that answer what a test says; and what the machine told them. */
export function scriptedPorts(script: Script = {}): WizardPorts & {
	readonly journalled: JournalEntry[];
	readonly report: (event: ConnectionEvent | Progress) => void;
} {
	const journalled: JournalEntry[] = [];
	const listeners = new Set<(event: ConnectionEvent) => void>();
	const progressListeners = new Set<(event: Progress) => void>();
	const report = (event: ConnectionEvent | Progress): void => {
		if (event.type === 'fix.progress') for (const listener of progressListeners) listener(event);
		else for (const listener of listeners) listener(event);
	};
	return {
		journalled,
		report,
		observe: async (input) => script.observe?.(input) ?? observed('otherwise'),
		connection: {
			subscribe(listener) {
				listeners.add(listener);
				return () => listeners.delete(listener);
			},
			tell: (command) => script.command?.(command, report),
		},
		fixes: {
			plan: async ({ solution, step }) => ({ kind: 'plan', plan: planOf(solution.id, step) }),
			apply: async () => appliedAs('done'),
			verify: async () => verifiedAs(true),
			undo: async () => ({ session: 's', undone: ['the limit'], skipped: [] }),
			subscribe(listener) {
				progressListeners.add(listener);
				return () => progressListeners.delete(listener);
			},
			...script.fixes,
		},
		journal: (entry) => journalled.push(entry),
	};
}
