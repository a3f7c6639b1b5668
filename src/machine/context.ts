/** What the machine remembers, and what can be said to it. */
import type { Article, Slug } from '../article/article.ts';
import type { Finding, NotSeen, Staleness } from './finding.ts';
import type {
	Applied,
	ConnectionEvent,
	Failure,
	Gauge,
	LayerTiming,
	Observation,
	ParameterValues,
	Plan,
	Planned,
	Progress,
	ServerIdentity,
	Undone,
	Verified,
} from './ports.ts';

/** A solution that was tried, and how it went. */
export type Tried = {
	readonly solution: Slug;
	/** The one step that it was about; null: the solution as a whole. */
	readonly step: Slug | null;
	readonly outcome:
		| 'held'
		| 'did not hold'
		| 'helped'
		| 'did not help'
		| 'not verified'
		| 'failed'
		| 'undone';
	readonly plan: Plan | null;
	readonly applied: Applied | null;
	readonly verified: Verified | null;
	readonly undone: Undone | null;
	/** Of the findings' facts when it was tried, to compare with afterwards. */
	readonly at: string;
};

export type WizardContext = {
	readonly article: Article;
	/** Checks that are passed by, as if they were answered: `fix` needs no slow ones. */
	readonly leaveOut: readonly Slug[];
	/** Nobody connects, and nothing of this machine is looked at: whoever is on the phone is asked. */
	readonly asksOnly: boolean;
	/** What a person said of a symptom, by its id; null: they do not know. */
	readonly symptoms: Readonly<Record<Slug, boolean | null>>;
	/** ISO 8601. */
	readonly startedAt: string;

	readonly server: ServerIdentity | null;
	readonly timings: readonly LayerTiming[];
	readonly gauge: Gauge | null;
	/** Why there is no session; null: there is one, or none was tried. */
	readonly connectionFailure: Failure | null;
	/** While waiting for a slot; null otherwise. */
	readonly waiting: { readonly attempt: number; readonly nextInMs: number } | null;

	/** Oldest first; a person's answer stands beside a live one. */
	readonly findings: readonly Finding[];
	readonly notSeen: readonly NotSeen[];
	/** Why what happens is not written down at this moment; null: it is. Nothing can be applied meanwhile. */
	readonly journalFailure: Failure | null;
	/** Checks in the order they were reached. */
	readonly trail: readonly Slug[];
	/** Where `back` leads; null: going forward. */
	readonly backTo: Slug | null;
	/** Why the check at hand has no source; null: it has one. */
	readonly absence: NotSeen | null;
	/** The check that somebody wants looked at, whatever it takes; null: they are walked in order. */
	readonly demanded: Slug | null;

	/** Solutions that somebody is advised to try, in that order: here to be handed over, or handed over to here. */
	readonly advised: readonly Slug[];
	readonly parameters: ParameterValues;
	readonly planned: Planned | null;
	/** Why the last consent did not count; null: none was wrong. */
	readonly consentProblem: string | null;
	readonly applied: Applied | null;
	readonly verified: Verified | null;
	readonly undone: Undone | null;
	/** What went wrong in the fix at hand; null: nothing. */
	readonly fixFailure: Failure | null;
	readonly progress: string | null;
	readonly tried: readonly Tried[];
	/** How many of those there were when the looking began: what was tried later, the findings do not know of. */
	readonly triedBefore: number;
};

export type WizardInput = {
	readonly article: Article;
	readonly startedAt: string;
	readonly leaveOut?: readonly Slug[];
	/** Default false. */
	readonly asksOnly?: boolean;
	readonly symptoms?: WizardContext['symptoms'];
	readonly parameters?: ParameterValues;
	/** Of a plan that was handed over. */
	readonly advised?: readonly Slug[];
	/** What an earlier session knew, oldest first, marked as stale: looked at again where it can be. */
	readonly findings?: readonly Finding[];
};

