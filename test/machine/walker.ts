import { type AnyStateMachine, type EventObject, getInitialSnapshot, getNextSnapshot } from 'xstate';
import type { Article, Check } from '../../src/article/article.ts';
import { compileMachine, type WizardMachine } from '../../src/machine/compile.ts';
import type { DriverEvent } from '../../src/machine/context.ts';
import { asWizard } from '../../src/machine/guided.ts';
import { plansToUndo } from '../../src/machine/plans.ts';
import type {
	Applied,
	ConnectionEvent,
	Observation,
	Plan,
	Planned,
	Verified,
} from '../../src/machine/ports.ts';
import type { WizardSnapshot } from '../../src/machine/run.ts';
import { type Screen, screenOf } from '../../src/machine/screen.ts';

/** Walks a compiled machine by its pure transition function, the actors' answers included as events. */

const at = '2026-11-22T14:00:00.000Z';

export const observed = (verdict: string, facts: Record<string, string | number> = {}): Observation => ({
	kind: 'verdict',
	verdict,
	facts,
	rows: [],
	source: 'live',
	sql: null,
	durationMs: 1,
	at,
	failure: null,
	grant: null,
});

export const absent: Observation = { kind: 'absent', why: 'no log was given', grant: null };

export const planId = (solution: string, step: string | null): string =>
	`plan of ${step === null ? '' : `${step} of `}${solution}`;

export const planOf = (solution: string, step: string | null = null): Plan => ({
	id: planId(solution, step),
	solution,
	...(step === null ? {} : { step }),
	parameters: {},
	confirm: 'openiz',
	rows: [],
	statements: ['select 1'],
	diff: null,
	consequences: [],
	undoable: ['the limit'],
	server: null,
	plannedAt: at,
});

export const appliedAs = (outcome: Applied['outcome']): Applied => ({
	outcome,
	rows: [],
	done: [],
	failure: null,
	at,
	durationMs: 1,
});

export const verifiedAs = (held: boolean): Verified => ({
	check: 'slots',
	verdict: held ? 'free' : 'full',
	severity: held ? 'ok' : 'critical',
	text: '',
	held,
	proof: 'arithmetic',
	samples: [],
	before: {},
	after: {},
	note: null,
});

/** One event further. An actor's end is worded by XState, not by our event types, hence the wider machine. */
function after(machine: AnyStateMachine, snapshot: WizardSnapshot, event: EventObject): WizardSnapshot {
	return getNextSnapshot(machine, snapshot, event);
}

/** An actor's end, as the machine hears it. */
const outputs = (screen: Screen, checks: readonly Check[]): readonly unknown[] => {
	switch (screen.name) {
		case 'looking': {
			const check = checks.find(({ id }) => id === screen.check);
			return [
				...(check?.branches ?? []).map(({ verdict }) => observed(verdict)),
				observed('never heard of'),
				absent,
			];
		}
		case 'planning': {
			const none: Planned[] = [
				{ kind: 'plan', plan: planOf(screen.solution, screen.step) },
				{
					kind: 'parameter',
					name: 'database',
					question: 'Which?',
					suggestion: null,
					choices: [],
					secret: false,
					problem: null,
				},
				{ kind: 'nothing to do', why: 'nobody is there' },
				{ kind: 'unavailable', why: 'a pooler', next: [] },
				{ kind: 'by hand', why: 'it is not ours', instructions: ['Ask whose it is.'] },
			];
			return none;
		}
		case 'applying':
			return [appliedAs('done'), appliedAs('partly'), appliedAs('nothing')];
		case 'verifying':
			return [verifiedAs(true), verifiedAs(false), null];
		case 'watching':
			return [verifiedAs(true), verifiedAs(false)];
		case 'undoing':
			return [{ session: 's', undone: ['the limit'], skipped: [] }];
		default:
			return [];
	}
};

const failure = {
	code: '53300',
	routine: 'InitPostgres',
	layer: 'startup',
	message: 'full',
	next: [],
} as const;
const server = {
	host: 'localhost',
	port: 5432,
	database: 'openiz',
	user: 'ims',
	version: '18.4',
	versionNum: 180004,
	provider: 'self-hosted',
	slot: 'waited',
	superuser: false,
} as const;

