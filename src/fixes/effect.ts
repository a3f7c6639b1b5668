/** What every built-in effect is: something that can be told in full before it is done. */
import type { Fence, Solution, Step } from '../article/article.ts';
import type { Keeper, PostgresSession } from '../evidence/postgres/postgres.ts';
import type { Done, Facts, Failure, PlanRow } from '../machine/ports.ts';
import type { Inverse } from '../session/record.ts';
import type { FixJournal } from './fix-journal.ts';
import type { GuardianLauncher } from './guardian-client.ts';
import type { Preview } from './preview.ts';

export type PrepareContext = {
	/** Null: none is held; an effect on the server is then not available. */
	readonly session: PostgresSession | null;
	readonly solution: Solution;
	readonly step: Step;
	/** The `apply` fence. */
	readonly fence: Fence;
	/** What the step's preview found; null: it has none. */
	readonly preview: Preview | null;
	/** What `:name` stands for: parameters, the connection's own, the preview's columns, facts. */
	readonly values: Facts;
	/** Fences need a guardian; without one they are left out, and said to be. */
	readonly canGuard: boolean;
};

export type ApplyContext = {
	readonly keeper: Keeper;
	readonly journal: FixJournal;
	/** `Plan.id`. */
	readonly plan: string;
	readonly solution: Solution;
	readonly launchGuardian: GuardianLauncher | null;
	readonly onProgress: (text: string) => void;
	readonly signal: AbortSignal | null;
};

export type EffectOutcome = {
	/** The sessions it was about, with how each ended; empty: it is not about sessions. */
	readonly rows: readonly PlanRow[];
	readonly done: readonly Done[];
	/** What stopped it; null: nothing did. */
	readonly failure: Failure | null;
};

/** An effect with all its values, before anything is done. */
export type PreparedEffect = {
	/** The very statements, in order. */
	readonly statements: readonly string[];
	/** What a person should know before agreeing. */
	readonly consequences: readonly string[];
	/** What can be taken back afterwards. */
	readonly undoable: readonly string[];
	apply(context: ApplyContext): Promise<EffectOutcome>;
};

export type Prepared =
	| { readonly kind: 'ready'; readonly effect: PreparedEffect }
	/** A parameter's value does not do. */
	| {
			readonly kind: 'parameter';
			readonly name: string;
			readonly problem: string;
			readonly choices: readonly string[];
	  }
	| { readonly kind: 'nothing to do'; readonly why: string }
	| { readonly kind: 'unavailable'; readonly why: string; readonly next: readonly string[] };

/** What a change's inverse found, and did. */
export type TakenBack =
	| { readonly kind: 'undone'; readonly what: string }
	| { readonly kind: 'skipped'; readonly what: string; readonly why: string };

/** How the value that a change was about stands now. */
export type Standing = {
	/** For a person: `the connection limit of database openiz`. */
	readonly what: string;
	/** Null: what it was about is not there any more. */
	readonly now: number | boolean | null;
};

/** One built-in effect: a file of its own, listed in `effects.ts`. */
export interface Effect {
	/** The fence language that means it. */
	readonly language: string;
	/** Looks only. */
	prepare(context: PrepareContext): Promise<Prepared>;
}

/** The way back of one kind of inverse. */
export interface WayBack<Kind extends Inverse['effect'] = Inverse['effect']> {
	readonly effect: Kind;
	/** Reads the value that the inverse is about. */
	look(session: PostgresSession, inverse: Extract<Inverse, { effect: Kind }>): Promise<Standing>;
	/** The statement that restores it. */
	statement(inverse: Extract<Inverse, { effect: Kind }>): string;
	/** The databases that the session must not be in while it is restored. */
	notFrom(inverse: Extract<Inverse, { effect: Kind }>): readonly string[];
}
