/**
 * What a knowledge-base article means once it is compiled: the nodes (checks, causes, solutions) and the
 * edges (links) between them. The format itself is described in `content/writing-articles.md`.
 */

/** How bad a finding is. `unknown` is a finding too: it could not be determined. */
export type Severity = 'ok' | 'info' | 'warning' | 'critical' | 'unknown';

/** The GitHub slug of a heading: the same anchor in a browser, in the machine, in JSON and in a report. */
export type Slug = string;

/** Prose of the article, as Markdown source. */
export type Markdown = string;

/** Everything that was written in the file is traced back to its line (1-based). */
export interface Located {
	readonly line: number;
}

/** What a fence is for. */
export type FenceRole = 'check' | 'evidence' | 'preview' | 'apply' | 'verify' | 'undo';

/** A fenced block: its language says which source or effect answers, its attributes how. */
export type Fence = Located & {
	/** `sql`, a probe (`connect`, `log`, …) or an effect (`terminate`, `setting`, …). */
	readonly language: string;
	readonly role: FenceRole;
	/** Attributes of the info string that are not lifted out below, e.g. `signature`, `fence`, `until`, `as`. */
	readonly attributes: Readonly<Record<string, string>>;
	/** The text between the fences, without indentation of the list it stands in. */
	readonly body: string;
	/** First server major it is for; null: any. */
	readonly min: number | null;
	/** Last server major it is for; null: any. */
	readonly max: number | null;
	/** How long it may take, in milliseconds; null: the tool's default. */
	readonly timeoutMs: number | null;
	/** Distance of the second sample, in milliseconds; null: one sample is enough. */
	readonly againMs: number | null;
};

/** What a link to a cause says about it. */
export type Bearing = 'for' | 'against' | 'proves' | 'rules out';

export type CauseLink = Located & { readonly cause: Slug; readonly bearing: Bearing };

/** One verdict of a check, and where it leads. */
export type Branch = Located & {
	/** One of the check's closed list, or `otherwise`. */
	readonly verdict: string;
	readonly severity: Severity;
	/** The finding, as Markdown with `{column}` placeholders. */
	readonly text: string;
	readonly causes: readonly CauseLink[];
	/** The check that comes next; null: the following one. */
	readonly next: Slug | null;
	/** What a caller would say, for a person who answers; null: the finding's text serves. */
	readonly say: string | null;
};

export type Check = Located & {
	readonly id: Slug;
	readonly title: string;
	readonly prose: Markdown;
	/** Role `check`; the first whose versions cover the server is run. Empty: a person is always asked. */
	readonly checks: readonly Fence[];
	/** Role `evidence`: rows to look at; they decide nothing. */
	readonly evidence: readonly Fence[];
	/** In the order written; `otherwise` is always there, last. */
	readonly branches: readonly Branch[];
	/** How a person finds out without the tool; null: the article does not say. */
	readonly byHand: Markdown | null;
	/** What it compares with, for whoever must agree with the verdict; absent: the article does not say. */
	readonly threshold?: Markdown;
};

export type Symptom = Located & {
	readonly id: Slug;
	readonly text: Markdown;
	/** The check whose bad verdict observes it; null: the person is asked. */
	readonly check: Slug | null;
	/** Symptoms below this one in the list. */
	readonly children: readonly Symptom[];
};

export type CureLink = Located & {
	readonly solution: Slug;
	/** Helps now, cures nothing. */
	readonly relief: boolean;
	/** Stands in its place only where that check says one of these, else behind its cause's other cures; absent: always. */
	readonly where?: Verification;
};

export type Cause = Located & {
	readonly id: Slug;
	readonly title: string;
	readonly prose: Markdown;
	/** Listed only when nothing is proved. */
	readonly lastResort: boolean;
	/** The preferred first. */
	readonly cures: readonly CureLink[];
};

export type Risk = 'mild' | 'moderate' | 'severe';

export type ParameterType =
	| { readonly kind: 'integer'; readonly min: number | null; readonly max: number | null }
	| { readonly kind: 'name' }
	| { readonly kind: 'interval' }
	/** A file, absolute, on the machine that this program runs on. */
	| { readonly kind: 'path' }
	/** Files of the machine that this program runs on, with commas between, or `none`. */
	| { readonly kind: 'files' }
	/** One of the values that `column` has in the step's preview or in a finding's facts or rows. */
	| { readonly kind: 'choice'; readonly column: string }
	/** One of a written list, e.g. `commit` or `rollback`. */
	| { readonly kind: 'one of'; readonly values: readonly string[] }
	| { readonly kind: 'secret' }
	| { readonly kind: 'connection' };

