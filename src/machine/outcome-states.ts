/** How a solution ends: measured where it can be, else a person says whether it helped; then held, or not. */
import type { Slug, Solution } from '../article/article.ts';
import { currentPlan } from './current-plan.ts';
import { failureOf, machineSetup } from './setup.ts';

/** What every state after the reading can say: back to the causes, or enough for now. */
export const leave = { back: '#causes', finish: '#ended' } as const;

function verifyingState(solution: Solution, step: Slug | null) {
	return machineSetup.createStateConfig({
		tags: ['busy'],
		meta: { screen: { name: 'verifying', solution: solution.id } },
		invoke: {
			src: 'verify',
			input: ({ context }) => ({
				solution: solution.id,
				step,
				plan: currentPlan(context),
				applied: context.applied,
				findings: context.findings,
			}),
			onDone: [
				{
					guard: { type: 'isNotVerifiable', params: ({ event }) => ({ verified: event.output }) },
					target: 'did it help',
				},
				{
					guard: { type: 'holds', params: ({ event }) => ({ verified: event.output }) },
					target: 'held',
					actions: [
						{ type: 'verified', params: ({ event }) => ({ verified: event.output }) },
						{ type: 'tried', params: { solution: solution.id, outcome: 'held' } },
					],
				},
				{
					target: 'did not hold',
					actions: [
						{ type: 'verified', params: ({ event }) => ({ verified: event.output }) },
						{ type: 'tried', params: { solution: solution.id, outcome: 'did not hold' } },
					],
				},
			],
			onError: {
				target: 'did it help',
				actions: {
					type: 'fixFailed',
					params: ({ event }) => ({
						failure: failureOf(event.error, ['It could not be measured. Look at the application.']),
					}),
				},
			},
		},
		on: { skip: 'did it help' },
	});
}

/** Only what the tool changed can be taken back by it. */
export const undo = { undo: { guard: 'canUndo', target: 'undoing' } } as const;

/** The states that every solution ends in: measured or asked, then held or not. */
export function outcomeStates(solution: Solution) {
	const { id } = solution;
	const canUndo = solution.how === 'applied' ? undo : {};
	return {
		verifying: verifyingState(solution, null),
		'did it help': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: { screen: { name: 'did it help', solution: id } },
			on: {
				...leave,
				helped: {
					target: 'held',
					actions: [
						{ type: 'tried', params: { solution: id, outcome: 'helped' } },
						{ type: 'journal', params: { kind: 'helped', solution: id, helped: true } },
					],
				},
				'did not help': {
					target: 'did not hold',
					actions: [
						{ type: 'tried', params: { solution: id, outcome: 'did not help' } },
						{ type: 'journal', params: { kind: 'helped', solution: id, helped: false } },
					],
				},
				/** It cannot be said: neither held nor failed. */
				next: {
					target: '#causes',
					actions: { type: 'tried', params: { solution: id, outcome: 'not verified' } },
				},
				...canUndo,
			},
		}),
		held: machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: { screen: { name: 'held', solution: id } },
			on: { ...leave, ...canUndo, next: '#causes' },
		}),
		'did not hold': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: { screen: { name: 'did not hold', solution: id } },
			on: { ...leave, ...canUndo, next: '#causes', again: 'reading' },
		}),
	};
}
