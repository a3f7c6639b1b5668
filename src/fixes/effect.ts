/** What every built-in effect is: something that can be told in full before it is done. */
import type { Check, Fence, Solution, Step } from '../article/article.ts';
import type { GateResult } from '../article/sql-gate.ts';
import type { Keeper, PostgresSession } from '../evidence/postgres/postgres.ts';
import type {
	Done,
	Facts,
	FactValue,
	Failure,
	Observation,
	ObserveInput,
	PlanRow,
	Undone,
} from '../machine/ports.ts';
import type { FixJournal } from './fix-journal.ts';
import type { GuardianLauncher } from './guardian-client.ts';
import type { ConnectTo } from './other-server.ts';
import type { LookThrough } from './pooler.ts';
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
	/** A person is there to be asked. */
	readonly attended: boolean;
	/** How long somebody else is waited for, in milliseconds; null: until that is stopped. */
	readonly waitMs: number | null;
	/** To the server that `on=` names; null: this run has no way there. */
	readonly connectTo: ConnectTo | null;
	/** The article's, for an effect that asks one. */
	readonly checks: readonly Check[];
	readonly observe: (input: ObserveInput, signal: AbortSignal) => Promise<Observation>;
	/** Every query of an article passes it before it is sent. */
	readonly gate: (sql: string) => Promise<GateResult>;
	/** Through the pooler that `on=` names; null: this run has no way there. */
	readonly lookThrough: LookThrough | null;
};

export type ApplyContext = {
	readonly keeper: Keeper;
	readonly journal: FixJournal;
	/** `Plan.id`. */
	readonly plan: string;
	readonly solution: Solution;
	readonly launchGuardian: GuardianLauncher | null;
	readonly connectTo: ConnectTo | null;
	readonly onProgress: (text: string) => void;
	readonly signal: AbortSignal | null;
	/** Takes back what this plan has changed so far, for an effect that fails and must not leave half a change. */
	takeBack(): Promise<Undone>;
};

export type EffectOutcome = {
	/** The sessions it was about, with how each ended; empty: it is not about sessions. */
	readonly rows: readonly PlanRow[];
	readonly done: readonly Done[];
	/** What stopped it; null: nothing did. */
	readonly failure: Failure | null;
	/** All that the plan had changed before it was taken back. Absent: nothing was. */
	readonly takenBack?: boolean;
};

/** An effect with all its values, before anything is done. */
export type PreparedEffect = {
	/** The very statements, in order. */
	readonly statements: readonly string[];
	/** What a person should know before agreeing. */
	readonly consequences: readonly string[];
	/** What can be taken back afterwards. */
	readonly undoable: readonly string[];
	/** What would change in a file, as a unified diff without secrets; null: no file is changed. */
	readonly diff: string | null;
	apply(context: ApplyContext): Promise<EffectOutcome>;
	/** Said beside the verification: what the change comes to later, though it is as it should be. Absent: nothing. */
	readonly caveat?: string;
	/** That it came through was itself a login, which is held since. */
	readonly logsIn?: true;
	/**
	 * Waits for what somebody else has to do before it can be verified. Absent: nobody has to.
	 * @returns why it has not happened; null: it has
	 */
	awaited?(keeper: Keeper, onProgress: (text: string) => void, signal: AbortSignal): Promise<string | null>;
	/**
	 * Asked where it did not hold. Absent: what it does reaches everybody at once.
	 * @param since just before it was done, by the server's clock
	 * @returns whom it has not reached yet, and what to do about them; null: nobody
	 * @throws QueryError
	 */
	notReached?(session: PostgresSession, since: string): Promise<string | null>;
};

export type Prepared =
	| { readonly kind: 'ready'; readonly effect: PreparedEffect }
	/** A parameter's value does not do. */
	| {
			readonly kind: 'parameter';
			readonly name: string;
			/** Null: it has none yet, and must be asked for. */
			readonly problem: string | null;
			readonly choices: readonly string[];
	  }
	| { readonly kind: 'nothing to do'; readonly why: string }
	| { readonly kind: 'unavailable'; readonly why: string; readonly next: readonly string[] }
	/** It must be done elsewhere, by somebody else: what to do, with the values filled in; it is verified afterwards. */
	| {
			readonly kind: 'by hand';
			readonly why: string;
			readonly instructions: readonly string[];
			/** What would let this role do it itself, without semicolons. Absent: nothing short of another role. */
			readonly grants?: readonly string[];
	  };

/** What a change's inverse found, and did. */
export type TakenBack =
	| { readonly kind: 'undone'; readonly what: string }
	/** `stands`: the change is as it was made; else somebody has changed or removed it since. */
	| { readonly kind: 'skipped'; readonly what: string; readonly why: string; readonly stands: boolean };

/** How the value that a change was about stands now. */
export type Standing =
	/** `what` is for a person: `the connection limit of database openiz`. A null is a value that is not set. */
	| { readonly is: 'there'; readonly what: string; readonly now: FactValue }
	/** What it was about is not there any more. */
	| { readonly is: 'gone'; readonly what: string };

/** One built-in effect: a file of its own, listed in `effects.ts`. */
export interface Effect {
	/** The fence language that means it. */
	readonly language: string;
	/** Looks only. */
	prepare(context: PrepareContext): Promise<Prepared>;
}

type Restoring = {
	/** The value that is restored; null: it was not set, and is unset again. */
	readonly before: FactValue;
	/** A value of it in a person's words. */
	readonly shown: (value: FactValue) => string;
	/** What a person types or does to go back; SQL without its semicolon. */
	readonly byHand: string;
	/** What the old value does that is worth knowing before it is back. Absent: nothing. */
	readonly warning?: string;
};

/** The way back of one change: its inverse, ready to be looked at and carried out. */
export type WayBack =
	| (Restoring & {
			/** On the server that it was made on, by the held session. */
			readonly on: 'server';
			/** The databases that the session must not be in meanwhile. */
			readonly notFrom: readonly string[];
			look(session: PostgresSession): Promise<Standing>;
			/** Restores it. Answers what is still to be done, for a person; null: nothing. */
			restore(session: PostgresSession): Promise<string | null>;
	  })
	| (Restoring & {
			/** On the machine that it was made on: a file. */
			readonly on: 'host';
			look(): Promise<Standing>;
			restore(): Promise<string | null>;
	  });
