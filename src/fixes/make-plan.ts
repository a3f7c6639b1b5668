/** From a solution to a plan: what exactly would be done, to whom, by which statements. Nothing is changed. */
import { randomUUID } from 'node:crypto';
import type { Solution, Step } from '../article/article.ts';
import { neededParameters, parametersNamed } from '../article/needed-parameters.ts';
import { waysOn, whyNotOn } from '../article/providers-way.ts';
import { needsSession } from '../article/step-kind.ts';
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import { serverMajor } from '../evidence/postgres/server-major.ts';
import { filled } from '../machine/facts.ts';
import type { Facts, Plan, PlanInput, PlanRow } from '../machine/ports.ts';
import { byHandInstead, doneByHand, type HandedOver, isNotOurs } from './by-hand.ts';
import { clientsElsewhere, missingName, strayChoice, withChoices } from './choices.ts';
import type { Prepared, PreparedEffect } from './effect.ts';
import { effects } from './effects.ts';
import type { FixerOptions } from './fixer.ts';
import { leftOutFor } from './in-words.ts';
import { askFor, filledIn, resolveParameters } from './parameters.ts';
import { fenceFor, type Preview, type PreviewedSession } from './preview.ts';
import { stepPreview, type Unready } from './step-preview.ts';

/** A plan with what only this process can hold: the effects, ready to be carried out. */
export type PreparedPlan = {
	readonly plan: Plan;
	readonly solution: Solution;
	readonly effects: readonly PreparedEffect[];
	/** `pg_backend_pid()` of the session it was made on; null: none was needed. */
	readonly sessionPid: number | null;
	/** What was known when it was made, parameters included. */
	readonly values: Facts;
	/** Databases whose sessions it ends. */
	readonly databases: readonly string[];
};

/** Below this server version nothing is applied: only 10 and later are tested. */
const firstAppliedVersion = 100_000;

