import { namesOf, type Part, screenIn } from './part.ts';
import { machineSetup } from './setup.ts';
import { verifyInput } from './verify-input.ts';

/**
 * Goes on looking at what has held, for as long as the person likes: it ends in `did not hold`, or is stopped and
 * still holds.
 */
export function watchingState(whole: Part) {
	const names = namesOf(whole);
	return machineSetup.createStateConfig({
		tags: ['busy'],
		meta: screenIn(whole, 'watching'),
		invoke: {
			src: 'verify',
			input: ({ context }) => ({ ...verifyInput(context, names), untilBroken: true }),
			onDone: [
				{
					guard: { type: 'isBroken', params: ({ event }) => ({ verified: event.output }) },
					target: 'did not hold',
					actions: [
						{ type: 'verified', params: ({ event }) => ({ verified: event.output }) },
						{ type: 'tried', params: { ...names, outcome: 'did not hold' } },
					],
				},
				{ target: 'held' },
			],
			// What could not be looked at any more has not been seen to break.
			onError: 'held',
		},
		on: { skip: 'held' },
	});
}
