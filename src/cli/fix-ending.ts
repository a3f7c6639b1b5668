/** How a fix came out: its document, a line for a person, and the exit status; or what was missing. */
import type { Solution, Step } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import { isSpelledOut, isStepwise, isToolStep } from '../article/step-kind.ts';
import type { FixEnd } from '../machine/drive.ts';
import type { Finding } from '../machine/finding.ts';
import { currentPlan } from '../machine/plans.ts';
import type { Planned } from '../machine/ports.ts';
import { decisiveFindings } from '../machine/rank.ts';
import { type FixDocument, type ReportedStep, toFixDocument } from '../report/fix-document.ts';
import { count } from '../report/words.ts';
import { type ExpectedError, usageError } from './errors.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';

export type FixEnding = {
	readonly document: FixDocument;
	readonly headline: string;
	readonly status: ExitStatus;
};

/** A headless run cannot ask: the message names the very flag. */
export function missingParameter(planned: Extract<Planned, { kind: 'parameter' }>): ExpectedError {
	const { name, question, suggestion, choices, problem, secret } = planned;
	const value = secret ? '@FILE' : (suggestion ?? 'VALUE');
	return usageError(`${problem ?? question} (parameter ${name})`, [
		`--set ${name}=${value}`,
		...(choices.length === 0 ? [] : [`it is one of: ${choices.join(', ')}`]),
	]);
}

