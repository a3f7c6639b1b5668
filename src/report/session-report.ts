/** A report from a session's journal: what was known, what was done, and what of it still stands. */
import type { Article, Slug } from '../article/article.ts';
import { plainInline, plainText } from '../article/plain-text.ts';
import type { WizardContext } from '../machine/context.ts';
import type { Finding, NotSeen } from '../machine/finding.ts';
import { asWizard } from '../machine/guided.ts';
import { type Known, seenSymptoms } from '../machine/known.ts';
import type { ServerIdentity } from '../machine/ports.ts';
import { overallSeverity, rankCauses, rankSolutions } from '../machine/rank.ts';
import { passedOver } from '../machine/told-beforehand.ts';
import type { JournalRecord, SessionId } from '../session/record.ts';
import { chartsOf } from './charts.ts';
import { circumstancesOf } from './circumstances.ts';
import { type Tool, toDiagnosis } from './diagnosis.ts';
import { pathTaken } from './path-taken.ts';
import { type OutsideStep, type Report, reportSchema } from './report.ts';
import { changesOf, ofKind, type Titles } from './session-changes.ts';
import { summaryOf } from './summary.ts';
import { timelineOf } from './timeline.ts';

export type SessionReportInput = {
	readonly session: SessionId;
	readonly records: readonly JournalRecord[];
	/** The article it was about, as it is now. */
	readonly article: Article;
	readonly tool: Tool;
	/** ISO 8601. */
	readonly writtenAt: string;
	/** What a reader must know about the journal or the article; absent: nothing. */
	readonly caveats?: readonly string[];
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
		} else if (record.kind === 'resumed' || record.kind === 'outdated') {
			const why = record.kind === 'resumed' ? 'resumed' : record.why;
			for (const [key, finding] of findings) {
				if (record.kind === 'resumed' && record.dropped.includes(finding.check)) findings.delete(key);
				else findings.set(key, { ...finding, stale: finding.stale ?? why });
			}
		} else if (record.kind === 'not-seen') {
			notSeen.set(record.notSeen.check, record.notSeen);
			if (record.notSeen.why !== passedOver) path.add(record.notSeen.check);
		}
	}
	return { findings: [...findings.values()], notSeen: [...notSeen.values()], path: [...path] };
}

/** What a session found, for one that goes on with it. */
export function knownFindings(records: readonly JournalRecord[]): readonly Finding[] {
	return seenIn(records).findings;
}

/** What a person said of the symptoms, the last word on each. */
export function saidSymptoms(records: readonly JournalRecord[]): WizardContext['symptoms'] {
	return Object.fromEntries(ofKind(records, 'symptom').map(({ symptom, observed }) => [symptom, observed]));
}

/** Whether nobody was to connect in the end. */
export function askedOnly(records: readonly JournalRecord[]): boolean {
	return ofKind(records, 'asks-only').at(-1)?.only ?? false;
}

/** As it was first reached: a fence moves the session to another database for a moment. */
function serverIn(records: readonly JournalRecord[]): ServerIdentity | null {
	const known = records.find((record) => record.kind === 'server');
	return known?.server ?? records.find((record) => record.kind === 'opened')?.server ?? null;
}

/** @param input all records of the session, and of those that took back what it did */
export function sessionReport({
	session,
	records,
	article: published,
	tool,
	writtenAt,
	caveats = [],
}: SessionReportInput): Report {
	const article = asWizard(published);
	const { findings, notSeen, path } = seenIn(records);
	const server = serverIn(records);
	const causes = rankCauses(article, findings);
	const known: Known = {
		causes,
		solutions: rankSolutions(article, causes, server, findings, askedOnly(records)),
		symptoms: seenSymptoms(article, findings, saidSymptoms(records)),
		severity: overallSeverity(article, findings),
	};
	const startedAt = records[0]?.at ?? writtenAt;
	const solutions: Titles = new Map(
		published.solutions
			.flatMap((solution) => [...solution.steps, solution])
			.map(({ id, title }) => [id, plainInline(title)]),
	);
	const titles = titlesOfChecks(article);
	const changes = changesOf(records, solutions);
	const diagnosis = toDiagnosis({
		tool,
		article: published,
		startedAt,
		finishedAt: records.at(-1)?.at ?? startedAt,
		server,
		path,
		findings,
		notSeen,
		known,
	});
	const logsRead = findings.some(({ source }) => source === 'log');
	return {
		schema: reportSchema,
		session,
		writtenAt,
		redacted: false,
		redactions: [],
		summary: summaryOf({ diagnosis, changes }),
		circumstances: circumstancesOf(ofKind(records, 'opened')[0] ?? null, server, logsRead),
		diagnosis,
		titles,
		thresholds: thresholdsOf(article),
		timeline: timelineOf({ records, titles, solutions }),
		path: pathTaken(path, findings, titles),
		changes,
		outside: outsideOf(records, solutions),
		notes: ofKind(records, 'note').flatMap(({ at, by, text }) =>
			by === undefined ? [] : [{ at, by, text }],
		),
		charts: chartsOf({ records, findings, changes, titles }),
		caveats,
	};
}

/** What a person did elsewhere, and said so. */
function outsideOf(records: readonly JournalRecord[], titles: Titles): readonly OutsideStep[] {
	return ofKind(records, 'step').map(({ at, solution, step, outcome }) => ({
		at,
		solution: titles.get(solution) ?? solution,
		what: titles.get(step) ?? step,
		outcome,
	}));
}

/** What the checks compare with, as the article says it. */
function thresholdsOf({ checks }: Article): Report['thresholds'] {
	return Object.fromEntries(
		checks.flatMap(({ id, threshold }) => (threshold === undefined ? [] : [[id, plainText(threshold)]])),
	);
}

/** What a report calls the checks. */
export function titlesOfChecks(article: Article): Readonly<Record<Slug, string>> {
	return Object.fromEntries(asWizard(article).checks.map(({ id, title }) => [id, plainInline(title)]));
}
