/** The last fix that was applied to a server, and the check that proved it. */
import type { Article, Check, Slug, Solution } from '../article/article.ts';
import type { ConnectionSettings } from '../evidence/postgres/connection-settings.ts';
import { factBook } from '../machine/facts.ts';
import type { Facts } from '../machine/ports.ts';
import { knownFindings } from '../report/session-report.ts';
import type { SessionSummary } from '../session/list-sessions.ts';
import type { JournalRecord, SessionId } from '../session/record.ts';

export type LastFix = {
	readonly session: SessionId;
	readonly solution: Solution;
	readonly check: Check;
	/** Those that count as cured. */
	readonly verdicts: readonly string[];
	/** What the check's parameters may refer to: what was known then, and what was chosen. */
	readonly facts: Facts;
	/** All that the session tried, which would not help a second time. */
	readonly tried: readonly Slug[];
};

/**
 * Of the latest session with an applied fix on one of these servers.
 * @param sessions the newest first
 * @returns null: there is none, it was taken back since, or the article names nothing to measure it by
 */
export function lastFix(
	sessions: readonly SessionSummary[],
	article: Article,
	{ hosts }: ConnectionSettings,
): LastFix | null {
	const isHere = ({ records }: SessionSummary): boolean =>
		records.some(
			(record) =>
				record.kind === 'server' &&
				hosts.some(({ host, port }) => record.server.host === host && record.server.port === port),
		);
	const session = sessions.find(
		(summary) =>
			summary.opened?.article.id === article.id && isHere(summary) && appliedIn(summary.records) !== null,
	);
	return session === undefined ? null : fixOf(session, article);
}

function fixOf({ session, records }: SessionSummary, article: Article): LastFix | null {
	const applied = appliedIn(records);
	if (applied === null || isTakenBack(records, applied.seq)) return null;
	const solution = article.solutions.find(({ id }) => id === applied.solution);
	if (solution === undefined) return null;
	const verified = records.findLast(
		(record) => record.kind === 'verified' && record.solution === solution.id && record.seq > applied.seq,
	);
	const proofs = [...solution.steps.map(({ verify }) => verify), solution.verify].filter(
		(each) => each !== null,
	);
	const proof =
		(verified?.kind === 'verified' ? proofs.find(({ check }) => check === verified.verified.check) : null) ??
		solution.verify;
	const check = article.checks.find(({ id }) => id === proof?.check);
	if (proof === null || check === undefined) return null;
	const plan = records.findLast((record) => record.kind === 'plan' && record.plan.id === applied.plan);
	const chosen = plan?.kind === 'plan' ? plan.plan.parameters : {};
	return {
		session,
		solution,
		check,
		verdicts: proof.verdicts,
		facts: { ...factBook(knownFindings(records)), ...chosen },
		tried: [...new Set(records.flatMap((record) => (isStep(record) ? [record.solution] : [])))],
	};
}

type StepRecord = JournalRecord & { readonly kind: 'intent'; readonly solution: Slug; readonly plan: string };

/** Belongs to a plan that was consented to, and is no fence or undo of it. */
function isStep(record: JournalRecord): record is StepRecord {
	return (
		record.kind === 'intent' && record.plan !== null && record.solution !== null && record.effect !== 'fence'
	);
}

/** The latest step that was done, or may have been; null: nothing was. */
function appliedIn(records: readonly JournalRecord[]): StepRecord | null {
	const undoneBy = new Set(
		records.flatMap((record) =>
			record.kind === 'outcome' && (record.status === 'skipped' || record.status === 'failed')
				? [record.intent]
				: [],
		),
	);
	return records.filter(isStep).findLast(({ seq }) => !undoneBy.has(seq)) ?? null;
}

function isTakenBack(records: readonly JournalRecord[], since: number): boolean {
	return records.some(
		(record) => record.kind === 'undone' && record.seq > since && record.undone.undone.length > 0,
	);
}
