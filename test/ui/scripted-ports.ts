import type { Slug } from '../../src/article/article.ts';
import type { JournalEntry } from '../../src/machine/journal-entry.ts';
import type {
	Applied,
	ConnectionCommand,
	ConnectionEvent,
	Failure,
	Observation,
	Plan,
	Planned,
	Progress,
	ServerIdentity,
	Undone,
	Verified,
	WizardPorts,
} from '../../src/machine/ports.ts';

/** A world that answers as it is told to, and only then. */

export const at = '2026-11-22T14:00:03.000Z';
export const startedMs = Date.parse(at);

export const server: ServerIdentity = {
	host: 'db.example',
	port: 5432,
	database: 'openiz',
	user: 'kbwizard',
	version: '18.4',
	versionNum: 180004,
	provider: 'self-hosted',
	slot: 'ordinary',
	superuser: true,
};

export const refusal: Failure = {
	code: '53300',
	routine: 'InitPostgres',
	layer: 'startup',
	message: 'sorry, too many clients already',
	next: ['Wait for a slot: press `w`.', 'Connect as a superuser: three slots are kept for one.'],
};

export const observed = (
	verdict: string,
	more: Partial<Extract<Observation, { kind: 'verdict' }>> = {},
): Observation => ({
	kind: 'verdict',
	verdict,
	facts: {},
	rows: [],
	source: 'live',
	sql: "select 'free' as verdict",
	durationMs: 1.42,
	at,
	failure: null,
	grant: null,
	...more,
});

export const absent = (why = 'no log was given', grant: string | null = null): Observation => ({
	kind: 'absent',
	why,
	grant,
});

export const planOf = (solution: Slug, more: Partial<Plan> = {}): Plan => ({
	id: `plan of ${solution}`,
	solution,
	parameters: {},
	confirm: null,
	rows: [],
	statements: ['select pg_terminate_backend(41)'],
	diff: null,
	consequences: ['Two application servers lose their sessions and reconnect.'],
	undoable: ['the connection limit of openiz (was -1)'],
	server,
	plannedAt: at,
	...more,
});

export const sessions = (count: number): Plan['rows'] =>
	Array.from({ length: count }, (_, index) => ({
		pid: 4100 + index,
		backend_start: at,
		status: 'planned' as const,
		why: null,
		columns: {
			role: 'openiz_app',
			database: 'openiz',
			application: `IMS instance ${index}`,
			address: '10.0.0.17',
			state: 'idle',
			age: 312,
			'may we': true,
		},
	}));

export const applied = (more: Partial<Applied> = {}): Applied => ({
	outcome: 'done',
	rows: [],
	done: [{ what: 'ended the sessions', status: 'done', why: null }],
	failure: null,
	at,
	durationMs: 12,
	...more,
});

export const verified = (held: boolean, more: Partial<Verified> = {}): Verified => ({
	check: 'slots',
	verdict: held ? 'free' : 'full',
	severity: held ? 'ok' : 'critical',
	text: held ? '66 slots are free' : '97 of 97 slots are taken',
	held,
	proof: 'login',
	samples: [0, 2_500, 5_000].map((atMs) => ({
		atMs,
		verdict: held ? 'free' : 'full',
		severity: held ? 'ok' : 'critical',
		facts: {},
	})),
	before: { used: 97 },
	after: { used: held ? 31 : 96 },
	note: '15 sessions of openiz_app came back.',
	...more,
});

export const undone: Undone = { session: 's', undone: ['the connection limit of openiz'], skipped: [] };

/** A promise with its handles outside: the test says when the work is done. */
export class Deferred<T> {
	readonly promise: Promise<T>;
	readonly resolve: (value: T) => void;
	readonly reject: (error: Error) => void;
	constructor() {
		const { promise, resolve, reject } = Promise.withResolvers<T>();
		this.promise = promise;
		this.resolve = resolve;
		this.reject = reject;
	}
}

export class ScriptedPorts implements WizardPorts {
	/** By check; what is not here is never answered. */
	readonly observations = new Map<Slug, Observation>();
	readonly journalled: JournalEntry[] = [];
	readonly told: ConnectionCommand[] = [];
	planning = new Deferred<Planned>();
	applying = new Deferred<Applied>();
	verifying = new Deferred<Verified | null>();
	undoing = new Deferred<Undone>();
	readonly #connection = new Set<(event: ConnectionEvent) => void>();
	readonly #progress = new Set<(progress: Progress) => void>();

	observe({ check }: { check: { id: Slug } }): Promise<Observation> {
		const observation = this.observations.get(check.id);
		return observation === undefined ? new Promise(() => {}) : Promise.resolve(observation);
	}

	readonly connection = {
		subscribe: (listener: (event: ConnectionEvent) => void) => {
			this.#connection.add(listener);
			return () => {
				this.#connection.delete(listener);
			};
		},
		tell: (command: ConnectionCommand) => {
			this.told.push(command);
		},
	};

	readonly fixes = {
		plan: () => this.planning.promise,
		apply: () => this.applying.promise,
		verify: () => this.verifying.promise,
		undo: () => this.undoing.promise,
		subscribe: (listener: (progress: Progress) => void) => {
			this.#progress.add(listener);
			return () => {
				this.#progress.delete(listener);
			};
		},
	};

	report(event: ConnectionEvent): void {
		for (const listener of this.#connection) listener(event);
	}

	progress(text: string): void {
		for (const listener of this.#progress) listener({ type: 'fix.progress', text });
	}

	journal(entry: JournalEntry): void {
		this.journalled.push(entry);
	}
}
