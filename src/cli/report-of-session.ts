/** The report of one session, as its journal and its article make it: for the command, the preview, and the lab. */
import type { Article } from '../article/article.ts';
import type { Report } from '../report/report.ts';
import { sessionReport } from '../report/session-report.ts';
import type { SessionSummary } from '../session/list-sessions.ts';
import type { JournalRecord, SessionId } from '../session/record.ts';
import type { World } from './world.ts';

export type ReportedSession = {
	readonly session: SessionId;
	readonly records: readonly JournalRecord[];
	/** As it is now. */
	readonly article: Article;
	readonly caveats?: readonly string[];
};

export function reportOf(session: ReportedSession, world: Pick<World, 'now' | 'version'>): Report {
	return sessionReport({
		...session,
		tool: { name: 'kbwizard', version: world.version },
		writtenAt: world.now().toISOString(),
	});
}

/** Its own records, and what later sessions took back of it. */
export function recordsAbout(
	{ session, records }: SessionSummary,
	sessions: readonly SessionSummary[],
): readonly JournalRecord[] {
	return [
		...records,
		...sessions
			.filter((other) => other.session !== session)
			.flatMap((other) =>
				other.records.filter((record) => record.kind === 'lifted' && record.of === session),
			),
	];
}

/**
 * What a reader must know before the rest.
 * @param changed why the article is not the one that the session was about; null: it is
 */
export function caveatsOf(
	{ damage, newer, closed }: SessionSummary,
	changed: string | null,
): readonly string[] {
	return [
		...(damage === null
			? []
			: [
					`The journal is damaged in line ${damage.line} (${damage.what}): what came after it is not in this report.`,
				]),
		...(newer === null
			? []
			: [
					`${newer.version === null ? 'A newer kbwizard' : `kbwizard ${newer.version}`} wrote the journal, and from line ${newer.line} on not all of it is understood here: use that version for the whole report.`,
				]),
		...(changed === null ? [] : [`${changed}.`]),
		...(closed === null && damage === null
			? ['The session was not closed: it goes on, or it broke off.']
			: []),
	];
}