export type Parameter = Located & {
	readonly name: string;
	readonly type: ParameterType;
	readonly question: string;
	/** Literal text, or a `{fact}` placeholder; null: it must be asked for or given by `--set`. */
	readonly default: string | null;
	/** What it means that it has no value: `as many as fit`; null: the article does not say. */
	readonly open: string | null;
};

/** The check that proves a cure, and the verdicts that count as cured. */
export type Verification = Located & { readonly check: Slug; readonly verdicts: readonly string[] };

/** One step of a solution: previewed, applied, verified on its own. */
export type Step = Located & {
	/** The slug of its `####` heading; the solution's own when it has only one step. */
	readonly id: Slug;
	readonly title: string;
	readonly prose: Markdown;
	/** Read-only: exactly what would change. Its columns are parameters of what follows. */
	readonly previews: readonly Fence[];
	/** Effects, in order; empty: a person does it. */
	readonly applies: readonly Fence[];
	readonly undos: readonly Fence[];
	/** Null: it is proved with the whole solution. */
	readonly verify: Verification | null;
};

/** Who runs the server, as in the contract's `provider`: where a tool's effect cannot or must not run. */
export const providers = [
	'self-hosted',
	'rds',
	'aurora',
	'cloud-sql',
	'alloydb',
	'azure',
	'supabase',
	'neon',
	'managed',
	'unknown',
] as const;

export type Provider = (typeof providers)[number];

/** What to do by hand where somebody else runs the server, as `- **On rds, aurora**: …` says. */
export type ProvidersWay = Located & {
	readonly providers: readonly Provider[];
	/** In order, with `{name}` placeholders of parameters and facts. */
	readonly instructions: readonly Markdown[];
};

export type Solution = Located & {
	readonly id: Slug;
	readonly title: string;
	readonly prose: Markdown;
	readonly risk: Risk;
	/**
	 * `applied` by the tool, as one plan, where every step has an effect of its own; else `guided`: step by step, those
	 * that have one by the tool, the others by a person.
	 */
	readonly how: 'applied' | 'guided';
	/** What a severe one wants typed, with `{parameter}` placeholders; null for the others. */
	readonly confirm: string | null;
	readonly needs: Markdown | null;
	readonly interrupts: Markdown | null;
	readonly notOn: readonly Provider[];
	/** For providers of `notOn`; of the others the article says nothing of its own. */
	readonly onProviders: readonly ProvidersWay[];
	readonly parameters: readonly Parameter[];
	readonly steps: readonly Step[];
	/** Null only where nothing is applied and nothing can be measured. */
	readonly verify: Verification | null;
};

export type ArticleSource = {
	readonly url: string | null;
	readonly title: string | null;
	readonly licence: string | null;
};

/** A section of the article that has no meaning to the machine (`WARNING`, `Purpose`), kept for the reader. */
export type Note = Located & { readonly title: string; readonly prose: Markdown };

export type Article = {
	readonly id: string;
	readonly title: string;
	/** As it was given on the command line, or the name of the shipped file. */
	readonly path: string;
	/** Of the text with LF line ends and without a BOM: what a trusted article is recognised by. */
	readonly sha256: string;
	/** Where it was published; null: not said. */
	readonly source: ArticleSource | null;
	readonly appliesTo: readonly string[];
	readonly keywords: readonly string[];
	readonly issue: Markdown;
	readonly symptoms: readonly Symptom[];
	/** Empty for a published article without an executable part: it becomes a guided one. */
	readonly checks: readonly Check[];
	readonly causes: readonly Cause[];
	readonly solutions: readonly Solution[];
	readonly notes: readonly Note[];
	/** The whole text, LF line ends: what `line` counts in. */
	readonly text: string;
};

/** What a check or its article does wrong, for `lint` and for a person who opens it. */
export type Problem = Located & {
	readonly file: string;
	readonly severity: 'error' | 'warning';
	/** The rule's name, kebab-case: `dead-link`, `missing-otherwise`, … */
	readonly rule: string;
	readonly message: string;
	/** What the rule wants instead. */
	readonly expected: string | null;
	/** The nearest thing that exists, when a name is not known. */
	readonly nearest: string | null;
};
