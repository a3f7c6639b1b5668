import type { Slug, Solution } from '../article/article.ts';
import { ownFailure } from '../machine/own-failure.ts';
import type { Facts, PlanInput } from '../machine/ports.ts';
import type { JournalRecord } from '../session/record.ts';
import { applyPrepared, notApplied } from './apply-plan.ts';
import { momentOn } from './came-back.ts';
import { clusterOf, whyElsewhere } from './cluster.ts';
import { consentProblem } from './consent.ts';
import type { PreparedEffect } from './effect.ts';
import { failureOf, messageOf } from './failure.ts';
import { lift, liftingStatement, recordedFences } from './fence.ts';
import type { Fixer, FixerOptions } from './fixer.ts';
import { makePlan, type PreparedPlan } from './make-plan.ts';
import { named, resolveParameters } from './parameters.ts';
import { expiryProblem } from './plan-expiry.ts';
import { recoverStep } from './recover.ts';
import { undoAll } from './undo.ts';
import { outsideOf } from './value-change.ts';
import { stepProofs, type Timing, verificationOf, verifyTiming, watch, watchTiming } from './verify.ts';

/** The records without the changes of other plans. */
const ofPlan = (records: readonly JournalRecord[], plan: string): readonly JournalRecord[] =>
	records.filter((record) => record.kind !== 'intent' || record.plan === plan);

/** What is kept of a plan that was carried out, for the verification after it. */
type Carried = { readonly prepared: PreparedPlan; readonly since: string | null };

/**
 * The fixer of one run: it remembers its plans, and carries out only those.
 * @param timing how verification watches; shorter in tests of other things
 */
