import { namesOf, type Part, screenIn } from './part.ts';
import { failureOf, machineSetup } from './setup.ts';
import { verifyInput } from './verify-input.ts';

/** Looks again and again whether it holds; leads to `good`, to `did not hold`, or asks the person in `did it help`. */
export function verifyingState(part: Part, good: 'held' | 'step done') {
	const names = namesOf(part);
	return machineSetup.createStateConfig({
		tags: ['busy'],
		meta: screenIn(part, 'verifying'),
		invoke: {
			src: 'verify',
			input: ({ context }) => verifyInput(context, names),
			onDone: [
				{
					guard: { type: 'isNotVerifiable', params: ({ event }) => ({ verified: event.output }) },
					target: 'did it help',
				},
				{
					guard: { type: 'holds', params: ({ event }) => ({ verified: event.output }) },
					target: good,
					actions: [
						{ type: 'verified', params: ({ event }) => ({ verified: event.output }) },
						{ type: 'tried', params: { ...names, outcome: 'held' } },
					],
				},
				{
					target: 'did not hold',
					actions: [
						{ type: 'verified', params: ({ event }) => ({ verified: event.output }) },
						{ type: 'tried', params: { ...names, outcome: 'did not hold' } },
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