/** A verdict of a check, and what it was recognised by. */
export type CheckAnswer = { readonly check: Slug; readonly verdict: string; readonly recognised: string };

/** What a driver (screen, headless run, test) says. */
export type DriverEvent =
	| { readonly type: 'next' }
	| { readonly type: 'back' }
	/** Looks again, at this check or, at the causes, at everything. */
	| { readonly type: 'again' }
	/** Stops looking and asks the person. */
	| { readonly type: 'skip' }
	| { readonly type: 'answer'; readonly verdict: string; readonly by: string; readonly at: string }
	/** Several checks at once, before their turn: an error message was pasted. */
	| {
			readonly type: 'answers';
			readonly answers: readonly CheckAnswer[];
			readonly by: string;
			readonly at: string;
	  }
	/** What is seen before anything is looked at; null: not known. */
	| {
			readonly type: 'symptom';
			readonly symptom: Slug;
			readonly observed: boolean | null;
			readonly by: string;
	  }
	/** There is no server here to look at; or there is one after all. */
	| { readonly type: 'ask only'; readonly only: boolean }
	/** Puts a solution into the plan that is handed over, or takes it out of it. */
	| { readonly type: 'advise'; readonly solution: Slug }
	/** Enough was seen: the causes, whatever is left. */
	| { readonly type: 'conclude' }
	/** Nobody to ask: the check is not seen. */
	| { readonly type: 'leave' }
	| { readonly type: 'wait for a slot' }
	| { readonly type: 'stop waiting' }
	| { readonly type: 'choose'; readonly solution: Slug }
	/** Begins with the solution; `step` of one that is walked step by step, else its first. */
	| { readonly type: 'start'; readonly step?: Slug }
	| { readonly type: 'set'; readonly name: string; readonly value: string }
	/** Another value of the plan at hand: that parameter is asked for again, then planned again. */
	| { readonly type: 'ask anew'; readonly name: string }
	/** Consent to the plan at hand; `typed` is what a severe one wants. */
	| { readonly type: 'confirm'; readonly plan: string; readonly typed: string | null }
	/** A person has done what is asked of them here. */
	| { readonly type: 'done' }
	| { readonly type: 'did not help' }
	| { readonly type: 'helped' }
	| { readonly type: 'undo' }
	/** Goes on looking whether it holds. */
	| { readonly type: 'watch' }
	| { readonly type: 'finish' };

/** What is noticed beside the flow. */
export type NoticeEvent =
	/** Time has passed in which nobody could look. */
	| { readonly type: 'outdated'; readonly why: Exclude<Staleness, 'resumed'> }
	/** Null: it is written down again. */
	| { readonly type: 'journal.failed'; readonly failure: Failure | null };

export type WizardEvent = DriverEvent | ConnectionEvent | Progress | NoticeEvent;

export function initialContext(input: WizardInput): WizardContext {
	return {
		article: input.article,
		leaveOut: input.leaveOut ?? [],
		asksOnly: input.asksOnly ?? false,
		symptoms: input.symptoms ?? {},
		startedAt: input.startedAt,
		server: null,
		timings: [],
		gauge: null,
		connectionFailure: null,
		waiting: null,
		findings: input.findings ?? [],
		notSeen: [],
		journalFailure: null,
		trail: [],
		backTo: null,
		absence: null,
		demanded: null,
		advised: input.advised ?? [],
		parameters: input.parameters ?? {},
		planned: null,
		consentProblem: null,
		applied: null,
		verified: null,
		undone: null,
		fixFailure: null,
		progress: null,
		tried: [],
		triedBefore: 0,
	};
}

/** The verdict that an observation takes in a check's list: one it lists, or `otherwise`. */
export function verdictOf(observation: Observation, listed: readonly string[]): string {
	if (observation.kind !== 'verdict') return 'otherwise';
	return listed.includes(observation.verdict) ? observation.verdict : 'otherwise';
}
