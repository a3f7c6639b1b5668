/** A solution: read, planned, consented to, applied, verified, perhaps taken back; or a person's steps, each proved. */
import type { Slug, Solution } from '../article/article.ts';
import { currentPlan } from './current-plan.ts';
import { factBook } from './facts.ts';
import { leave, outcomeStates, undo } from './outcome-states.ts';
import type { Planned } from './ports.ts';
import { failureOf, machineSetup } from './setup.ts';

export const solutionTarget = (solution: Slug): string => `#solution:${solution}`;

const stepKey = (index: number): string => `step ${index}`;

function planningState(solution: Solution) {
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
		meta: { screen: { name: 'planning', solution: solution.id } },
		invoke: {
			src: 'plan',
			input: ({ context }) => ({
				solution,
				parameters: context.parameters,
				facts: factBook(context.findings),
				server: context.server,
			}),
			onDone: [
				whenPlanned('plan', 'preview'),
				whenPlanned('parameter', 'parameter'),
				whenPlanned('nothing to do', 'no plan'),
				whenPlanned('unavailable', 'no plan'),
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
		on: { back: 'reading' },
	});
}

function previewState(solution: Solution) {
	return machineSetup.createStateConfig({
		tags: ['waiting'],
		meta: { screen: { name: 'preview', solution: solution.id } },
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
			back: 'reading',
			finish: '#ended',
		},
	});
}

function applyingState(solution: Solution) {
	return machineSetup.createStateConfig({
		tags: ['busy'],
		meta: { screen: { name: 'applying', solution: solution.id } },
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
					target: 'verifying',
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
					{ type: 'tried', params: { solution: solution.id, outcome: 'failed' } },
				],
			},
		},
	});
}

function appliedStates(solution: Solution) {
	const { id } = solution;
	return {
		planning: planningState(solution),
		parameter: machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: { screen: { name: 'parameter', solution: id } },
			on: {
				set: { target: 'planning', actions: { type: 'setParameter', params: ({ event }) => event } },
				back: 'reading',
				finish: '#ended',
			},
		}),
		preview: previewState(solution),
		'plan expired': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: { screen: { name: 'plan expired', solution: id } },
			on: { ...leave, next: 'planning', again: 'planning' },
		}),
		'no plan': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: { screen: { name: 'no plan', solution: id } },
			on: {
				...leave,
				next: '#causes',
				again: 'planning',
				set: { target: 'planning', actions: { type: 'setParameter', params: ({ event }) => event } },
			},
		}),
		applying: applyingState(solution),
		'not applied': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: { screen: { name: 'not applied', solution: id } },
			on: { ...leave, next: '#causes', again: 'planning', ...undo },
		}),
		undoing: machineSetup.createStateConfig({
			tags: ['busy'],
			meta: { screen: { name: 'undoing', solution: id } },
			invoke: {
				src: 'undo',
				input: ({ context }) => ({ plan: currentPlan(context) }),
				onDone: {
					target: 'undone',
					actions: [
						{ type: 'undone', params: ({ event }) => ({ undone: event.output }) },
						{ type: 'journal', params: ({ event }) => ({ kind: 'undone', undone: event.output }) },
						{ type: 'tried', params: { solution: id, outcome: 'undone' } },
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
			meta: { screen: { name: 'undone', solution: id } },
			on: { ...leave, next: '#causes' },
		}),
		...outcomeStates(solution),
	};
}

function guidedStates(solution: Solution) {
	const { id, steps } = solution;
	const last = steps.length - 1;
	const walked = steps.map((step, index) => [
		stepKey(index),
		machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: { screen: { name: 'step', solution: id, step: step.id } },
			on: {
				done: {
					target: index === last ? 'verifying' : stepKey(index + 1),
					actions: {
						type: 'journal',
						params: { kind: 'step', solution: id, step: step.id, outcome: 'done' },
					},
				},
				'did not help': {
					target: 'did not hold',
					actions: [
						{
							type: 'journal',
							params: { kind: 'step', solution: id, step: step.id, outcome: 'did not help' },
						},
						{ type: 'tried', params: { solution: id, outcome: 'did not help' } },
					],
				},
				back: index === 0 ? 'reading' : stepKey(index - 1),
				finish: '#ended',
			},
		}),
	]);
	return {
		...Object.fromEntries(walked),
		...outcomeStates(solution),
	};
}

/** All that can happen with one solution. */
export function solutionStates(solution: Solution) {
	const applied = solution.how === 'applied';
	const first = solution.steps.length === 0 ? 'did it help' : stepKey(0);
	return machineSetup.createStateConfig({
		id: `solution:${solution.id}`,
		initial: 'reading',
		states: {
			reading: {
				tags: ['waiting'],
				meta: { screen: { name: 'solution', solution: solution.id } },
				entry: { type: 'openSolution', params: {} },
				on: {
					...leave,
					start: {
						target: applied ? 'planning' : first,
						actions: { type: 'journal', params: { kind: 'choice', solution: solution.id } },
					},
				},
			},
			...(applied ? appliedStates(solution) : guidedStates(solution)),
		},
	});
}
