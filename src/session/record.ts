/**
 * What a session writes down. Each record is one line of its journal; kinds may be added, and a record that an older
 * reader must not pass over raises `v`.
 */
import type { Severity, Slug } from '../article/article.ts';
import type { RankedCause } from '../machine/finding.ts';
import type { JournalEntry as MachineEntry } from '../machine/journal-entry.ts';
import type { Done, FactValue, PlanRow, ServerIdentity } from '../machine/ports.ts';

/** `20261122-140502-qkzm`: UTC date and time, then four random letters. Sorts by time. */
export type SessionId = string;

/** How an effect is taken back: data, so that another process, on another day, can do it. Names are byte for byte. */
export type Inverse =
	| {
			readonly effect: 'connection-limit';
			readonly kind: 'database' | 'role';
			readonly name: string;
			/** `datconnlimit` or `rolconnlimit` as it was; -1: no limit. */
			readonly before: number;
	  }
	| { readonly effect: 'allow-connections'; readonly database: string; readonly before: boolean }
	| {
			readonly effect: 'setting';
			/** Both null: the server's own, in `postgresql.auto.conf`; both given: the role's in that database. */
			readonly role: string | null;
			readonly database: string | null;
			readonly name: string;
			/** As it was written there; null: it was not set. */
			readonly before: string | null;
	  }
	| {
			readonly effect: 'file';
			/** The file itself: absolute, symbolic links followed. */
			readonly path: string;
			/** The machine's name: the same path elsewhere is another file. */
			readonly host: string;
			/** SHA-256 (hex) of its bytes as they were; null: it was not there. */
			readonly before: string | null;
			/** Where those bytes are kept; null: it was not there. */
			readonly backup: string | null;
			/** What is still to be done once it is restored, for a person; null: nothing. */
			readonly afterUndo: string | null;
	  }
	/** What was created is dropped again. */
	| { readonly effect: 'replication-role'; readonly name: string }
	| { readonly effect: 'replication-slot'; readonly name: string }
	/** As `file`; and the server reads its access rules again. */
	| {
			readonly effect: 'replication-access';
			readonly path: string;
			readonly host: string;
			readonly before: string;
			readonly backup: string;
	  };

export type OpenedEntry = {
	readonly kind: 'opened';
	readonly article: {
		readonly id: string;
		readonly sha256: string;
		/** An article of one's own: its file, absolute. Absent: it shipped with the program. */
		readonly path?: string;
		/** What its checks looked like, as `checkMarks` says: a later text of it may ask something else. */
		readonly checks?: Readonly<Record<Slug, string>>;
	};
	readonly tool: { readonly name: string; readonly version: string };
	/** Null: no server was given. */
	readonly server: ServerIdentity | null;
	/** The machine the tool ran on, and who ran it. */
	readonly host: string;
	readonly user: string;
	/** That machine's time zone (IANA); absent: it was not asked. */
	readonly timeZone?: string;
};

/**
 * The wizard went on with the session, after a crash or on another day: what was known before is stale from here on,
 * until it is looked at again.
 */
export type ResumedEntry = {
	readonly kind: 'resumed';
	/** As the article is now. */
	readonly article: Required<Pick<OpenedEntry['article'], 'sha256' | 'checks'>>;
	readonly tool: OpenedEntry['tool'];
	readonly host: string;
	readonly user: string;
	/** Checks that are not what they were: what they found before counts no more. */
	readonly dropped: readonly Slug[];
};

/** The connection was made, or moved: the server as it is now known. */
export type ServerEntry = { readonly kind: 'server'; readonly server: ServerIdentity };

/** Said before the first change: which server it is made on, as `pg_control_system()` identifies it. */
export type ClusterEntry = { readonly kind: 'cluster'; readonly id: string };

/** A person's verdict on a check. */
export type AnswerEntry = {
	readonly kind: 'answer';
	readonly check: Slug;
	readonly verdict: string;
	readonly by: string;
};

/** Written durably before an effect: what would be done to what, and how to take it back. */
export type IntentEntry = {
	readonly kind: 'intent';
	/** `Plan.id`; null: no plan was involved, as with a lifted fence of another session. */
	readonly plan: string | null;
	readonly solution: Slug | null;
	/** The language of the effect's fence, or a part of one: `terminate`, `connection-limit`, … */
	readonly effect: string;
	/** What it is done to, for a person: `database openiz`, `session 4711`. */
	readonly object: string;
	/** The value before; null: there is none to keep. */
	readonly old: FactValue;
	/** The value it is set to; absent: there is none. An undo restores only while this one still stands. */
	readonly set?: FactValue;
	/** Null: it cannot be taken back. */
	readonly inverse: Inverse | null;
	/** As sent, values filled in; null: it is not a statement. */
	readonly statement: string | null;
};

/** Written durably after an effect. */
export type OutcomeEntry = {
	readonly kind: 'outcome';
	/** `seq` of the intent. */
	readonly intent: number;
	/** `unknown`: it was sent, and nothing came back. */
	readonly status: Done['status'];
	readonly why: string | null;
	/** Sessions that it was about, with how each ended. */
	readonly rows: readonly PlanRow[];
};

/** A change that is no longer in force: its inverse was applied, or somebody else had undone it. */
export type LiftedEntry = {
	readonly kind: 'lifted';
	/** The session whose change it was: this one, or an earlier one. */
	readonly of: SessionId;
	/** `seq` of the intent in that session. */
	readonly intent: number;
	readonly by: 'fix' | 'guardian' | 'undo' | 'resume' | 'somebody else';
	readonly why: string | null;
};

export type NoteEntry = {
	readonly kind: 'note';
	readonly text: string;
	/** The person who wrote it; absent: the program did. */
	readonly by?: string;
};

/** The slots as they were counted while somebody watched: when they changed, and now and then. */
export type GaugeEntry = { readonly kind: 'gauge'; readonly used: number; readonly usable: number };

export type ClosedEntry = {
	readonly kind: 'closed';
	readonly outcome: 'solved' | 'not solved' | 'diagnosed' | 'undone' | 'left' | 'interrupted' | 'failed';
	/** The overall severity at the end; null: none was determined. */
	readonly severity: Severity | null;
	/** Causes that stood, the best first: the article may say something else one day. Absent: nothing was looked at. */
	readonly causes?: readonly ConcludedCause[];
};

/** A cause as it stood at the end of a session. */
export type ConcludedCause = {
	readonly id: Slug;
	/** Plain text. */
	readonly title: string;
	readonly standing: RankedCause['standing'];
};

/** What the machine tells (findings, choices, plans, consent, what was verified) stands here as it tells it. */
export type JournalEntry =
	| MachineEntry
	| OpenedEntry
	| ResumedEntry
	| ServerEntry
	| ClusterEntry
	| AnswerEntry
	| IntentEntry
	| OutcomeEntry
	| LiftedEntry
	| NoteEntry
	| GaugeEntry
	| ClosedEntry;

export type EntryOf<Kind extends JournalEntry['kind']> = Extract<JournalEntry, { readonly kind: Kind }>;

export type Envelope = {
	readonly v: 1;
	readonly session: SessionId;
	/** From 1, without gaps. */
	readonly seq: number;
	/** SHA-256 (hex) of the line before, without its line end; null: this is the first. */
	readonly prev: string | null;
	/** ISO 8601, this machine's clock. */
	readonly at: string;
};

/** An entry as it stands in the journal. */
export type RecordOf<Kind extends JournalEntry['kind']> = Envelope & EntryOf<Kind>;

export type JournalRecord = Envelope & JournalEntry;
