/** A report from a session's journal: what was known, what was done, and what of it still stands. */
import type { Article, Slug } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import type { Finding, NotSeen } from '../machine/finding.ts';
import { asWizard } from '../machine/guided.ts';
import { type Known, seenSymptoms } from '../machine/known.ts';
import type { Done, ServerIdentity, Verified } from '../machine/ports.ts';
import { overallSeverity, rankCauses, rankSolutions } from '../machine/rank.ts';
import type { JournalRecord, RecordOf, SessionId } from '../session/record.ts';
import { type Tool, toDiagnosis } from './diagnosis.ts';
import { type Change, changeOfPlan, noCharts, type Report, reportSchema } from './report.ts';

export type SessionReportInput = {
	readonly session: SessionId;
	readonly records: readonly JournalRecord[];
	/** The article it was about, as it is now. */
	readonly article: Article;
	readonly tool: Tool;
	/** ISO 8601. */
	readonly writtenAt: string;
};

type Seen = { findings: readonly Finding[]; notSeen: readonly NotSeen[]; path: readonly Slug[] };

/** The latest of each check, a person's answer beside a live one, as the machine keeps them. */
function seenIn(records: readonly JournalRecord[]): Seen {
	const findings = new Map<string, Finding>();
	const notSeen = new Map<Slug, NotSeen>();
	const path = new Set<Slug>();
	for (const record of records) {
		if (record.kind === 'finding') {
			const { finding } = record;
			const key = `${finding.source === 'person' ? 'person' : 'looked at'} ${finding.check}`;
			findings.delete(key);
			findings.set(key, finding);
			notSeen.delete(finding.check);
			path.add(finding.check);
		} else if (record.kind === 'not-seen') {
			notSeen.set(record.notSeen.check, record.notSeen);
			path.add(record.notSeen.check);
		}
	}
	return { findings: [...findings.values()], notSeen: [...notSeen.values()], path: [...path] };
}

/** What a session found, for one that goes on with it. */
export function knownFindings(records: readonly JournalRecord[]): readonly Finding[] {
	return seenIn(records).findings;
}

/** As it was first reached: a fence moves the session to another database for a moment. */
function serverIn(records: readonly JournalRecord[]): ServerIdentity | null {
	const known = records.find((record) => record.kind === 'server');
	return known?.server ?? records.find((record) => record.kind === 'opened')?.server ?? null;
}

function ofKind<Kind extends JournalRecord['kind']>(
	records: readonly JournalRecord[],
	kind: Kind,
): readonly RecordOf<Kind>[] {
	const isOfKind = (record: JournalRecord): record is JournalRecord & RecordOf<Kind> => record.kind === kind;
	return records.filter(isOfKind);
}

/** Of solutions and of their steps. */
type Titles = ReadonlyMap<Slug, string>;

/** What became of a plan; null: nobody agreed to it. */
function changeOf(
	record: RecordOf<'plan'>,
	records: readonly JournalRecord[],
	titles: Titles,
): Change | null {
	const { plan } = record;
	const intents = ofKind(records, 'intent').filter((intent) => intent.plan === plan.id);
	const [first] = intents;
	if (first === undefined) return null;
	const outcomes = new Map(ofKind(records, 'outcome').map((outcome) => [outcome.intent, outcome]));
	const done: readonly Done[] = intents.map(({ seq, effect, object }) => {
		const outcome = outcomes.get(seq);
		return { what: `${effect}: ${object}`, status: outcome?.status ?? 'unknown', why: outcome?.why ?? null };
	});
	const rows = intents.flatMap(({ seq }) => outcomes.get(seq)?.rows ?? []);
	const later = records.filter(({ seq }) => seq > first.seq);
	const untilNext = later.findIndex(({ kind }) => kind === 'plan');
	const mine = untilNext === -1 ? later : later.slice(0, untilNext);
	const verified = proofOf(ofKind(mine, 'verified').findLast(({ step }) => step === plan.step)?.verified);
	const solution = titles.get(plan.solution) ?? plan.solution;
	const title = plan.step === undefined ? solution : `${titles.get(plan.step) ?? plan.step} (${solution})`;
	return {
		...changeOfPlan(plan, title),
		at: first.at,
		outcome: verified === null ? 'not verified' : verified.held ? 'held' : 'did not hold',
		rows: rows.length > 0 ? rows : plan.rows,
		done,
		verified,
		undone: ofKind(mine, 'undone').at(-1)?.undone ?? undoneByOthers(intents, records),
	};
}

