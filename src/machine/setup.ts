/** The one setup: every state of every article is made of these actors, actions and guards. */
import { assign, fromCallback, fromPromise, sendTo, setup } from 'xstate';
import type { Slug } from '../article/article.ts';
import { askAnew, parameterNamed } from './ask-anew.ts';
import type { CheckAnswer, DriverEvent, Tried, WizardContext, WizardEvent, WizardInput } from './context.ts';
import type { Staleness } from './finding.ts';
import type { JournalEntry } from './journal-entry.ts';
import { ownFailure } from './own-failure.ts';
import { currentPlan, planExpiryMs, plansToUndo } from './plans.ts';
import type {
	Applied,
	ApplyInput,
	ConnectionCommand,
	ConnectionEvent,
	Failure,
	Observation,
	ObserveInput,
	ParameterValues,
	Plan,
	PlanInput,
	Planned,
	Progress,
	Undone,
	Verified,
	VerifyInput,
	WizardPorts,
} from './ports.ts';
import { decisiveFindings } from './rank.ts';
import { findingOf, withFinding } from './record-finding.ts';
import type { StateMeta, StateTag } from './screen.ts';
import { firstCheck, passedOver, withAnswers, withSymptom } from './told-beforehand.ts';

/** An unexpected rejection of an actor, as data: the machine never stops on one. */
export function failureOf(error: unknown, next: readonly string[]): Failure {
	const message = error instanceof Error ? error.message : String(error);
	return ownFailure('unexpected', message, next);
}