/** @param confirm what a severe one wants typed; null: a plain yes will do */
export function missingConsent(confirm: string | null): ExpectedError {
	if (confirm === null)
		return usageError('nothing was done: this change wants consent', ['--yes', 'or see the plan: --dry-run']);
	const quoted = /^[\w.:-]+$/.test(confirm) ? confirm : `'${confirm.replaceAll("'", `'\\''`)}'`;
	return usageError('nothing was done: this change is severe, and wants the name typed out', [
		`--confirm ${quoted}`,
		'or see the plan: --dry-run',
	]);
}

/** What was asked for. */
export type FixAsked = {
	/** The article's id, as the command line names it. */
	readonly article: string;
	readonly solution: Solution;
	/** The one step that was meant; null: none was named. */
	readonly step: Step | null;
};

type Told = {
	readonly headline: string;
	readonly status: ExitStatus;
	readonly why: string | null;
	readonly byHand?: FixDocument['byHand'];
	readonly steps?: readonly ReportedStep[];
};

/** The steps to choose from, and whether they are in place already, as far as that has been seen. */
function stepsOf({ steps }: Solution, findings: readonly Finding[]): readonly ReportedStep[] {
	const decisive = decisiveFindings(findings);
	return steps.map((step) => {
		const found = decisive.find(({ check }) => check === step.verify?.check);
		return {
			id: step.id,
			title: plainInline(step.title),
			by: isToolStep(step) && !isSpelledOut(step) ? 'tool' : 'person',
			met: found === undefined ? null : step.verify?.verdicts.includes(found.verdict) === true,
		};
	});
}

function stepInWords({ id, title, by, met }: ReportedStep, index: number, step: Step | undefined): string {
	const person =
		step !== undefined && isSpelledOut(step)
			? `a person does it; what exactly: --set step=${id}`
			: 'a person does it';
	const who = by === 'tool' ? `this tool can do it: --set step=${id}` : person;
	const state = met === null ? '' : met ? '; its check is met' : '; its check is not met yet';
	return `${index + 1}. ${title} (${who}${state})`;
}

/** Nothing was done, because a person has to do it, or to say which step is meant. */
function guidedTold({ solution, step }: FixAsked, findings: readonly Finding[]): Told {
	const status = exitStatus.notDone;
	if (step !== null) {
		const why = `${plainInline(step.title)} is done by a person`;
		const instructions = [step.prose.trim() === '' ? plainInline(step.title) : step.prose];
		return { headline: `${why}: nothing was changed`, status, why, byHand: { why, instructions } };
	}
	const steps = stepsOf(solution, findings);
	const why =
		steps
			.map((each, index) =>
				isStepwise(solution)
					? stepInWords(each, index, solution.steps[index])
					: `${index + 1}. ${each.title}`,
			)
			.join('\n') || solution.title;
	const how = isStepwise(solution) ? 'step by step' : 'by a person';
	return { headline: `${solution.title} is done ${how}: nothing was changed`, status, why, steps };
}

function toldOf(end: FixEnd, asked: FixAsked): Told {
	const title = titleOf(asked);
	const { context } = end.snapshot;
	const { planned, applied, fixFailure } = context;
	switch (end.kind) {
		case 'planned': {
			const plan = currentPlan(context);
			const whom = plan === null || plan.rows.length === 0 ? '' : ` on ${count(plan.rows.length, 'session')}`;
			return {
				headline: `the plan: ${title}${whom}; nothing was changed`,
				status: exitStatus.done,
				why: null,
			};
		}
		case 'no plan': {
			const why = planned !== null && 'why' in planned ? planned.why : 'there is nothing to plan';
			const nothing = planned?.kind === 'nothing to do';
			return {
				headline: nothing ? `nothing to do: ${why}` : `not possible here: ${why}`,
				status: nothing ? exitStatus.done : exitStatus.notDone,
				why: planned?.kind === 'unavailable' ? [why, ...planned.next].join('\n') : why,
			};
		}
		case 'guided':
			return guidedTold(asked, context.findings);
		case 'by hand': {
			const why = planned?.kind === 'by hand' ? planned.why : 'this tool cannot do it here';
			const instructions = planned?.kind === 'by hand' ? planned.instructions : [];
			return {
				headline: `${title} is done by hand, nothing was changed: ${why}`,
				status: exitStatus.notDone,
				why,
				byHand: { why, instructions },
			};
		}
		case 'not applied': {
			const failure = fixFailure ?? applied?.failure ?? null;
			// Nothing came back from the effect itself: nobody knows how far it came.
			const unknown = fixFailure !== null && currentPlan(context) !== null && applied === null;
			const why = failure?.message ?? 'the plan was not carried out';
			return unknown
				? { headline: `not known how far it came: ${why}`, status: exitStatus.partly, why }
				: { headline: `nothing was changed: ${why}`, status: exitStatus.notDone, why };
		}
		case 'tried':
			return triedTold(end, title, fixFailure?.message ?? null);
		case 'parameter missing':
		case 'consent missing':
			return { headline: 'nothing was done', status: exitStatus.usage, why: null };
	}
}

/** `Prepare the primary (Add read-only nodes)`. */
function titleOf({ solution, step }: FixAsked): string {
	return step === null ? solution.title : `${plainInline(step.title)} (${solution.title})`;
}

/** @param why it could not be measured; null: nothing went wrong with that */
function triedTold({ tried }: Extract<FixEnd, { kind: 'tried' }>, title: string, why: string | null): Told {
	if (tried.applied?.outcome === 'partly' || tried.outcome === 'failed') {
		return { headline: `partly done: ${title}; the journal says what`, status: exitStatus.partly, why: null };
	}
	if (tried.applied === null && tried.outcome === 'held')
		return { headline: `in place already, and verified: ${title}`, status: exitStatus.done, why: null };
	switch (tried.outcome) {
		case 'held':
		case 'helped':
			return { headline: `done and verified: ${title}`, status: exitStatus.done, why: null };
		case 'did not hold':
		case 'did not help':
			return { headline: `done, but it did not hold: ${title}`, status: exitStatus.notVerified, why: null };
		case 'not verified':
		case 'undone':
			return {
				headline: `done, not verified: ${title}${why === null ? '' : `: ${why}`}`,
				status: exitStatus.notVerified,
				why,
			};
	}
}

/**
 * @param session null: none was kept
 * @throws ExpectedError with status 64 where consent or a parameter is missing
 */
export function fixEnding(end: FixEnd, asked: FixAsked, session: string | null): FixEnding {
	const { context } = end.snapshot;
	const plan = currentPlan(context);
	if (end.kind === 'parameter missing' && context.planned?.kind === 'parameter')
		throw missingParameter(context.planned);
	if (end.kind === 'consent missing') throw missingConsent(plan?.confirm ?? null);
	const { headline, status, why, byHand = null, steps = [] } = toldOf(end, asked);
	const { applied, verified } = end.kind === 'tried' ? end.tried : context;
	return {
		headline,
		status,
		document: toFixDocument({
			session,
			solution: asked.solution.id,
			step: asked.step?.id ?? null,
			plan,
			why,
			byHand,
			steps,
			applied,
			verified,
		}),
	};
}
