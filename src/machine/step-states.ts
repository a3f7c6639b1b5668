/**
 * One step of a solution that is walked step by step: done by a person, or planned, agreed to, applied and taken back by
 * itself; then proved by its own check, where it has one.
 */
import type { Solution, Step } from '../article/article.ts';
import { isToolStep, provesItself } from '../article/step-kind.ts';
import { leaveTo, namesOf, type Part, screenIn, undoOf } from './part.ts';
import { planStates } from './plan-states.ts';
import { machineSetup } from './setup.ts';
import { verifyingState } from './verifying-state.ts';

export const stepKey = (index: number): string => `step ${index}`;

const target = ({ id }: Solution, state: string): string => `#solution:${id}.${state}`;

/** What is asked on, and where that leads. */
type Place = {
	readonly solution: Solution;
	readonly step: Step;
	/** The step before, or the solution itself. */
	readonly before: string;
	/** The step after, or the proof of the whole. */
	readonly after: string;
};

function noted({ solution, step }: Place, outcome: 'done' | 'did not help') {
	return {
		type: 'journal',
		params: { kind: 'step', solution: solution.id, step: step.id, outcome },
	} as const;
}

/** The person's word that all of it is in vain. */
function inVain(place: Place) {
	const { solution, step } = place;
	return {
		target: target(solution, 'did not hold'),
		actions: [
			noted(place, 'did not help'),
			{ type: 'tried', params: { solution: solution.id, step: step.id, outcome: 'did not help' } },
		],
	} as const;
}

/** Proved by its own check where it has one, else by the person's word; the states are named as a whole solution's. */
function proofStates(part: Part, place: Place) {
	const names = namesOf(part);
	const undo = isToolStep(place.step) ? undoOf(part) : {};
	const leave = leaveTo(part);
	const proved = place.step.verify !== null;
	return {
		...(proved
			? {
					verifying: verifyingState(part, 'step done'),
					'did it help': machineSetup.createStateConfig({
						tags: ['waiting'],
						meta: screenIn(part, 'did it help'),
						on: {
							...leave,
							helped: {
								target: 'step done',
								actions: [{ type: 'tried', params: { ...names, outcome: 'helped' } }, noted(place, 'done')],
							},
							'did not help': {
								target: 'did not hold',
								actions: [
									{ type: 'tried', params: { ...names, outcome: 'did not help' } },
									noted(place, 'did not help'),
								],
							},
							/** It cannot be said: what comes after it will show. */
							next: {
								target: 'step done',
								actions: { type: 'tried', params: { ...names, outcome: 'not verified' } },
							},
							...undo,
						},
					}),
				}
			: {}),
		'did not hold': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: screenIn(part, 'did not hold'),
			on: {
				...leave,
				...undo,
				next: part.start,
				again: proved ? 'verifying' : part.start,
				/** The person knows better, and goes on all the same. */
				done: { target: place.after, actions: noted(place, 'done') },
			},
		}),
		/** What was done can be taken back as long as this is shown, and again at the end of the whole. */
		'step done': machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: { screen: { name: 'step done', solution: names.solution, step: place.step.id } },
			on: { ...leave, ...undo, next: place.after },
		}),
	};
}

/** What a person is asked to do; it leads to `proof` when they say that they did. */
function askedState(place: Place, proof: string) {
	const { solution, step, before } = place;
	return machineSetup.createStateConfig({
		tags: ['waiting'],
		meta: { screen: { name: 'step', solution: solution.id, step: step.id } },
		// The plan of the step before is none of this one's.
		entry: { type: 'openSolution', params: {} },
		on: {
			done: { target: proof, actions: noted(place, 'done') },
			'did not help': inVain(place),
			back: before,
			finish: '#ended',
		},
	});
}

/** No check measures it by itself: it is in place when all of it came through. */
function unprovedState(part: Part, place: Place) {
	const names = namesOf(part);
	const outcome = provesItself(place.step) ? 'held' : 'not verified';
	return machineSetup.createStateConfig({
		always: [
			{
				guard: 'cameThrough',
				target: 'step done',
				actions: [{ type: 'tried', params: { ...names, outcome } }, noted(place, 'done')],
			},
			{ target: 'did not hold', actions: { type: 'tried', params: { ...names, outcome: 'failed' } } },
		],
	});
}

/** The tool does it, once its plan has been agreed to; or the person has done it in its place. */
function toolStates(part: Part, place: Place) {
	const { solution, step, before } = place;
	const proved = step.verify !== null;
	const proof = proved ? 'verifying' : 'step done';
	return {
		[part.start]: machineSetup.createStateConfig({
			tags: ['waiting'],
			meta: { screen: { name: 'step', solution: solution.id, step: step.id } },
			entry: { type: 'openSolution', params: {} },
			on: {
				start: 'planning',
				done: { target: proof, actions: noted(place, 'done') },
				back: before,
				finish: '#ended',
				...undoOf(part),
			},
		}),
		...planStates(part, {
			nothingToDo: proof,
			doneByHand: proof,
			applied: proved ? 'verifying' : 'applied',
		}),
		...(proved ? {} : { applied: unprovedState(part, place) }),
		...proofStates(part, place),
	};
}

/** @param index of the step in its solution */
export function stepStates(solution: Solution, step: Step, index: number) {
	const last = index === solution.steps.length - 1;
	const place: Place = {
		solution,
		step,
		before: target(solution, index === 0 ? 'reading' : stepKey(index - 1)),
		after: target(solution, last ? 'verifying' : stepKey(index + 1)),
	};
	// Most steps are of this kind, and the machine is built at every start: they are no more than they must be.
	if (!isToolStep(step) && step.verify === null) return askedState(place, place.after);
	const part: Part = { solution, step, start: 'offered' };
	return machineSetup.createStateConfig({
		initial: part.start,
		states: isToolStep(step)
			? toolStates(part, place)
			: { [part.start]: askedState(place, 'verifying'), ...proofStates(part, place) },
	});
}
