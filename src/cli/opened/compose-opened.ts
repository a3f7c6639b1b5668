/** What the machine asks for, where a file stands in place of the server: nothing is connected, nothing is changed. */
import { configuredTimeouts, discoverLogs } from '../../evidence/logs/discover.ts';
import { createLogSource } from '../../evidence/logs/log-source.ts';
import { readServerClock } from '../../evidence/logs/server-clock.ts';
import { createObserver, type EvidenceSource } from '../../evidence/observe.ts';
import { createOpenizSource } from '../../evidence/openiz/openiz-source.ts';
import type { ConnectionEvent, Failure, Observation, WizardPorts } from '../../machine/ports.ts';
import type { Journal } from '../../session/journal.ts';
import { notesIn } from '../notes-in.ts';
import type { World } from '../world.ts';
import type { Opened } from './opened.ts';

export type ComposeOpenedInput = {
	readonly opened: Opened;
	/** Logs and configurations that are on this machine are read beside it. */
	readonly logs: readonly string[];
	readonly configs: readonly string[];
	/** Rows of evidence that are kept; null: the default. */
	readonly maxRows: number | null;
	/** Null: nothing is written down. */
	readonly journal: Journal | null;
	readonly world: Pick<World, 'now'>;
	readonly onProgress?: (text: string) => void;
	/** Told why the journal cannot be written; null: it can again. */
	readonly onJournal?: (failure: Failure | null) => void;
};

export interface OpenedComposition {
	readonly ports: WizardPorts;
	/** Why the journal is not complete; null: it is. */
	readonly journalProblem: Failure | null;
	close(): Promise<void>;
}

const defaultMaxRows = 200;

/** What stands on this machine, beside the file. */
function localSources({ opened, logs, configs, world, onProgress }: ComposeOpenedInput) {
	const clock = world.now;
	const sources: Record<string, EvidenceSource> = {};
	if (configs.length > 0) sources.openiz = createOpenizSource({ paths: configs, clock });
	if (logs.length > 0 || configs.length > 0) {
		sources.log = createLogSource({
			paths: logs,
			clock,
			checks: opened.loaded.article.checks,
			discover: () => discoverLogs({ configs, session: null, clock }),
			serverClock: () => readServerClock(null, clock),
			commandTimeouts: () => configuredTimeouts(configs),
			onProgress: onProgress ?? (() => {}),
		});
	}
	return sources;
}

function bounded(observation: Observation, maxRows: number): Observation {
	return observation.kind === 'verdict'
		? { ...observation, rows: observation.rows.slice(0, maxRows) }
		: observation;
}

function observerOf(input: ComposeOpenedInput): EvidenceSource {
	const { opened, world } = input;
	const local = localSources(input);
	const asked = createObserver(
		{ ...opened.sources, ...local },
		{ serverMajor: () => opened.major, clock: world.now },
	);
	return async (observe, signal) => {
		const isLocal = observe.check.checks.some(({ language }) => local[language] !== undefined);
		const known = isLocal ? undefined : opened.answers.get(observe.check.id);
		return bounded(known ?? (await asked(observe, signal)), input.maxRows ?? defaultMaxRows);
	};
}

/** Nothing is reached from here: a plan is for the site. */
function noFixes({ opened, journal, world }: ComposeOpenedInput): WizardPorts['fixes'] {
	const { id } = opened.loaded.article;
	return {
		plan: async ({ solution }) => ({
			kind: 'unavailable',
			why: `this is ${opened.what}: nothing is connected, so nothing is changed from here`,
			next: [`where the server can be reached: kbwizard fix ${id} ${solution.id} --dry-run`],
		}),
		apply: async () => ({
			outcome: 'nothing',
			rows: [],
			done: [],
			failure: null,
			at: world.now().toISOString(),
			durationMs: 0,
		}),
		verify: async () => null,
		undo: async () => ({ session: journal?.session ?? '', undone: [], skipped: [] }),
		subscribe: () => () => {},
	};
}

/** The server is known, and no connection to it is held. */
function connectionEvents({ server, refusal }: Opened): readonly ConnectionEvent[] {
	if (server === null) return [{ type: 'connection.none' }];
	if (refusal !== null) return [{ type: 'connection.refused', server, failure: refusal, timings: [] }];
	return [{ type: 'connection.held', server, timings: [] }, { type: 'connection.none' }];
}

export function composeOpened(input: ComposeOpenedInput): OpenedComposition {
	const { opened, journal } = input;
	const notes = notesIn(journal, input.onJournal ?? (() => {}));
	// The report says which server it was about.
	if (opened.server !== null) notes.write({ kind: 'server', server: opened.server });
	return {
		ports: {
			observe: observerOf(input),
			connection: {
				subscribe(listener) {
					for (const event of connectionEvents(opened)) listener(event);
					return () => {};
				},
				tell() {},
			},
			fixes: noFixes(input),
			journal: notes.write,
		},
		get journalProblem() {
			return notes.missed;
		},
		close: async () => {},
	};
}
