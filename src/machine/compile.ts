/** Article → machine. Linear in the article: every node brings its own transitions and nobody else's. */
import type { Article } from '../article/article.ts';
import { checkStates, checkTarget } from './check-states.ts';
import { connectionStates } from './connection-states.ts';
import { initialContext } from './context.ts';
import { asWizard } from './guided.ts';
import type { WizardPorts } from './ports.ts';
import { setupWith, withoutWorld } from './setup.ts';
import { solutionStates, solutionTarget } from './solution-states.ts';
import { symptomChecks } from './told-beforehand.ts';

function checksState(article: Article) {
	const ids = article.checks.map(({ id }) => id);
	const [first] = ids;
	const last = ids.at(-1);
	if (first === undefined || last === undefined) return {};
	return Object.fromEntries(
		article.checks.map((check, index) => [
			`check ${check.id}`,
			checkStates(check, { following: ids[index + 1] ?? null, preceding: ids[index - 1] ?? last }),
		]),
	);
}

/**
 * The machine of an article.
 * @param ports what its actors do; without them it can be drawn and walked, not run
 */
export function compileMachine(published: Article, ports: WizardPorts = withoutWorld) {
	const article = asWizard(published);
	const first = article.checks[0]?.id ?? null;
	const last = article.checks.at(-1)?.id ?? null;
	return setupWith(ports).createMachine({
		id: 'wizard',
		context: ({ input }) => initialContext({ ...input, article }),
		type: 'parallel',
		on: {
			outdated: {
				guard: 'isAnythingFresh',
				actions: [
					{ type: 'outdate', params: ({ event }) => ({ why: event.why }) },
					{ type: 'journal', params: ({ event }) => ({ kind: 'outdated', why: event.why }) },
				],
			},
			advise: {
				guard: { type: 'isOfArticle', params: ({ event }) => event },
				actions: [
					{
						type: 'journal',
						params: ({ context, event: { solution } }) => ({
							...{ kind: 'advised', solution, advised: !context.advised.includes(solution) },
						}),
					},
					{ type: 'advise', params: ({ event }) => event },
				],
			},
			'journal.failed': {
				actions: { type: 'journalFailed', params: ({ event }) => ({ failure: event.failure }) },
			},
		},
		states: {
			connection: connectionStates,
			article: {
				initial: 'intro',
				states: {
					intro: {
						id: 'intro',
						tags: ['waiting'],
						meta: { screen: { name: 'intro' } },
						on: {
							next: [
								...symptomChecks(article).map((check) => ({
									guard: { type: 'beginsWith' as const, params: { check } },
									target: checkTarget(check),
								})),
								{ target: checkTarget(first) },
							],
							'ask only': {
								actions: [
									{ type: 'askOnly', params: ({ event }) => event },
									{
										type: 'tellKeeper',
										params: ({ event }) => ({ type: event.only ? 'stay away' : 'come back' }),
									},
									{ type: 'journal', params: ({ event }) => ({ kind: 'asks-only', only: event.only }) },
								],
							},
							symptom: {
								actions: [
									{ type: 'noteSymptom', params: ({ event }) => event },
									{
										type: 'journal',
										params: ({ event: { symptom, observed, by } }) => ({
											...{ kind: 'symptom', symptom, observed, by },
										}),
									},
								],
							},
							answers: { actions: { type: 'recordAnswers', params: ({ event }) => event } },
							finish: '#ended',
						},
					},
					...checksState(article),
					/** Jumps may have passed checks by: once round again for those, then the causes. */
					sweep: {
						id: 'sweep',
						always: [
							...(first === null ? [] : [{ guard: 'isUnvisitedLeft' as const, target: checkTarget(first) }]),
							{ target: '#causes' },
						],
					},
					causes: {
						id: 'causes',
						tags: ['waiting'],
						meta: { screen: { name: 'causes' } },
						on: {
							choose: article.solutions.map(({ id }) => ({
								guard: {
									type: 'isSolution' as const,
									params: ({ event }: { event: { solution: string } }) => ({
										chosen: event.solution,
										solution: id,
									}),
								},
								target: solutionTarget(id),
							})),
							again: { target: checkTarget(first), actions: 'forgetFindings' },
							back: [
								{ guard: 'isTrailEmpty', target: '#intro' },
								{ target: checkTarget(last), actions: { type: 'turnBack', params: { from: null } } },
							],
							finish: '#ended',
						},
					},
					...Object.fromEntries(
						article.solutions.map((solution) => [`solution ${solution.id}`, solutionStates(solution)]),
					),
					ended: { id: 'ended', tags: ['ended'], meta: { screen: { name: 'ended' } } },
				},
			},
		},
	});
}

export type WizardMachine = ReturnType<typeof compileMachine>;
