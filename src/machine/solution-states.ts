/** A solution: read, planned, consented to, applied, verified, perhaps taken back; or walked step by step, each proved. */
import type { Slug, Solution } from '../article/article.ts';
import { isStepwise } from '../article/step-kind.ts';
import { outcomeStates } from './outcome-states.ts';
import { afterFailure, leaveTo, type Part, screenIn, undoOf } from './part.ts';
import { planStates, undoStates } from './plan-states.ts';
import { machineSetup } from './setup.ts';
import { stepKey, stepStates } from './step-states.ts';

export const solutionTarget = (solution: Slug): string => `#solution:${solution}`;

/** All of it is the tool's, in one plan. */
function appliedStates(whole: Part) {
	return {
		...planStates(whole, { nothingToDo: 'no plan', doneByHand: 'verifying', applied: 'verifying' }),
		...outcomeStates(whole, true),
	};
}

/** Step by step; what the tool did in them can be taken back at the end, all of it. */
function guidedStates(whole: Part) {
	const { solution } = whole;
	const stepwise = isStepwise(solution);
	const { verifying, ...outcome } = outcomeStates(whole, stepwise);
	return {
		...Object.fromEntries(
			solution.steps.map((step, index) => [stepKey(index), stepStates(solution, step, index)]),
		),
		// The whole is proved, not the plan of the last step.
		verifying: { ...verifying, entry: { type: 'openSolution', params: {} } } as const,
		...outcome,
		...(stepwise
			? {
					...undoStates(whole),
					'not applied': machineSetup.createStateConfig({
						tags: ['waiting'],
						meta: screenIn(whole, 'not applied'),
						on: { ...leaveTo(whole), next: afterFailure(whole), ...undoOf(whole) },
					}),
				}
			: {}),
	};
}

/** All that can happen with one solution. */
export function solutionStates(solution: Solution) {
	const whole: Part = { solution, step: null, start: 'reading' };
	const applied = solution.how === 'applied';
	const begun = { type: 'journal', params: { kind: 'choice', solution: solution.id } } as const;
	const first = solution.steps.length === 0 ? 'did it help' : stepKey(0);
	return machineSetup.createStateConfig({
		id: `solution:${solution.id}`,
		initial: whole.start,
		states: {
			reading: {
				tags: ['waiting'],
				meta: { screen: { name: 'solution', solution: solution.id } },
				entry: { type: 'openSolution', params: {} },
				on: {
					...leaveTo(whole),
					start: applied
						? { target: 'planning', actions: begun }
						: [
								...solution.steps.slice(1).map(({ id }, index) => ({
									guard: {
										type: 'isStep' as const,
										params: ({ event }: { event: { step?: Slug } }) => ({
											wanted: event.step ?? null,
											step: id,
										}),
									},
									target: stepKey(index + 1),
									actions: begun,
								})),
								{ target: first, actions: begun },
							],
				},
			},
			...(applied ? appliedStates(whole) : guidedStates(whole)),
		},
	});
}
