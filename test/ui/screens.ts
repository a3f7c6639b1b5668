import { waitFor } from 'xstate';
import type { Article } from '../../src/article/article.ts';
import type { DriverEvent } from '../../src/machine/context.ts';
import type { Planned } from '../../src/machine/ports.ts';
import { createWizardActor, type WizardActor } from '../../src/machine/run.ts';
import { type Screen, screenOf } from '../../src/machine/screen.ts';
import type { UiEnvironment } from '../../src/ui/looks.ts';
import { toTerminal } from '../../src/ui/markdown.ts';
import { createUiSession, type UiSession } from '../../src/ui/session.ts';
import { article } from './article.ts';
import {
	absent,
	applied,
	at,
	Deferred,
	observed,
	planOf,
	refusal,
	ScriptedPorts,
	server,
	sessions,
	startedMs,
	undone,
	verified,
} from './scripted-ports.ts';

/** A real machine with a scripted world, and the screens' own stores: everything but a terminal. */
export type Stage = {
	readonly ports: ScriptedPorts;
	readonly actor: WizardActor;
	readonly session: UiSession;
	/** Says something to the machine, and waits for a screen. */
	to(event: DriverEvent | null, name: Screen['name']): Promise<void>;
	close(): void;
};

export const sighted: UiEnvironment = { noColor: false, screenReader: false, term: 'xterm-256color' };

export async function atScreen(actor: WizardActor, name: Screen['name']): Promise<void> {
	await waitFor(actor, (snapshot) => screenOf(snapshot).name === name, { timeout: 5_000 });
}

export function rows(count: number) {
	return Array.from({ length: count }, (_, index) => ({
		client_addr: `10.0.0.${index % 250}`,
		usename: 'openiz_app',
		state: 'idle in transaction',
		sessions: index,
	}));
}

export function world(): ScriptedPorts {
	const ports = new ScriptedPorts();
	ports.observations.set('connect', observed('connected'));
	ports.observations.set(
		'since-when',
		absent('nobody but a person can know', 'GRANT pg_monitor TO kbwizard;'),
	);
	ports.observations.set(
		'slots',
		observed('full', {
			facts: { used: 97, usable: 97 },
			rows: rows(40),
			grant: 'GRANT pg_monitor TO kbwizard;',
		}),
	);
	ports.observations.set('who', observed('pools', { facts: { address: '10.0.0.17_x' } }));
	return ports;
}

export function stage(env: UiEnvironment = sighted, about: Article = article, ports = world()): Stage {
	const actor = createWizardActor(about, ports, { startedAt: at });
	const session = createUiSession({
		wizard: actor,
		article: about,
		env,
		version: '0.1.0',
		target: 'openiz on db.example:5432 as kbwizard',
		answeredBy: 'somebody',
		now: () => startedMs,
		loadProse: () => Promise.resolve(toTerminal),
	});
	actor.start();
	return {
		ports,
		actor,
		session,
		to: async (event, name) => {
			if (event !== null) actor.send(event);
			await atScreen(actor, name);
		},
		close: () => {
			session.close();
			actor.stop();
		},
	};
}

const held = ({ ports }: Stage): void => {
	ports.report({ type: 'connection.held', server, timings: [{ layer: 'tcp', ms: 0.3, note: null }] });
	ports.report({ type: 'connection.gauge', gauge: { used: 97, usable: 97, limit: 100, at } });
};

async function toCauses(stage: Stage): Promise<void> {
	held(stage);
	await stage.to({ type: 'next' }, 'finding');
	await stage.to({ type: 'next' }, 'asking');
	await stage.to({ type: 'leave' }, 'finding');
	await stage.to({ type: 'next' }, 'finding');
	await stage.to({ type: 'next' }, 'causes');
}

export async function toPlan(
	stage: Stage,
	planned: Planned,
	name: Screen['name'],
	solution = 'disconnect',
): Promise<void> {
	await toCauses(stage);
	await stage.to({ type: 'choose', solution }, 'solution');
	await stage.to({ type: 'start' }, 'planning');
	stage.ports.planning.resolve(planned);
	await stage.to(null, name);
}

const severe = planOf('disconnect', { confirm: 'openiz', rows: sessions(45) });
const gentle = planOf('gentle', { rows: sessions(3), diff: '-  maxPoolSize="50"\n+  maxPoolSize="20"' });

const toPreview = (stage: Stage) => toPlan(stage, { kind: 'plan', plan: severe }, 'preview');

async function toVerifying(stage: Stage): Promise<void> {
	await toPreview(stage);
	await stage.to({ type: 'confirm', plan: severe.id, typed: 'openiz' }, 'applying');
	stage.ports.applying.resolve(
		applied({
			rows: sessions(45).map((row, index) => ({ ...row, status: index === 3 ? 'spared' : 'ended' })),
		}),
	);
	await stage.to(null, 'verifying');
}

/** The first step of the solution that is walked step by step, which this tool can do. */
export const stepPlan = planOf('replicate', {
	id: 'plan of prepare',
	step: 'prepare',
	statements: ['create role standby login replication'],
	undoable: ['the role standby'],
});

export async function toToolStep(stage: Stage): Promise<void> {
	await toCauses(stage);
	await stage.to({ type: 'choose', solution: 'replicate' }, 'solution');
	await stage.to({ type: 'start' }, 'step');
}