/** What it was proved by, as plain text: in Markdown its names are escaped, and would not be known for names. */
function proofOf(verified: Verified | null | undefined): Verified | null {
	return verified == null ? null : { ...verified, text: plainInline(verified.text) };
}

/** Changes that a later run of `undo`, or the guardian, took back. */
function undoneByOthers(
	intents: readonly RecordOf<'intent'>[],
	records: readonly JournalRecord[],
): Change['undone'] {
	const lifted = ofKind(records, 'lifted').filter(({ by }) => by !== 'fix');
	const undone = lifted.flatMap(({ intent, by, session }) => {
		const change = intents.find(({ seq }) => seq === intent);
		return change === undefined ? [] : [{ session, what: `${change.effect}: ${change.object} (by ${by})` }];
	});
	const [first] = undone;
	return first === undefined
		? null
		: { session: first.session, undone: undone.map(({ what }) => what), skipped: [] };
}

/** Steps that a person did, one change a solution. */
function guidedChanges(records: readonly JournalRecord[], titles: Titles): readonly Change[] {
	const steps = ofKind(records, 'step');
	return [...new Set(steps.map(({ solution }) => solution))].map((solution) => {
		const mine = steps.filter((step) => step.solution === solution);
		const helped = ofKind(records, 'helped').findLast((record) => record.solution === solution)?.helped;
		const verified = proofOf(
			ofKind(records, 'verified').findLast(
				(record) => record.solution === solution && record.step === undefined,
			)?.verified,
		);
		const held = verified?.held ?? helped;
		return {
			solution,
			title: titles.get(solution) ?? solution,
			at: mine[0]?.at ?? null,
			outcome: held === undefined ? 'not verified' : held ? 'helped' : 'did not help',
			parameters: {},
			rows: [],
			statements: [],
			diff: null,
			done: mine.map(({ step, outcome }) => ({
				what: titles.get(step) ?? step,
				status: outcome === 'done' ? 'done' : 'failed',
				why: outcome === 'done' ? null : 'it did not help',
			})),
			verified,
			undoable: [],
			undone: null,
		};
	});
}

/** @param input all records of the session, and of those that took back what it did */
export function sessionReport({
	session,
	records,
	article: published,
	tool,
	writtenAt,
}: SessionReportInput): Report {
	const article = asWizard(published);
	const { findings, notSeen, path } = seenIn(records);
	const server = serverIn(records);
	const causes = rankCauses(article, findings);
	const known: Known = {
		causes,
		solutions: rankSolutions(article, causes, server),
		symptoms: seenSymptoms(article, findings),
		severity: overallSeverity(article, findings),
	};
	const startedAt = records[0]?.at ?? writtenAt;
	const titles: Titles = new Map(
		published.solutions
			.flatMap((solution) => [...solution.steps, solution])
			.map(({ id, title }) => [id, plainInline(title)]),
	);
	return {
		schema: reportSchema,
		session,
		writtenAt,
		redacted: false,
		redactions: [],
		summary: [],
		circumstances: {
			user: null,
			host: null,
			rights: null,
			timeZones: { server: null, local: null, logs: null },
		},
		thresholds: {},
		timeline: [],
		path: [],
		outside: [],
		notes: [],
		charts: noCharts,
		caveats: [],
		diagnosis: toDiagnosis({
			tool,
			article: published,
			startedAt,
			finishedAt: records.at(-1)?.at ?? startedAt,
			server,
			path,
			findings,
			notSeen,
			known,
		}),
		titles: titlesOfChecks(article),
		changes: [
			...ofKind(records, 'plan').flatMap((record) => changeOf(record, records, titles) ?? []),
			...guidedChanges(records, titles),
		],
	};
}

/** What a report calls the checks. */
export function titlesOfChecks(article: Article): Readonly<Record<Slug, string>> {
	return Object.fromEntries(asWizard(article).checks.map(({ id, title }) => [id, plainInline(title)]));
}
