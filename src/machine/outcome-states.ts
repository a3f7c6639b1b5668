/** How a solution ends: measured where it can be, else a person says whether it helped; then held, or not. */
import { leaveTo, namesOf, type Part, screenIn, undoOf } from './part.ts';
import { machineSetup } from './setup.ts';
import { verifyingState } from './verifying-state.ts';
import { watchingState } from './watching-state.ts';

/**
 * The states that every solution ends in: measured or asked, then held or not.
 * @param whole the solution as a whole
 * @param canUndo the tool may have changed something by then
 */
export function outcomeStates(whole: Part, canUndo: boolean) {
	const { id } = whole.solution;
	const names = namesOf(whole);
	const leave = leaveTo(whole);
	const undo = canUndo ? undoOf(whole) : {};
	return {
		verifying: verifyingState(whole, 'held'),
		'did it help': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: screenIn(whole, 'did it help'),
			on: {
				...leave,
				helped: {
					target: 'held',
					actions: [
						{ type: 'tried', params: { ...names, outcome: 'helped' } },
						{ type: 'journal', params: { kind: 'helped', solution: id, helped: true } },
					],
				},
				'did not help': {
					target: 'did not hold',
					actions: [
						{ type: 'tried', params: { ...names, outcome: 'did not help' } },
						{ type: 'journal', params: { kind: 'helped', solution: id, helped: false } },
					],
				},
				/** It cannot be said: neither held nor failed. */
				next: {
					target: '#causes',
					actions: { type: 'tried', params: { ...names, outcome: 'not verified' } },
				},
				...undo,
			},
		}),
		held: machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: screenIn(whole, 'held'),
			on: {
				...leave,
				...undo,
				next: '#causes',
				watch: { guard: 'wasMeasured', target: 'watching' },
				/** What was measured is one thing; whether those who called can work again, only they can say. */
				helped: {
					guard: 'wasMeasured',
					target: '#causes',
					actions: { type: 'journal', params: { kind: 'helped', solution: id, helped: true } },
				},
				'did not help': {
					guard: 'wasMeasured',
					target: 'did not hold',
					actions: [
						{ type: 'tried', params: { ...names, outcome: 'did not help' } },
						{ type: 'journal', params: { kind: 'helped', solution: id, helped: false } },
					],
				},
			},
		}),
		watching: watchingState(whole),
		'did not hold': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: screenIn(whole, 'did not hold'),
			on: { ...leave, ...undo, next: '#causes', again: 'reading' },
		}),
	};
}