/** @throws QueryError when the session is lost */
export async function makePlan(
	options: FixerOptions,
	input: PlanInput,
): Promise<Unready | { readonly kind: 'prepared'; readonly prepared: PreparedPlan }> {
	const { solution } = input;
	const { session } = options.keeper;
	const steps = solution.steps.filter(({ id }) => input.step === null || id === input.step);
	const touchesServer = steps.some(needsSession);
	const ways = session === null ? [] : waysOn(solution, session.server.provider);
	const unavailable = touchesServer && ways.length === 0 ? whyUnavailable(solution, session) : null;
	if (unavailable !== null) return unavailable;

	const resolved = await resolveParameters(
		solution,
		{ ...input, server: session?.server ?? input.server },
		session,
		ways.length > 0
			? parametersNamed(solution, ways)
			: neededParameters(solution, input.step === null ? null : (steps[0] ?? null)),
	);
	if (resolved.kind === 'asked')
		return session === null ? resolved.asked : withChoices(options, solution, resolved, input, session);
	const { parameters, values } = resolved;
	const missing = session === null ? null : await missingName(solution, parameters, session);
	if (missing !== null) return missing;
	if (session !== null && ways.length > 0)
		return {
			kind: 'by hand',
			why: `it cannot be applied on ${session.server.provider}, which has a way of its own`,
			instructions: ways.map((way) => filledIn(way, values)),
		};

	const ready: PreparedEffect[] = [];
	const previews: Preview[] = [];
	const nothing: string[] = [];
	const leftOut: string[] = [];
	const handed: HandedOver[] = [];
	for (const step of steps) {
		const outcome = await prepareStep(options, solution, step, values, session);
		if (outcome.kind === 'refused') return outcome.planned;
		if (outcome.preview !== null) previews.push(outcome.preview);
		ready.push(...outcome.ready);
		nothing.push(...outcome.nothing);
		handed.push(...outcome.handed);
		if (outcome.leftOut !== null) leftOut.push(outcome.leftOut);
	}
	const notOurs = session !== null && isNotOurs(solution, session);
	if (handed.some(({ why }) => why !== null) || (notOurs && handed.length > 0))
		return byHandInstead(handed, notOurs);
	const stray =
		ready.length > 0 || session === null
			? null
			: ((await strayChoice(options, solution, parameters, input, session)) ??
				(await clientsElsewhere(solution, parameters, input, session)));
	if (stray !== null) return stray;
	if (ready.length === 0)
		return {
			kind: 'nothing to do',
			why: nothing.length === 0 ? 'it has no step for this server' : [...new Set(nothing)].join('; '),
		};

	const confirm = confirmText(solution, values);
	if ('unknown' in confirm)
		return {
			kind: 'unavailable',
			why: `it wants {${confirm.unknown}} typed out, and that is not known`,
			next: [`give it: --set ${confirm.unknown}=VALUE`],
		};
	const sessions = onceEach(previews.flatMap((preview) => preview.sessions));
	const unlisted = previews.reduce((sum, { rows, rowCount }) => sum + Math.max(0, rowCount - rows.length), 0);
	const plan: Plan = {
		id: randomUUID(),
		solution: solution.id,
		...(input.step === null ? {} : { step: input.step }),
		parameters: withoutSecretOnes(solution, parameters),
		confirm: confirm.text,
		rows: sessions.map(({ row }) => row),
		statements: ready.flatMap(({ statements }) => statements),
		diff: joined(ready.flatMap(({ diff }) => (diff === null ? [] : [diff]))),
		consequences: [
			...new Set(ready.flatMap(({ consequences }) => consequences)),
			...leftOut,
			...refusedSummary(sessions.map(({ row }) => row)),
			...(unlisted === 0
				? []
				: [
						`${unlisted} more are not in this plan and will not be touched: it lists ${options.maxRows} at most. Plan again afterwards, or give --max.`,
					]),
		],
		undoable: ready.flatMap(({ undoable }) => undoable),
		server: session?.server ?? input.server,
		plannedAt: options.clock().toISOString(),
	};
	const databases = [...new Set(sessions.flatMap(({ database }) => (database === null ? [] : [database])))];
	return {
		kind: 'prepared',
		prepared: { plan, solution, effects: ready, sessionPid: session?.pid ?? null, values, databases },
	};
}

/** Two steps may list the same session: cancelled first, and ended if that was of no use. */
function onceEach(sessions: readonly PreviewedSession[]): readonly PreviewedSession[] {
	return [...new Map(sessions.map((each) => [`${each.row.pid} ${each.row.backend_start}`, each])).values()];
}

function joined(diffs: readonly string[]): string | null {
	return diffs.length === 0 ? null : diffs.join('\n');
}

function whyUnavailable(solution: Solution, session: PostgresSession | null): Unready | null {
	const unavailable = (why: string, next: readonly string[]): Unready => ({ kind: 'unavailable', why, next });
	if (session === null)
		return unavailable('there is no session on the server to apply it with', [
			'wait for a free slot, or give a role with reserved slots: --rescue CONNINFO',
		]);
	const { versionNum, version, provider } = session.server;
	if (versionNum === null || versionNum < firstAppliedVersion)
		return unavailable(
			`nothing is applied on PostgreSQL ${version ?? 'of an unknown version'}: only 10 and later are tested`,
			['do it by hand, as the article says'],
		);
	if (session.pooled)
		return unavailable('a pooler stands between this program and the server, so its session is not its own', [
			'give the address of the server itself: --server CONNINFO',
		]);
	// It is still told what would be done, for somebody who knows.
	if (solution.notOn.includes(provider) && !isNotOurs(solution, session))
		return unavailable(whyNotOn(provider), ['do it by hand, as the article says']);
	return null;
}