/** What every state of every article is made of, with these ports behind its actors. */
export const setupWith = (ports: WizardPorts) =>
	setup({
		types: {
			context: {} as WizardContext,
			events: {} as WizardEvent,
			input: {} as WizardInput,
			tags: {} as StateTag,
			meta: {} as StateMeta,
		},
		actors: {
			keeper: fromCallback<ConnectionCommand, undefined, ConnectionEvent>(({ sendBack, receive }) => {
				receive((command) => ports.connection.tell(command));
				return ports.connection.subscribe(sendBack);
			}),
			progress: fromCallback<Progress>(({ sendBack }) => ports.fixes.subscribe(sendBack)),
			observe: fromPromise<Observation, ObserveInput>(({ input, signal }) => ports.observe(input, signal)),
			plan: fromPromise<Planned, PlanInput>(({ input }) => ports.fixes.plan(input)),
			apply: fromPromise<Applied, ApplyInput>(({ input }) => ports.fixes.apply(input)),
			verify: fromPromise<Verified | null, VerifyInput>(({ input, signal }) =>
				ports.fixes.verify(input, signal),
			),
			undo: fromPromise<Undone, { readonly plans: readonly Plan[] }>(({ input }) =>
				ports.fixes.undo(input.plans),
			),
		},
		actions: {
			advise: assign({
				advised: ({ context: { advised } }, { solution }: { solution: Slug }) =>
					advised.includes(solution) ? advised.filter((each) => each !== solution) : [...advised, solution],
			}),
			journal: (_, entry: JournalEntry) => ports.journal(entry),

			tellKeeper: sendTo('keeper', (_, command: ConnectionCommand) => command),
			demand: assign((_, { check }: { check: Slug }) => ({ demanded: check })),
			arrive: assign(({ context }, { check }: { check: Slug }) => ({
				trail: context.trail.includes(check) ? context.trail : [...context.trail, check],
				backTo: null,
				absence: null,
			})),
			record: assign(
				(
					{ context },
					{ check, observation, by }: { check: Slug; observation: Observation; by: string | null },
				) => {
					const finding = findingOf(context, check, observation, by);
					return finding === null ? {} : withFinding(context, finding);
				},
			),
			recordAbsence: assign(({ context }, notSeen: { check: Slug; why: string; grant: string | null }) => ({
				absence: notSeen,
				demanded: null,
				notSeen: [...context.notSeen.filter(({ check }) => check !== notSeen.check), notSeen],
			})),
			recordAnswers: assign(({ context }, said: Extract<DriverEvent, { type: 'answers' }>) =>
				withAnswers(context, said),
			),
			noteSymptom: assign(({ context }, said: Extract<DriverEvent, { type: 'symptom' }>) =>
				withSymptom(context, said),
			),
			askOnly: assign((_, { only }: { only: boolean }) => ({ asksOnly: only })),
			/** What is left when somebody has seen enough. */
			passOver: assign(({ context }) => {
				const passed = context.article.checks
					.map(({ id }) => id)
					.filter((id) => !context.trail.includes(id) && !context.leaveOut.includes(id))
					.filter((id) => !context.findings.some(({ check }) => check === id));
				return {
					notSeen: [
						...context.notSeen.filter(({ check }) => !passed.includes(check)),
						...passed.map((check) => ({ check, why: passedOver, grant: null })),
					],
				};
			}),
			/** One step back on the trail: its own entry goes, so that going forward visits it again. */
			turnBack: assign(({ context }, { from }: { from: Slug | null }) => {
				const at = from === null ? context.trail.length : context.trail.indexOf(from);
				const backTo = context.trail[at - 1] ?? null;
				return { backTo, trail: context.trail.slice(0, Math.max(at, 0)) };
			}),
			/** What is stale stays until it is seen anew: it may be all that can be known. */
			forgetFindings: assign(({ context }) => ({
				findings: context.findings.filter(({ source, stale }) => source === 'person' || stale !== undefined),
				notSeen: [],
				trail: [],
				backTo: null,
				triedBefore: context.tried.length,
			})),
			outdate: assign(({ context }, { why }: { why: Staleness }) => ({
				findings: context.findings.map((finding) => ({ ...finding, stale: finding.stale ?? why })),
			})),
			journalFailed: assign((_, { failure }: { failure: Failure | null }) => ({ journalFailure: failure })),

			connected: assign((_, event: Extract<ConnectionEvent, { type: 'connection.held' }>) => ({
				server: event.server,
				timings: event.timings,
				connectionFailure: null,
				waiting: null,
			})),
			refused: assign((_, event: Extract<ConnectionEvent, { type: 'connection.refused' }>) => ({
				server: event.server,
				timings: event.timings,
				connectionFailure: event.failure,
				waiting: null,
				gauge: null,
			})),
			lost: assign(({ context }, { failure }: { failure: Failure }) => ({
				server: context.server === null ? null : { ...context.server, slot: null },
				connectionFailure: failure,
				gauge: null,
			})),
			waiting: assign((_, event: Extract<ConnectionEvent, { type: 'connection.waiting' }>) => ({
				waiting: { attempt: event.attempt, nextInMs: event.nextInMs },
				connectionFailure: event.failure,
			})),
			measured: assign((_, event: Extract<ConnectionEvent, { type: 'connection.gauge' }>) => ({
				gauge: event.gauge,
			})),
			disconnected: assign({ waiting: null, gauge: null }),

			openSolution: assign(({ context }, { parameters }: { parameters?: ParameterValues }) => ({
				parameters: parameters ?? context.parameters,
				planned: null,
				consentProblem: null,
				applied: null,
				verified: null,
				undone: null,
				fixFailure: null,
				progress: null,
			})),
			setParameter: assign(({ context }, { name, value }: { name: string; value: string }) => ({
				parameters: { ...context.parameters, [name]: value },
			})),
			planned: assign((_, { planned }: { planned: Planned }) => ({
				planned,
				consentProblem: null,
				fixFailure: null,
			})),
			askAnew: assign(({ context }, { solution, name }: { solution: Slug; name: string }) => {
				const parameter = parameterNamed(context, solution, name);
				return parameter === undefined ? {} : { planned: askAnew(context, parameter), consentProblem: null };
			}),
			refuseConsent: assign(({ context }) => ({
				consentProblem: `That is not the name. Nothing was done. To go on, type exactly: ${currentPlan(context)?.confirm ?? ''}`,
			})),
			applied: assign((_, { applied }: { applied: Applied }) => ({ applied, progress: null })),
			verified: assign((_, { verified }: { verified: Verified | null }) => ({ verified, progress: null })),
			fixFailed: assign((_, { failure }: { failure: Failure }) => ({ fixFailure: failure, progress: null })),
			progress: assign((_, { text }: { text: string }) => ({ progress: text })),
			tried: assign(
				(
					{ context },
					{ solution, step, outcome }: { solution: Slug; step: Slug | null; outcome: Tried['outcome'] },
				) => ({
					tried: [
						...context.tried,
						{
							solution,
							step,
							outcome,
							plan: currentPlan(context),
							applied: context.applied,
							verified: context.verified,
							undone: context.undone,
							at: context.applied?.at ?? currentPlan(context)?.plannedAt ?? context.startedAt,
						},
					],
				}),
			),
			takenBack: assign(
				({ context }, { undone, ...part }: { solution: Slug; step: Slug | null; undone: Undone }) => ({
					undone,
					progress: null,
					tried: [
						...context.tried,
						...plansToUndo(context, part).map((plan) => ({
							solution: part.solution,
							step: plan.step ?? null,
							outcome: 'undone' as const,
							plan,
							applied: plan.id === currentPlan(context)?.id ? context.applied : null,
							verified: plan.id === currentPlan(context)?.id ? context.verified : null,
							undone,
							at: context.applied?.at ?? plan.plannedAt,
						})),
					],
				}),
			),
		},
		guards: {
			isVisited: ({ context }, { check }: { check: Slug }) =>
				context.trail.includes(check) || context.leaveOut.includes(check),
			isGoingBackPast: ({ context }, { check }: { check: Slug }) =>
				context.backTo !== null && context.backTo !== check,
			isGoingBackTo: ({ context }, { check }: { check: Slug }) => context.backTo === check,
			/** Going back shows what was found, and does not look again. */
			isReturningTo: ({ context }, { check, verdict }: { check: Slug; verdict: string }) =>
				context.backTo === check &&
				decisiveFindings(context.findings).some(
					(finding) => finding.check === check && finding.verdict === verdict,
				),
			isUnvisitedLeft: ({ context }) =>
				context.article.checks.some(
					({ id }) => !context.trail.includes(id) && !context.leaveOut.includes(id),
				),
			isTrailStart: ({ context }, { check }: { check: Slug }) => context.trail.indexOf(check) <= 0,
			isAnythingFresh: ({ context }) => context.findings.some(({ stale }) => stale === undefined),
			isTrailEmpty: ({ context }) => context.trail.length === 0,
			beginsWith: ({ context }, { check }: { check: Slug }) => firstCheck(context) === check,
			/** Nothing can be looked at, and a person has answered: they are asked again when it is stale, or if they want it. */
			isAnswered: (
				{ context },
				{ check, verdict, observation }: { check: Slug; verdict: string; observation: Observation },
			) =>
				observation.kind === 'absent' &&
				context.demanded !== check &&
				context.findings.findLast(
					(known) => known.check === check && known.source === 'person' && known.stale === undefined,
				)?.verdict === verdict,
			isAmong: (
				_,
				{ answers, ...wanted }: { answers: readonly CheckAnswer[]; check: Slug; verdict: string },
			) => answers.some(({ check, verdict }) => check === wanted.check && verdict === wanted.verdict),
			mayConnect: ({ context }) => !context.asksOnly,
			isAbsent: (_, { observation }: { observation: Observation }) => observation.kind === 'absent',
			/** Listed verdicts have a branch each; everything else is `otherwise`, the last transition, without a guard. */
			isVerdict: (_, { said, verdict }: { said: string | null; verdict: string }) => said === verdict,
			isSolution: (_, { chosen, solution }: { chosen: Slug; solution: Slug }) => chosen === solution,
			isPlanned: (_, { planned, kind }: { planned: Planned; kind: Planned['kind'] }) => planned.kind === kind,
			/** Consent is to this very plan, and a severe one wants its name typed out. */
			isConsent: ({ context }, { plan, typed }: { plan: string; typed: string | null }) => {
				const current = currentPlan(context);
				return (
					current !== null && current.id === plan && (current.confirm === null || current.confirm === typed)
				);
			},
			isAskedAnew: ({ context }) => context.planned?.kind === 'parameter' && context.planned.anew === true,
			isParameter: ({ context }, { solution, name }: { solution: Slug; name: string }) =>
				parameterNamed(context, solution, name) !== undefined,
			changedNothing: (_, { applied }: { applied: Applied }) => applied.outcome === 'nothing',
			holds: (_, { verified }: { verified: Verified | null }) => verified?.held === true,
			isBroken: (_, { verified }: { verified: Verified | null }) => verified?.held === false,
			isOfArticle: ({ context }, { solution }: { solution: Slug }) =>
				context.article.solutions.some(({ id }) => id === solution),
			wasMeasured: ({ context }) => context.verified !== null,
			isNotVerifiable: (_, { verified }: { verified: Verified | null }) => verified === null,
			cameThrough: ({ context }) => context.applied?.outcome === 'done',
			isStep: (_, { wanted, step }: { wanted: Slug | null; step: Slug }) => wanted === step,
			canUndo: ({ context }, part: { solution: Slug; step: Slug | null }) =>
				plansToUndo(context, part).length > 0,
		},
		delays: { planExpiry: planExpiryMs },
	});

/** For the shape alone: drawing it, and walking it without a world. */
export const withoutWorld: WizardPorts = {
	observe: () => notProvided('evidence'),
	connection: { subscribe: () => () => {}, tell: () => {} },
	fixes: {
		plan: () => notProvided('fixes'),
		apply: () => notProvided('fixes'),
		verify: () => notProvided('fixes'),
		undo: () => notProvided('fixes'),
		subscribe: () => () => {},
	},
	journal: () => {},
};

function notProvided(port: string): never {
	throw new Error(`the machine was started without its ${port}`);
}

/** The factories of states, typed by what they may use; a machine is made by {@link setupWith}, of the same. */
export const machineSetup = setupWith(withoutWorld);
