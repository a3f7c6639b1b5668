/** What the rest of the program asks of the fixes: plan, apply with consent, verify, take back. */
import type { Article, Slug } from '../article/article.ts';
import type { GateResult } from '../article/sql-gate.ts';
import type { LookAtServer } from '../evidence/host/look-at-server.ts';
import type { Attempt, Keeper } from '../evidence/postgres/postgres.ts';
import type {
	Applied,
	Facts,
	Observation,
	ObserveInput,
	Plan,
	PlanInput,
	Planned,
	Undone,
	Verified,
} from '../machine/ports.ts';
import type { JournalRecord } from '../session/record.ts';
import type { Consent } from './consent.ts';
import type { RecordedFence } from './fence.ts';
import type { FixJournal } from './fix-journal.ts';
import type { GuardianLauncher } from './guardian-client.ts';
import type { ConnectTo } from './other-server.ts';
import type { LookThrough } from './pooler.ts';
import type { Recovery } from './recover.ts';

/** Says what is being done, in one line for a person; the latest replaces the one before. */
export type OnProgress = (text: string) => void;

/** Passes an article's query only if it is one read-only SELECT, as `createQueryGate()` does. */
export type QueryGate = (sql: string) => Promise<GateResult>;

export type FixerOptions = {
	readonly article: Article;
	/** The one held session; a fence moves it to another database and back. */
	readonly keeper: Keeper;
	readonly gate: QueryGate;
	readonly journal: FixJournal;
	/** Starts the process that lifts a fence when ours is gone. Null: then nothing is ever fenced. */
	readonly launchGuardian: GuardianLauncher | null;
	/** A real login as an ordinary role, with credentials that were given for it; null: none were. */
	readonly proveLogin: (() => Promise<{ readonly ok: boolean; readonly attempt: Attempt }>) | null;
	/** To another server that a parameter gives; null: this run has no way there. */
	readonly connectTo: ConnectTo | null;
	/** Through a pooler that a parameter gives; null: this run has no way there. */
	readonly lookThrough: LookThrough | null;
	/** Asks a check's source afresh. */
	readonly observe: (input: ObserveInput, signal: AbortSignal) => Promise<Observation>;
	/** The server's processes, where this is its own host, for when no session can be had. Absent: they are not looked at. */
	readonly lookAtServer?: LookAtServer;
	/** This machine's time; plans expire by it. */
	readonly clock: () => Date;
	/** How many sessions one plan may list. */
	readonly maxRows: number;
	/** A person is there to be asked. */
	readonly attended: boolean;
	/** How long somebody else's part (a restart) is waited for, in milliseconds; null: until that is stopped. */
	readonly waitMs: number | null;
};

export type VerifyInput = {
	readonly solution: Slug;
	/** The step whose own verification is meant; null: the solution's. */
	readonly step: Slug | null;
	/** Null: a person did it. */
	readonly plan: Plan | null;
	readonly applied: Applied | null;
	/** What was known before, for before → after, and as parameters of the check. */
	readonly before: Facts;
	/** It has held: it is looked at until it does not any more, or until that is stopped. */
	readonly untilBroken?: boolean;
};

export interface Fixer {
	/** Looks only; changes nothing. */
	plan(input: PlanInput): Promise<Planned>;
	/** Does exactly what was planned and consented to. An expected failure is data; a plan that does not hold any more does nothing. */
	apply(plan: Plan, consent: Consent, onProgress: OnProgress, signal?: AbortSignal): Promise<Applied>;
	/** Watches for at least five seconds. Null: the article names nothing to measure. */
	verify(input: VerifyInput, onProgress: OnProgress, signal?: AbortSignal): Promise<Verified | null>;
	/** Takes back what the records show to be in force, latest first; what someone else changed since is left alone. */
	undo(records: readonly JournalRecord[], onProgress: OnProgress): Promise<Undone>;
	/** The state of a step that was under way when its session ended; null: none was. */
	recover(records: readonly JournalRecord[]): Promise<Recovery | null>;
	/** Why what the records tell of was not done on the server connected to now; null: it was, or that cannot be told. */
	elsewhere(records: readonly JournalRecord[]): Promise<string | null>;
	/** Fences that some session recorded in the databases themselves and that still stand. */
	fences(): Promise<readonly RecordedFence[]>;
	/** Lifts one of them, whoever raised it. */
	liftFence(fence: RecordedFence): Promise<Undone>;
}
