/** How a fix came out: its document, a line for a person, and the exit status; or what was missing. */
import type { Solution } from '../article/article.ts';
import { currentPlan } from '../machine/current-plan.ts';
import type { FixEnd } from '../machine/drive.ts';
import type { Planned } from '../machine/ports.ts';
import { type FixDocument, toFixDocument } from '../report/fix-document.ts';
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

type Told = { readonly headline: string; readonly status: ExitStatus; readonly why: string | null };

function toldOf(end: FixEnd, solution: Solution): Told {
	const { context } = end.snapshot;
	const { planned, applied, fixFailure } = context;
	switch (end.kind) {
		case 'planned': {
			const plan = currentPlan(context);
			const whom = plan === null || plan.rows.length === 0 ? '' : ` on ${count(plan.rows.length, 'session')}`;
			return {
				headline: `the plan: ${solution.title}${whom}; nothing was changed`,
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
			return {
				headline: `${solution.title} is done by a person: nothing was changed`,
				status: exitStatus.notDone,
				why: solution.steps.map(({ title }, index) => `${index + 1}. ${title}`).join('\n') || solution.title,
			};
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
			return triedTold(end, solution);
		case 'parameter missing':
		case 'consent missing':
			return { headline: 'nothing was done', status: exitStatus.usage, why: null };
	}
}

function triedTold({ tried }: Extract<FixEnd, { kind: 'tried' }>, { title }: Solution): Told {
	if (tried.applied?.outcome === 'partly' || tried.outcome === 'failed') {
		return { headline: `partly done: ${title}; the journal says what`, status: exitStatus.partly, why: null };
	}
	switch (tried.outcome) {
		case 'held':
		case 'helped':
			return { headline: `done and verified: ${title}`, status: exitStatus.done, why: null };
		case 'did not hold':
		case 'did not help':
			return { headline: `done, but it did not hold: ${title}`, status: exitStatus.notVerified, why: null };
		case 'not verified':
		case 'undone':
			return { headline: `done, not verified: ${title}`, status: exitStatus.notVerified, why: null };
	}
}

/**
 * @param session null: none was kept
 * @throws ExpectedError with status 64 where consent or a parameter is missing
 */
export function fixEnding(end: FixEnd, solution: Solution, session: string | null): FixEnding {
	const { context } = end.snapshot;
	const plan = currentPlan(context);
	if (end.kind === 'parameter missing' && context.planned?.kind === 'parameter')
		throw missingParameter(context.planned);
	if (end.kind === 'consent missing') throw missingConsent(plan?.confirm ?? null);
	const { headline, status, why } = toldOf(end, solution);
	const { applied, verified } = end.kind === 'tried' ? end.tried : context;
	return {
		headline,
		status,
		document: toFixDocument({ session, solution: solution.id, plan, why, applied, verified }),
	};
}
