/** The diagnosis as a document: what `check --json` prints, and what every report is made of. */
import type { Article, Risk, Severity, Slug } from '../article/article.ts';
import { plainInline, plainText } from '../article/plain-text.ts';
import type {
	Evidence,
	Finding,
	NotSeen,
	RankedCause,
	RankedSolution,
	SeenSymptom,
	Staleness,
} from '../machine/finding.ts';
import type { Known } from '../machine/known.ts';
import type { Facts, Failure, Layer, Row, ServerIdentity, Slot, SourceKind } from '../machine/ports.ts';

export const diagnosisSchema = 'kbwizard.diagnosis/1';

export type Tool = { readonly name: string; readonly version: string };

/** What is not known is null. */
export type ReportedServer = {
	readonly host: string | null;
	readonly port: number | null;
	readonly database: string | null;
	readonly user: string | null;
	/** As `15.18`. */
	readonly version: string | null;
	/** As `150018`. */
	readonly versionNum: number | null;
	readonly provider: ServerIdentity['provider'];
	/** Null: no session could be had. */
	readonly slot: Slot | null;
};

export type ReportedFailure = {
	/** SQLSTATE, a system error, or a name of our own. */
	readonly code: string;
	readonly routine: string | null;
	readonly layer: Layer | null;
	readonly message: string;
	/** What to do next, most useful first. */
	readonly next: readonly string[];
};

export type ReportedFinding = {
	readonly check: Slug;
	readonly verdict: string;
	readonly severity: Severity;
	/** Plain text on one line, not Markdown. */
	readonly text: string;
	readonly source: SourceKind;
	/** ISO 8601. */
	readonly at: string;
	readonly durationMs: number;
	/** The article's own query; null: none was involved. */
	readonly sql: string | null;
	readonly answeredBy: string | null;
	readonly facts: Facts;
	readonly rows: readonly Row[];
	readonly error: ReportedFailure | null;
	/** What came after it, so that it may be true no more, and it was not seen again; null: nothing. */
	readonly stale: Staleness | null;
};

export type ReportedCause = {
	readonly id: Slug;
	readonly title: string;
	readonly standing: RankedCause['standing'];
	readonly score: number;
	readonly for: readonly Evidence[];
	readonly against: readonly Evidence[];
};

export type ReportedSolution = {
	readonly id: Slug;
	readonly title: string;
	readonly risk: Risk;
	readonly how: RankedSolution['how'];
	/** Helps now, cures nothing. */
	readonly relief: boolean;
	readonly available: boolean;
	/** Why it is not available; null where it is. */
	readonly why: string | null;
};

export type Diagnosis = {
	readonly schema: typeof diagnosisSchema;
	readonly tool: Tool;
	readonly article: { readonly id: string; readonly title: string; readonly sha256: string };
	readonly startedAt: string;
	readonly finishedAt: string;
	readonly source: SourceKind | 'mixed';
	/** Null: nothing answered. */
	readonly server: ReportedServer | null;
	/** The worst that was determined; `unknown` only if nothing was. */
	readonly severity: Severity;
	/** Checks in the order they were reached. */
	readonly path: readonly Slug[];
	readonly symptoms: readonly SeenSymptom[];
	readonly findings: readonly ReportedFinding[];
	readonly notSeen: readonly NotSeen[];
	/** Best first. */
	readonly causes: readonly ReportedCause[];
	/** Best first: the first is what we would do. */
	readonly solutions: readonly ReportedSolution[];
};

/** What the machine knows at the end of a diagnosis. */
export type DiagnosisInput = {
	readonly tool: Tool;
	readonly article: Article;
	/** ISO 8601. */
	readonly startedAt: string;
	readonly finishedAt: string;
	readonly server: ServerIdentity | null;
	readonly path: readonly Slug[];
	readonly findings: readonly Finding[];
	readonly notSeen: readonly NotSeen[];
	/** What follows from the findings. */
	readonly known: Known;
};