/** Everything that could be said in this state, by a driver, by an actor, by the keeper. */
function eventsIn(snapshot: WizardSnapshot, article: Article, { connected }: Ways): readonly EventObject[] {
	const screen = screenOf(snapshot);
	const check = 'check' in screen ? article.checks.find(({ id }) => id === screen.check) : undefined;
	const steps = article.solutions.find(({ id }) => 'solution' in screen && id === screen.solution)?.steps;
	const driver: DriverEvent[] = [
		{ type: 'next' },
		{ type: 'back' },
		{ type: 'again' },
		{ type: 'skip' },
		{ type: 'leave' },
		{ type: 'wait for a slot' },
		{ type: 'stop waiting' },
		{ type: 'start' },
		{ type: 'done' },
		{ type: 'did not help' },
		{ type: 'helped' },
		{ type: 'undo' },
		{ type: 'watch' },
		{ type: 'conclude' },
		{ type: 'ask only', only: true },
		...article.symptoms
			.slice(0, 1)
			.map(({ id }) => ({ type: 'symptom', symptom: id, observed: true, by: 'me' }) as const),
		{ type: 'finish' },
		...(steps ?? []).map(({ id }) => ({ type: 'start', step: id }) as const),
		{ type: 'set', name: 'database', value: 'openiz' },
		{ type: 'ask anew', name: 'database' },
		...(check?.branches ?? []).map(({ verdict }) => ({ type: 'answer', verdict, by: 'me', at }) as const),
		...(screen.name === 'causes'
			? article.solutions.map(({ id }) => ({ type: 'choose', solution: id }) as const)
			: []),
		...(screen.name === 'preview'
			? ['openiz', 'wrong'].map(
					(typed) => ({ type: 'confirm', plan: planId(screen.solution, screen.step), typed }) as const,
				)
			: []),
	];
	const keeper: ConnectionEvent[] = [
		{ type: 'connection.connecting' },
		{ type: 'connection.held', server, timings: [] },
		{ type: 'connection.refused', server, timings: [], failure },
		{ type: 'connection.lost', failure },
		{ type: 'connection.waiting', attempt: 1, nextInMs: 100, failure },
		{ type: 'connection.none' },
		{ type: 'connection.gauge', gauge: { used: 97, usable: 97, limit: 100, at } },
	];
	const actors = Object.keys(snapshot.children)
		.filter((id) => id !== 'keeper' && id !== 'progress')
		.flatMap((id) => [
			...outputs(screen, article.checks).map((output) => ({
				type: `xstate.done.actor.${id}`,
				actorId: id,
				output,
			})),
			{ type: `xstate.error.actor.${id}`, actorId: id, error: new Error('the actor broke') },
		]);
	const timers =
		screen.name === 'preview'
			? snapshot._nodes
					.filter(({ key }) => key === 'preview')
					.map(({ path }) => ({ type: `xstate.after.planExpiry.wizard.${path.join('.')}` }))
			: [];
	return [...driver, ...(connected ? [] : keeper), ...actors, ...timers];
}

export type Walk = {
	readonly machine: WizardMachine;
	/** By state value of the article's region: how one gets there, and where one gets from there. */
	readonly seen: ReadonlyMap<string, { readonly snapshot: WizardSnapshot; readonly to: ReadonlySet<string> }>;
};

export type Ways = {
	/** The connection stays as it is: what it may do meanwhile is the same everywhere, and is walked in small articles. */
	readonly connected: boolean;
};

/**
 * Whether checks are still to come decides where the last one leads, and what stands of a solution what can be taken
 * back, so they are part of where one is.
 */
const keyOf = (snapshot: WizardSnapshot, { connected }: Ways): string => {
	const { trail, article } = snapshot.context;
	const screen = screenOf(snapshot);
	const standing =
		'solution' in screen ? plansToUndo(snapshot.context, { ...screen, step: null }).map(({ id }) => id) : [];
	return JSON.stringify([
		connected ? snapshot.value.article : snapshot.value,
		trail.length === article.checks.length,
		standing,
	]);
};

/** Everything answered by its `otherwise`, one check after the other: the shortest way to the causes, where jumps make it long. */
function straightOn(machine: WizardMachine, first: WizardSnapshot): WizardSnapshot {
	let snapshot = first;
	for (let steps = 0; screenOf(snapshot).name !== 'causes' && steps < 10_000; steps += 1) {
		const actor = Object.keys(snapshot.children).find((id) => id !== 'keeper' && id !== 'progress');
		snapshot = after(
			machine,
			snapshot,
			actor === undefined
				? { type: 'next' }
				: { type: `xstate.done.actor.${actor}`, ...{ actorId: actor, output: observed('otherwise') } },
		);
	}
	return snapshot;
}

/** Breadth first over state values: a short path to each, and every event tried in each. */
export function explore(published: Article, ways: Ways = { connected: false }): Walk {
	const article = asWizard(published);
	const machine = compileMachine(published);
	const first = getInitialSnapshot(machine, { article: published, startedAt: at });
	const queue = [first, straightOn(machine, first)];
	const seen = new Map(queue.map((snapshot) => [keyOf(snapshot, ways), { snapshot, to: new Set<string>() }]));
	for (let snapshot = queue.shift(); snapshot !== undefined; snapshot = queue.shift()) {
		const here = seen.get(keyOf(snapshot, ways));
		for (const event of eventsIn(snapshot, article, ways)) {
			const next = after(machine, snapshot, event);
			const key = keyOf(next, ways);
			if (key !== keyOf(snapshot, ways)) here?.to.add(key);
			if (seen.has(key)) continue;
			seen.set(key, { snapshot: next, to: new Set() });
			queue.push(next);
		}
	}
	return { machine, seen };
}
