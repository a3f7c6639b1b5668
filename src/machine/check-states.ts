/** A check: looking, asking where nobody can look, and one state a verdict. */
import type { Branch, Check, Slug } from '../article/article.ts';
import { isWayIn } from '../article/way-in.ts';
import { type CheckAnswer, type DriverEvent, verdictOf } from './context.ts';
import { factBook } from './facts.ts';
import type { Observation } from './ports.ts';
import { failureOf, machineSetup } from './setup.ts';
import { answerGiven } from './told-beforehand.ts';

/** Where a check stands among the others. */
export type Place = {
	/** The following check in document order; null: it is the last. */
	readonly following: Slug | null;
	/** The one before; of the first, the last: going back goes round, because going forward may have jumped. */
	readonly preceding: Slug;
};

/** State ids: a slug has no dot and no colon, so nothing of an article can address another kind of node. */
export const checkTarget = (check: Slug | null): string => (check === null ? '#sweep' : `#check:${check}`);

const branchKey = (index: number): string => `verdict ${index}`;
const waitKey = (index: number): string => `waiting ${index}`;

/** Refusals that pass by themselves: the first slot that frees is worth waiting for. */
const worthWaiting = new Set(['ordinary slots gone', 'no slot at all', 'starting or stopping']);

/** To the causes at once; what was not gone into is not seen. */
const conclude = { target: '#causes', actions: 'passOver' } as const;

/** The verdict's own state: the finding is shown, and `next` goes where the article goes. */
function verdictState(check: Check, branch: Branch, index: number, place: Place) {
	const onwards = checkTarget(branch.next ?? place.following);
	return machineSetup.createStateConfig({
		tags: ['waiting'],
		meta: { screen: { name: 'finding', check: check.id, verdict: branch.verdict } },
		on: {
			next: onwards,
			back: [
				{
					guard: { type: 'isTrailStart', params: { check: check.id } },
					target: '#intro',
					actions: { type: 'turnBack', params: { from: check.id } },
				},
				{ target: checkTarget(place.preceding), actions: { type: 'turnBack', params: { from: check.id } } },
			],
			again: {
				target: `#check:${check.id}.looking`,
				actions: { type: 'demand', params: { check: check.id } },
			},
			conclude,
			finish: '#ended',
			...(isWayIn(check) && worthWaiting.has(branch.verdict)
				? { 'wait for a slot': { guard: 'mayConnect', target: `#check:${check.id}.${waitKey(index)}` } }
				: {}),
		},
	});
}

/** Waits for the first free slot; the refusal stays a finding, the session that comes answers the rest. */
function waitState(check: Check, branch: Branch, index: number, place: Place) {
	return machineSetup.createStateConfig({
		tags: ['busy'],
		meta: { screen: { name: 'waiting for a slot', check: check.id } },
		entry: { type: 'tellKeeper', params: { type: 'wait' } },
		on: {
			'connection.held': checkTarget(branch.next ?? place.following),
			'connection.refused': branchKey(index),
			'stop waiting': {
				target: branchKey(index),
				actions: { type: 'tellKeeper', params: { type: 'stop waiting' } },
			},
			finish: { target: '#ended', actions: { type: 'tellKeeper', params: { type: 'stop waiting' } } },
		},
	});
}

const recordAnswers = {
	type: 'recordAnswers' as const,
	params: ({ event }: { event: Extract<DriverEvent, { type: 'answers' }> }) => event,
};