/** By screen: how one gets there. Every screen of the machine is named, or this does not compile. */
export const ways: Readonly<Record<Screen['name'], (stage: Stage) => Promise<void>>> = {
	intro: async () => {},
	looking: async (stage) => {
		stage.ports.observations.delete('connect');
		await stage.to({ type: 'next' }, 'looking');
	},
	asking: async (stage) => {
		await stage.to({ type: 'next' }, 'finding');
		await stage.to({ type: 'next' }, 'asking');
	},
	'waiting for a slot': async (stage) => {
		stage.ports.observations.set('connect', observed('ordinary slots gone', { failure: refusal }));
		await stage.to({ type: 'next' }, 'finding');
		await stage.to({ type: 'wait for a slot' }, 'waiting for a slot');
		stage.ports.report({ type: 'connection.waiting', attempt: 7, nextInMs: 2_400, failure: refusal });
	},
	finding: async (stage) => {
		held(stage);
		stage.ports.observations.set('connect', observed('ordinary slots gone', { failure: refusal }));
		await stage.to({ type: 'next' }, 'finding');
		stage.actor.send({ type: 'next' });
		await waitFor(stage.actor, (snapshot) => {
			const screen = screenOf(snapshot);
			return screen.name === 'finding' && screen.check === 'slots';
		});
	},
	causes: toCauses,
	solution: async (stage) => {
		await toCauses(stage);
		await stage.to({ type: 'choose', solution: 'disconnect' }, 'solution');
	},
	planning: async (stage) => {
		await toCauses(stage);
		await stage.to({ type: 'choose', solution: 'disconnect' }, 'solution');
		await stage.to({ type: 'start' }, 'planning');
	},
	parameter: (stage) =>
		toPlan(
			stage,
			{
				kind: 'parameter',
				name: 'database',
				question: 'Which database?',
				suggestion: 'openiz',
				choices: [],
				secret: false,
				problem: 'There is no database of that name.',
			},
			'parameter',
		),
	preview: toPreview,
	'plan expired': async (stage) => {
		await toPreview(stage);
		stage.ports.report({ type: 'connection.lost', failure: refusal });
		await stage.to(null, 'plan expired');
	},
	'no plan': (stage) =>
		toPlan(
			stage,
			{ kind: 'unavailable', why: 'a pooler stands in between', next: ['Name the server itself.'] },
			'no plan',
		),
	'by hand': (stage) =>
		toPlan(
			stage,
			{
				kind: 'by hand',
				why: 'it cannot be applied on rds',
				instructions: [
					'In a parameter group of your own, set `max_connections` to 200.',
					'Reboot the instance.',
				],
			},
			'by hand',
		),
	applying: async (stage) => {
		await toPreview(stage);
		await stage.to({ type: 'confirm', plan: severe.id, typed: 'openiz' }, 'applying');
		stage.ports.progress('ending session 12 of 45');
	},
	'not applied': async (stage) => {
		await toPreview(stage);
		await stage.to({ type: 'confirm', plan: severe.id, typed: 'openiz' }, 'applying');
		stage.ports.applying.resolve(applied({ outcome: 'nothing', failure: refusal }));
		await stage.to(null, 'not applied');
	},
	step: async (stage) => {
		await toCauses(stage);
		await stage.to({ type: 'choose', solution: 'shrink' }, 'solution');
		await stage.to({ type: 'start' }, 'step');
	},
	'step done': async (stage) => {
		await toToolStep(stage);
		await stage.to({ type: 'start' }, 'planning');
		stage.ports.planning.resolve({ kind: 'plan', plan: stepPlan });
		await stage.to(null, 'preview');
		await stage.to({ type: 'confirm', plan: stepPlan.id, typed: null }, 'applying');
		stage.ports.applying.resolve(applied());
		await stage.to(null, 'verifying');
		stage.ports.verifying.resolve(verified(true));
		await stage.to(null, 'step done');
	},
	verifying: toVerifying,
	'did it help': async (stage) => {
		await toVerifying(stage);
		stage.ports.verifying.resolve(null);
		await stage.to(null, 'did it help');
	},
	held: async (stage) => {
		await toVerifying(stage);
		stage.ports.verifying.resolve(verified(true));
		await stage.to(null, 'held');
	},
	watching: async (stage) => {
		await ways.held(stage);
		stage.ports.verifying = new Deferred();
		await stage.to({ type: 'watch' }, 'watching');
		stage.ports.progress('14:05:12 UTC: 66 slots are free');
	},
	'did not hold': async (stage) => {
		await toVerifying(stage);
		stage.ports.verifying.resolve(verified(false));
		await stage.to(null, 'did not hold');
	},
	undoing: async (stage) => {
		await toVerifying(stage);
		stage.ports.verifying.resolve(verified(true));
		await stage.to(null, 'held');
		await stage.to({ type: 'undo' }, 'undoing');
	},
	undone: async (stage) => {
		await ways.undoing(stage);
		stage.ports.undoing.resolve(undone);
		await stage.to(null, 'undone');
	},
	ended: async (stage) => {
		await ways.held(stage);
		await stage.to({ type: 'finish' }, 'ended');
	},
};

/** The milder fix, which is consented to by a key. */
export const toGentlePreview = (stage: Stage) =>
	toPlan(stage, { kind: 'plan', plan: gentle }, 'preview', 'gentle');
