/** What a person says before the checks are walked: what they see, what a message says, that there is no server here. */
import type { Article, Slug } from '../article/article.ts';
import { flatSymptoms } from '../article/flat-symptoms.ts';
import type { CheckAnswer, DriverEvent, WizardContext } from './context.ts';
import type { Observation } from './ports.ts';
import { findingOf, withFinding } from './record-finding.ts';

/** Why a check is not seen that nobody came to. */
export const passedOver = 'the causes were gone to before';

type Said<Type extends DriverEvent['type']> = Extract<DriverEvent, { readonly type: Type }>;

/** A person's word on one check, as if it had been looked at. */
export function answerGiven(verdict: string, at: string, facts: Observed['facts'] = {}): Observed {
	return {
		kind: 'verdict',
		verdict,
		facts,
		rows: [],
		source: 'person',
		sql: null,
		durationMs: 0,
		at,
		failure: null,
		grant: null,
	};
}

type Observed = Extract<Observation, { readonly kind: 'verdict' }>;

/** Each answer becomes a finding; of the message that they were read from nothing else is kept. */
export function withAnswers(
	context: WizardContext,
	{ answers, by, at }: Said<'answers'>,
): Partial<WizardContext> {
	const add = (known: WizardContext, { check, verdict, recognised }: CheckAnswer): WizardContext => {
		const finding = findingOf(known, check, answerGiven(verdict, at, { recognised }), by);
		return finding === null ? known : { ...known, ...withFinding(known, finding) };
	};
	const { findings, notSeen } = answers.reduce(add, context);
	return { findings, notSeen };
}

export function withSymptom(
	{ symptoms }: WizardContext,
	{ symptom, observed }: Said<'symptom'>,
): Partial<WizardContext> {
	return { symptoms: { ...symptoms, [symptom]: observed } };
}

/** Checks that a symptom is linked to. */
export function symptomChecks({ symptoms, checks }: Article): readonly Slug[] {
	const linked = new Set(flatSymptoms(symptoms).map(({ check }) => check));
	return checks.map(({ id }) => id).filter((id) => linked.has(id));
}

/**
 * The check that is asked about first; null: there is none. Where nobody connects it is that of the first symptom that is
 * seen; a server is connected to first, because the other looks need it.
 */
export function firstCheck({ article, asksOnly, symptoms }: WizardContext): Slug | null {
	const seen = asksOnly
		? flatSymptoms(article.symptoms).find(({ id, check }) => check !== null && symptoms[id] === true)
		: undefined;
	return seen?.check ?? article.checks[0]?.id ?? null;
}