type StepOutcome =
	| { readonly kind: 'refused'; readonly planned: Unready }
	| {
			readonly kind: 'prepared';
			readonly preview: Preview | null;
			readonly ready: readonly PreparedEffect[];
			/** Why an effect of it has nothing to do. */
			readonly nothing: readonly string[];
			/** What a person would do, where it cannot be done from here. */
			readonly handed: readonly HandedOver[];
			/** That the step is for other versions; null: it is for this one. */
			readonly leftOut: string | null;
	  };

async function prepareStep(
	options: FixerOptions,
	solution: Solution,
	step: Step,
	values: Facts,
	session: PostgresSession | null,
): Promise<StepOutcome> {
	const looked = await stepPreview(options, step, values, session);
	if (looked !== null && 'kind' in looked) return { kind: 'refused', planned: looked };
	const preview = looked;
	const ready: PreparedEffect[] = [];
	const nothing: string[] = [];
	const handed: HandedOver[] = [];
	const major = session === null ? null : serverMajor(session.server);
	const applies = step.applies.filter((fence) => fenceFor([fence], major) !== null);
	const leftOut = applies.length === 0 && step.applies.length > 0 ? leftOutFor(step, major) : null;
	for (const fence of applies) {
		const effect = effects.find(({ language }) => language === fence.language);
		if (effect === undefined)
			return {
				kind: 'refused',
				planned: {
					kind: 'unavailable',
					why: `this version cannot do “${fence.language}”`,
					next: ['do it by hand, as the article says'],
				},
			};
		const { attended, waitMs, connectTo, lookThrough, observe, gate } = options;
		const { checks } = options.article;
		const canGuard = options.launchGuardian !== null;
		const asked = {
			session,
			solution,
			step,
			fence,
			preview,
			values,
			canGuard,
			attended,
			waitMs,
			connectTo,
			lookThrough,
			checks,
			observe,
			gate,
		};
		const prepared = await effect.prepare(asked);
		switch (prepared.kind) {
			case 'ready':
				ready.push(prepared.effect);
				handed.push(doneByHand(step, preview, prepared.effect));
				break;
			case 'nothing to do':
				nothing.push(prepared.why);
				break;
			case 'by hand':
				handed.push(prepared);
				break;
			case 'unavailable':
				return { kind: 'refused', planned: prepared };
			case 'parameter':
				return { kind: 'refused', planned: askedByEffect(solution, prepared) };
		}
	}
	return { kind: 'prepared', preview, ready, nothing, handed, leftOut };
}

function askedByEffect(
	solution: Solution,
	{ name, problem, choices }: Extract<Prepared, { readonly kind: 'parameter' }>,
): Unready {
	const parameter = solution.parameters.find((each) => each.name === name);
	if (parameter === undefined)
		return { kind: 'unavailable', why: `${name}: ${problem ?? 'it has no value'}`, next: [] };
	return askFor(parameter, { suggestion: null, choices, problem });
}

/** A severe one without a name to type would be applied by a plain yes: then its own id is what is typed. */
function confirmText(
	solution: Solution,
	values: Facts,
): { readonly text: string | null } | { readonly unknown: string } {
	if (solution.confirm !== null) return filled(solution.confirm, values);
	return { text: solution.risk === 'severe' ? solution.id : null };
}

function refusedSummary(rows: readonly PlanRow[]): readonly string[] {
	const refused = rows.filter(({ status }) => status === 'refused');
	if (refused.length === 0) return [];
	const reasons = [...new Set(refused.map(({ why }) => why ?? ''))].join('; ');
	return [`${refused.length} of the ${rows.length} sessions will not be touched: ${reasons}.`];
}

function withoutSecretOnes(solution: Solution, parameters: Readonly<Record<string, string>>) {
	const secret = solution.parameters
		.filter(({ type }) => type.kind === 'secret' || type.kind === 'connection')
		.map(({ name }) => name);
	return Object.fromEntries(
		Object.entries(parameters).map(([name, value]) => [name, secret.includes(name) ? '(not shown)' : value]),
	);
}