/** Layers at which no PostgreSQL, and nothing in front of one, has said a word. */
const silentLayers: ReadonlySet<Layer | null> = new Set(['dns', 'tcp']);

function reportedServer({ server, findings }: DiagnosisInput): ReportedServer | null {
	if (server === null) return null;
	const { host, port, database, user, version, versionNum, provider, slot } = server;
	const silent = findings.some(({ error }) => error !== null && silentLayers.has(error.layer));
	if (slot === null && version === null && silent) return null;
	return { host, port, database, user, version, versionNum, provider, slot };
}

function reportedFailure({ code, routine, layer, message, next }: Failure): ReportedFailure {
	return { code, routine, layer, message, next };
}

function reportedFinding(finding: Finding): ReportedFinding {
	return {
		check: finding.check,
		verdict: finding.verdict,
		severity: finding.severity,
		text: plainInline(finding.text),
		source: finding.source,
		at: finding.at,
		durationMs: finding.durationMs,
		sql: finding.sql,
		answeredBy: finding.answeredBy,
		facts: finding.facts,
		rows: finding.rows,
		error: finding.error === null ? null : reportedFailure(finding.error),
		stale: finding.stale ?? null,
	};
}

/** Where the answers came from: one kind, or `mixed`. Without a finding it is the live server that did not answer. */
function sourceOf(findings: readonly Finding[]): Diagnosis['source'] {
	const [first, ...others] = new Set(findings.map(({ source }) => source));
	if (first === undefined) return 'live';
	return others.length === 0 ? first : 'mixed';
}

/** A GRANT that would show more belongs to what was not seen, also where a part of it was. */
function notSeenOf({ findings, notSeen }: DiagnosisInput): readonly NotSeen[] {
	const partly = findings.flatMap(({ check, grant }) =>
		grant === null ? [] : [{ check, why: 'this role could see only a part of it', grant }],
	);
	return [
		...notSeen.map(({ check, why, grant }) => ({ check, why, grant })),
		...partly.filter(({ check }) => !notSeen.some((known) => known.check === check)),
	];
}

/** Of a published article that nobody answered: all that it names, in its own order, none of it weighed. */
function listed({ causes, solutions }: Article): Pick<Known, 'causes' | 'solutions'> {
	return {
		causes: causes.map(({ id, title }) => ({
			id,
			title,
			standing: 'suspected',
			severity: 'unknown',
			score: 0,
			for: [],
			against: [],
		})),
		solutions: solutions.map(({ id, title, risk, how }) => ({
			id,
			title,
			risk,
			how,
			relief: false,
			available: true,
			why: null,
			causes: [],
		})),
	};
}

/** Turns what the machine knows into the contract's document. Pure: the same input gives the same document. */
export function toDiagnosis(input: DiagnosisInput): Diagnosis {
	const { article, findings, known } = input;
	const { causes, solutions } =
		article.checks.length === 0 && known.causes.length === 0 ? listed(article) : known;
	return {
		schema: diagnosisSchema,
		tool: input.tool,
		article: { id: article.id, title: plainInline(article.title), sha256: article.sha256 },
		startedAt: input.startedAt,
		finishedAt: input.finishedAt,
		source: sourceOf(findings),
		server: reportedServer(input),
		severity: known.severity,
		path: input.path,
		symptoms: known.symptoms.map(({ id, text, observed }) => ({ id, text: plainText(text), observed })),
		findings: findings.map(reportedFinding),
		notSeen: notSeenOf(input),
		causes: causes.map(({ id, title, standing, score, ...evidence }) => ({
			id,
			title: plainInline(title),
			standing,
			score,
			for: evidence.for,
			against: evidence.against,
		})),
		solutions: solutions.map(({ id, title, risk, how, relief, available, why }) => ({
			id,
			title: plainInline(title),
			risk,
			how,
			relief,
			available,
			why,
		})),
	};
}
