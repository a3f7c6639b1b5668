/** From a plan to what was applied of it, and back: of a whole solution, or of one step. */
import { factBook } from './facts.ts';
import { afterFailure, leaveTo, namesOf, type Part, screenIn, undoOf } from './part.ts';
import { currentPlan, plansToUndo } from './plans.ts';
import type { Planned } from './ports.ts';
import { failureOf, machineSetup } from './setup.ts';

/** Where a part goes on to, by the name of a state beside it. */
export type Onward = {
	/** It is in place already, as its planner says. */
	readonly nothingToDo: string;
	/** A person says that it was done by hand. */
	readonly doneByHand: string;
	/** Each change of the plan came through. */
	readonly applied: string;
};

function planningState(part: Part, onward: Onward) {
	const { solution, step } = part;
	const whenPlanned = (kind: Planned['kind'], target: string) => ({
		guard: {
			type: 'isPlanned' as const,
			params: ({ event }: { event: { output: Planned } }) => ({ planned: event.output, kind }),
		},
		target,
		actions: [
			{
				type: 'planned' as const,
				params: ({ event }: { event: { output: Planned } }) => ({ planned: event.output }),
			},
			...(kind === 'plan'
				? [
						{
							type: 'journal' as const,
							params: ({ event }: { event: { output: Planned } }) =>
								event.output.kind === 'plan'
									? { kind: 'plan' as const, plan: event.output.plan }
									: { kind: 'choice' as const, solution: solution.id },
						},
					]
				: []),
		],
	});
	return machineSetup.createStateConfig({
		tags: ['busy'],
		meta: screenIn(part, 'planning'),
		invoke: {
			src: 'plan',
			input: ({ context }) => ({
				solution,
				step: step?.id ?? null,
				parameters: context.parameters,
				facts: factBook(context.findings),
				server: context.server,
			}),
			onDone: [
				whenPlanned('plan', 'preview'),
				whenPlanned('parameter', 'parameter'),
				whenPlanned('nothing to do', onward.nothingToDo),
				whenPlanned('unavailable', 'no plan'),
				whenPlanned('by hand', 'by hand'),
			],
			onError: {
				target: 'not applied',
				actions: {
					type: 'fixFailed',
					params: ({ event }) => ({
						failure: failureOf(event.error, ['Nothing was changed. Go back and try again.']),
					}),
				},
			},
		},
		on: { back: part.start },
	});
}

/** Another value, wherever a plan is to be seen, or why there is none. */
function askAnewOf({ solution }: Part) {
	const params = ({ event }: { event: { name: string } }) => ({ solution: solution.id, name: event.name });
	return {
		'ask anew': {
			guard: { type: 'isParameter', params },
			target: 'parameter',
			actions: { type: 'askAnew', params },
		},
	} as const;
}

function previewState(part: Part) {
	return machineSetup.createStateConfig({
		tags: ['waiting'],
		meta: screenIn(part, 'preview'),
		after: { planExpiry: 'plan expired' },
		on: {
			confirm: [
				{
					guard: { type: 'isConsent', params: ({ event }) => event },
					target: 'applying',
					actions: {
						type: 'journal',
						params: ({ event }) => ({ kind: 'consent', plan: event.plan, typed: event.typed !== null }),
					},
				},
				{ actions: 'refuseConsent' },
			],
			// Another session is another pair of eyes: what it would end must be looked at anew.
			'connection.held': 'plan expired',
			'connection.lost': 'plan expired',
			again: 'planning',
			...askAnewOf(part),
			back: part.start,
			finish: '#ended',
		},
	});
}

function applyingState(part: Part, onward: Onward) {
	return machineSetup.createStateConfig({
		tags: ['busy'],
		meta: screenIn(part, 'applying'),
		invoke: {
			src: 'apply',
			input: ({ context }) => {
				const plan = currentPlan(context);
				if (plan === null) throw new Error('there is no plan to apply');
				return { plan, typed: plan.confirm };
			},
			onDone: [
				{
					guard: { type: 'changedNothing', params: ({ event }) => ({ applied: event.output }) },
					target: 'not applied',
					actions: { type: 'applied', params: ({ event }) => ({ applied: event.output }) },
				},
				{
					target: onward.applied,
					actions: { type: 'applied', params: ({ event }) => ({ applied: event.output }) },
				},
			],
			onError: {
				target: 'not applied',
				actions: [
					{
						type: 'fixFailed',
						params: ({ event }) => ({
							failure: failureOf(event.error, [
								'It is not known how far this came: the journal says what was begun.',
							]),
						}),
					},
					{ type: 'tried', params: { ...namesOf(part), outcome: 'failed' } },
				],
			},
		},
	});
}

function byHandState(part: Part, onward: Onward) {
	const { solution, step } = part;
	return machineSetup.createStateConfig({
		tags: ['waiting'],
		meta: screenIn(part, 'by hand'),
		on: {
			done: {
				target: onward.doneByHand,
				actions: {
					type: 'journal',
					params: { kind: 'step', solution: solution.id, step: step?.id ?? solution.id, outcome: 'done' },
				},
			},
			again: 'planning',
			back: part.start,
			finish: '#ended',
		},
	});
}

/** Takes back what stands of it. */
export function undoStates(part: Part) {
	return {
		undoing: machineSetup.createStateConfig({
			tags: ['busy'],
			meta: screenIn(part, 'undoing'),
			invoke: {
				src: 'undo',
				input: ({ context }) => ({ plans: plansToUndo(context, namesOf(part)) }),
				onDone: {
					target: 'undone',
					actions: [
						{
							type: 'takenBack',
							params: ({ event }) => ({ ...namesOf(part), undone: event.output }),
						},
						{ type: 'journal', params: ({ event }) => ({ kind: 'undone', undone: event.output }) },
					],
				},
				onError: {
					target: 'not applied',
					actions: {
						type: 'fixFailed',
						params: ({ event }) => ({
							failure: failureOf(event.error, [
								'It was not taken back. Run `kbwizard undo` when the server answers.',
							]),
						}),
					},
				},
			},
		}),
		undone: machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: screenIn(part, 'undone'),
			// What still stands can be tried again, once nothing is in its way.
			on: { ...leaveTo(part), ...undoOf(part), next: afterFailure(part) },
		}),
	};
}

/** Planned, shown, agreed to, applied, and where that is not possible the way round it. */
export function planStates(part: Part, onward: Onward) {
	return {
		planning: planningState(part, onward),
		parameter: machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: screenIn(part, 'parameter'),
			on: {
				set: { target: 'planning', actions: { type: 'setParameter', params: ({ event }) => event } },
				...askAnewOf(part),
				// To the plan with the values that it had, made afresh.
				back: [{ guard: 'isAskedAnew', target: 'planning' }, { target: part.start }],
				finish: '#ended',
			},
		}),
		preview: previewState(part),
		'plan expired': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: screenIn(part, 'plan expired'),
			on: { ...leaveTo(part), next: 'planning', again: 'planning' },
		}),
		'no plan': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: screenIn(part, 'no plan'),
			on: {
				...leaveTo(part),
				next: afterFailure(part),
				again: 'planning',
				set: { target: 'planning', actions: { type: 'setParameter', params: ({ event }) => event } },
				...askAnewOf(part),
			},
		}),
		'by hand': byHandState(part, onward),
		applying: applyingState(part, onward),
		'not applied': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: screenIn(part, 'not applied'),
			on: { ...leaveTo(part), next: afterFailure(part), again: 'planning', ...undoOf(part) },
		}),
		...undoStates(part),
	};
}