/** @param place where the check stands in its article */
export function checkStates(check: Check, place: Place) {
	const { id } = check;
	const listed = check.branches.map(({ verdict }) => verdict);
	const otherwise = Math.max(0, listed.indexOf('otherwise'));
	const waits = check.branches.flatMap((branch, index) =>
		isWayIn(check) && worthWaiting.has(branch.verdict)
			? [[waitKey(index), waitState(check, branch, index, place)] as const]
			: [],
	);
	return machineSetup.createStateConfig({
		id: `check:${id}`,
		initial: 'arriving',
		states: {
			arriving: {
				always: [
					{ guard: { type: 'isGoingBackPast', params: { check: id } }, target: checkTarget(place.preceding) },
					...check.branches.map((branch, index) => ({
						guard: {
							type: 'isReturningTo' as const,
							params: { check: id, verdict: branch.verdict },
						},
						target: branchKey(index),
						actions: { type: 'arrive' as const, params: { check: id } },
					})),
					{ guard: { type: 'isGoingBackTo', params: { check: id } }, target: 'looking' },
					{ guard: { type: 'isVisited', params: { check: id } }, target: checkTarget(place.following) },
					{ target: 'looking' },
				],
			},
			looking: {
				tags: ['busy'],
				meta: { screen: { name: 'looking', check: id } },
				entry: { type: 'arrive', params: { check: id } },
				invoke: {
					src: 'observe',
					input: ({ context }) => ({
						check,
						facts: factBook(context.findings),
						demanded: context.demanded === id,
					}),
					onDone: [
						...check.branches.map(({ verdict }, index) => ({
							guard: {
								type: 'isAnswered' as const,
								params: ({ event }: { event: { output: Observation } }) => ({
									...{ check: id, verdict },
									observation: event.output,
								}),
							},
							target: branchKey(index),
						})),
						{
							guard: { type: 'isAbsent', params: ({ event }) => ({ observation: event.output }) },
							target: 'asking',
							actions: {
								type: 'recordAbsence',
								params: ({ event }) => ({
									check: id,
									why: event.output.kind === 'absent' ? event.output.why : '',
									grant: event.output.kind === 'absent' ? event.output.grant : null,
								}),
							},
						},
						...check.branches.map(({ verdict }, index) => ({
							guard: {
								type: 'isVerdict' as const,
								params: ({ event }: { event: { output: Observation } }) => ({
									said: verdictOf(event.output, listed),
									verdict,
								}),
							},
							target: branchKey(index),
							actions: {
								type: 'record' as const,
								params: ({ event }: { event: { output: Observation } }) => ({
									check: id,
									observation: event.output,
									by: null,
								}),
							},
						})),
					],
					onError: {
						target: branchKey(otherwise),
						actions: {
							type: 'record',
							params: ({ context, event }) => ({
								check: id,
								by: null,
								observation: {
									kind: 'failed' as const,
									failure: failureOf(event.error, [
										'Look again, or go on: the other checks do not need this one.',
									]),
									source: 'live' as const,
									sql: null,
									durationMs: 0,
									at: context.startedAt,
								},
							}),
						},
					},
				},
				on: {
					skip: {
						target: 'asking',
						actions: [
							{ type: 'tellKeeper', params: { type: 'cancel' } },
							{
								type: 'recordAbsence',
								params: { check: id, why: 'it was skipped while it was being looked at', grant: null },
							},
						],
					},
					finish: '#ended',
				},
			},
			asking: {
				tags: ['waiting'],
				meta: { screen: { name: 'asking', check: id } },
				on: {
					answer: check.branches.map(({ verdict, next }, index) => ({
						guard: {
							type: 'isVerdict' as const,
							params: ({ event }: { event: { verdict: string } }) => ({ said: event.verdict, verdict }),
						},
						...(verdict === 'otherwise'
							? {
									// Whoever does not know has found nothing: it goes on.
									target: checkTarget(next ?? place.following),
									actions: {
										type: 'recordAbsence' as const,
										params: { check: id, why: 'whoever was asked does not know', grant: null },
									},
								}
							: {
									target: branchKey(index),
									actions: {
										type: 'record' as const,
										params: ({ event }: { event: { verdict: string; by: string; at: string } }) => ({
											check: id,
											by: event.by,
											observation: answerGiven(event.verdict, event.at),
										}),
									},
								}),
					})),
					answers: [
						...check.branches.map(({ verdict }, index) => ({
							guard: {
								type: 'isAmong' as const,
								params: ({ event }: { event: { answers: readonly CheckAnswer[] } }) => ({
									...{ check: id, verdict },
									answers: event.answers,
								}),
							},
							target: branchKey(index),
							actions: recordAnswers,
						})),
						{ actions: recordAnswers },
					],
					conclude,
					leave: checkTarget(place.following),
					next: checkTarget(place.following),
					again: { target: 'looking', actions: { type: 'demand', params: { check: id } } },
					back: [
						{
							guard: { type: 'isTrailStart', params: { check: id } },
							target: '#intro',
							actions: { type: 'turnBack', params: { from: id } },
						},
						{ target: checkTarget(place.preceding), actions: { type: 'turnBack', params: { from: id } } },
					],
					finish: '#ended',
				},
			},
			...Object.fromEntries(
				check.branches.map((branch, index) => [branchKey(index), verdictState(check, branch, index, place)]),
			),
			...Object.fromEntries(waits),
		},
	});
}