export function createFixer(options: FixerOptions, timing: Timing = verifyTiming): Fixer {
	const { keeper, journal, clock, article } = options;
	const plans = new Map<string, PreparedPlan>();
	/** The journal says which server this is. */
	let identified = false;
	const carried = new Map<string, Carried>();
	/** By solution: what it was planned with last, whatever came of it. */
	const asked = new Map<Slug, PlanInput>();

	/** What a person was told to do is proved by the values that it was told with. */
	async function wanted(solution: Solution): Promise<Facts> {
		const { session } = keeper;
		const input = asked.get(solution.id) ?? { solution, step: null, parameters: {}, facts: {}, server: null };
		const resolved = await resolveParameters(solution, input, session, []);
		return resolved.kind === 'values' ? resolved.values : {};
	}

	/** It is only said for the person's sake: where it cannot be looked at, it is not said. */
	async function notReached(effects: readonly PreparedEffect[], since: string): Promise<readonly string[]> {
		const reasons = new Set<string>();
		for (const effect of effects) {
			if (keeper.session === null) break;
			const reason = await effect.notReached?.(keeper.session, since).catch(() => null);
			if (typeof reason === 'string') reasons.add(reason);
		}
		return [...reasons];
	}

	return {
		async plan(input) {
			asked.set(input.solution.id, input);
			try {
				const made = await makePlan(options, input);
				if (made.kind !== 'prepared') return made;
				plans.set(made.prepared.plan.id, made.prepared);
				return { kind: 'plan', plan: made.prepared.plan };
			} catch (error) {
				const { message, next } = failureOf(error, ['connect again, then plan again']);
				return { kind: 'unavailable', why: message, next };
			}
		},

		async apply(plan, consent, onProgress, signal) {
			const prepared = plans.get(plan.id);
			const again = ['make a new plan'];
			if (prepared === undefined)
				return notApplied(
					plan,
					ownFailure('no-such-plan', 'this plan was not made here, or was carried out already', again),
					clock,
				);
			const unwelcome = consentProblem(prepared.plan, prepared.solution.risk, consent);
			if (unwelcome !== null) {
				const { confirm } = prepared.plan;
				const next = confirm === null ? ['agree: --yes'] : [`type it, or give --confirm ${confirm}`];
				return notApplied(plan, ownFailure('consent-missing', unwelcome, next), clock);
			}
			const expired = expiryProblem(prepared.plan, clock(), prepared.sessionPid, keeper.session?.pid ?? null);
			if (expired !== null) return notApplied(plan, ownFailure('plan-expired', expired, again), clock);
			// Consent is for once: what it lists will not be there a second time.
			plans.delete(plan.id);
			let since: string | null = null;
			if (keeper.session !== null && !identified) {
				try {
					const id = await clusterOf(keeper.session);
					if (id !== null) await journal.append({ kind: 'cluster', id }, { durable: true });
					identified = true;
				} catch (error) {
					return notApplied(plan, failureOf(error, again), clock);
				}
			}
			if (keeper.session !== null) {
				try {
					since = await momentOn(keeper.session);
				} catch (error) {
					return notApplied(plan, failureOf(error, again), clock);
				}
			}
			carried.set(plan.id, { prepared, since });
			return applyPrepared(
				prepared,
				{
					keeper,
					journal,
					plan: plan.id,
					solution: prepared.solution,
					launchGuardian: options.launchGuardian,
					connectTo: options.connectTo,
					onProgress,
					signal: signal ?? null,
					takeBack: () => undoAll(keeper, journal, ofPlan(journal.records, plan.id), onProgress),
				},
				clock,
			);
		},

		async verify({ solution: id, step, plan, before, untilBroken = false }, onProgress, signal) {
			const solution = article.solutions.find((each) => each.id === id);
			if (solution === undefined) return null;
			const meant = verificationOf(article.checks, solution, step);
			if (meant === null) return null;
			const also =
				step === null && plan !== null && plan.step === undefined ? stepProofs(article.checks, solution) : [];
			const known = plan === null ? undefined : carried.get(plan.id);
			const { databases = [], effects = [] } = known?.prepared ?? {};
			const values = known?.prepared.values ?? (await wanted(solution));
			const stop = signal ?? new AbortController().signal;
			const missing: string[] = [];
			// Once it has held, what was waited for has happened.
			for (const effect of untilBroken ? [] : effects) {
				const why = (await effect.awaited?.(keeper, onProgress, stop)) ?? null;
				if (why !== null) missing.push(why);
			}
			// What is still to come would only be waited for a second time.
			const within = missing.length === 0 ? timing : { ...timing, patienceMs: 0 };
			const since = known?.since ?? null;
			const facts = { ...before, ...values };
			// What only the application's files can tell is the person's to say where they are not at hand.
			if (meant.check.checks.every(({ language }) => language === 'openiz')) {
				const looked = await options.observe({ check: meant.check, facts }, stop);
				if (looked.kind === 'absent') return null;
			}
			// It was to let an administrator in: applications are as locked out as they were.
			const logsIn = effects.some((effect) => effect.logsIn);
			const verified = await watch(
				logsIn ? { ...options, proveLogin: null } : options,
				{
					...meant,
					also,
					before,
					facts,
					sessionsEnded: since === null || databases.length === 0 ? null : { databases, since },
				},
				onProgress,
				stop,
				untilBroken ? watchTiming : within,
			);
			// A check that was content before says nothing of a change that does not count yet.
			const held = verified.held && missing.length === 0;
			const reasons = held || untilBroken || since === null ? [] : await notReached(effects, since);
			const caveats = untilBroken ? [] : effects.flatMap(({ caveat }) => caveat ?? []);
			const notes = [...missing, ...caveats, verified.note, ...reasons].filter((each) => each !== null);
			// A session that was had for it, and has been used for every look since, is more than a sum.
			const proof = held && logsIn ? 'login' : verified.proof;
			return { ...verified, held, proof, note: notes.length === 0 ? null : notes.join('; ') };
		},

		undo: (records, onProgress) => undoAll(keeper, journal, records, onProgress),

		elsewhere: async (records) => (keeper.session === null ? null : whyElsewhere(keeper.session, records)),

		recover: (records) => recoverStep(keeper.session, records),

		async fences() {
			return keeper.session === null ? [] : recordedFences(keeper.session);
		},

		async liftFence(fence) {
			const what = `the fence of ${named('database', fence.database)}`;
			try {
				const { how, now } = await outsideOf(keeper, [], (session) => lift(session, fence));
				await journal.append(
					{ kind: 'note', text: `${what}, raised by session ${fence.session}: ${how}, ${now}` },
					{ durable: true },
				);
				return how === 'lifted'
					? { session: fence.session, undone: [`${what}: ${now}`], skipped: [] }
					: { session: fence.session, undone: [], skipped: [{ what, why: now }] };
			} catch (error) {
				const why = `${messageOf(error)}; by hand: ${liftingStatement(fence)};`;
				return { session: fence.session, undone: [], skipped: [{ what, why }] };
			}
		},
	};
}
