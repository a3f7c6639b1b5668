/** What the machine tells the journal; the session writes it, nothing here reads it back. */
import type { Slug } from '../article/article.ts';
import type { Finding, NotSeen, Staleness } from './finding.ts';
import type { Plan, Undone, Verified } from './ports.ts';

export type JournalEntry =
	| { readonly kind: 'finding'; readonly finding: Finding }
	| { readonly kind: 'not-seen'; readonly notSeen: NotSeen }
	/** What was known before is stale from here on, though the session went on. */
	| { readonly kind: 'outdated'; readonly why: Exclude<Staleness, 'resumed'> }
	/** A person's word on a symptom; null: they do not know. */
	| {
			readonly kind: 'symptom';
			readonly symptom: Slug;
			readonly observed: boolean | null;
			readonly by: string;
	  }
	/** From here on nobody connects, and a person is asked; or it is looked at after all. */
	| { readonly kind: 'asks-only'; readonly only: boolean }
	/** Put into the plan that is handed over, or taken out of it again. */
	| { readonly kind: 'advised'; readonly solution: Slug; readonly advised: boolean }
	| { readonly kind: 'choice'; readonly solution: Slug }
	| { readonly kind: 'plan'; readonly plan: Plan }
	| { readonly kind: 'consent'; readonly plan: string; readonly typed: boolean }
	| {
			readonly kind: 'verified';
			readonly solution: Slug;
			/** The one step that was proved; absent: the solution as a whole. */
			readonly step?: Slug;
			readonly verified: Verified;
	  }
	| { readonly kind: 'undone'; readonly undone: Undone }
	| {
			readonly kind: 'step';
			readonly solution: Slug;
			readonly step: Slug;
			readonly outcome: 'done' | 'did not help';
	  }
	| { readonly kind: 'helped'; readonly solution: Slug; readonly helped: boolean };
