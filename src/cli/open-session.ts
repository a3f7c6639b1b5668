/** The journal of a run, opened with what it is about. */
import { dirname, resolve } from 'node:path';
import type { Article, Slug } from '../article/article.ts';
import { checkMarks } from '../article/check-marks.ts';
import { asWizard } from '../machine/guided.ts';
import { type Journal, openJournal } from '../session/journal.ts';
import type { JournalRecord, SessionId } from '../session/record.ts';
import { stateDir } from '../session/state-dir.ts';
import { localZone } from './local-time.ts';
import type { World } from './world.ts';

/** @throws JournalError */
export async function openSession(article: Article, world: World): Promise<Journal> {
	const journal = open(world);
	await journal.append({
		kind: 'opened',
		article: {
			id: article.id,
			sha256: article.sha256,
			checks: marksOf(article),
			...(isShipped(article, world) ? {} : { path: resolve(article.path) }),
		},
		server: null,
		...byWhom(world),
		timeZone: localZone(),
	});
	return journal;
}

const byWhom = ({ version, hostname, user }: World) => ({
	tool: { name: 'kbwizard', version },
	host: hostname,
	user,
});

const marksOf = (article: Article): Readonly<Record<Slug, string>> => checkMarks(asWizard(article).checks);

/**
 * Checks that ask something else than when the session was last begun or resumed, or that are gone, among those that
 * found something. Where it was not written down what they asked, a changed article has changed them all.
 */
export function changedChecks(article: Article, records: readonly JournalRecord[]): readonly Slug[] {
	const before = records.findLast((record) => record.kind === 'opened' || record.kind === 'resumed');
	if (before === undefined || before.article.sha256 === article.sha256) return [];
	const found = new Set(
		records.flatMap((record) => (record.kind === 'finding' ? [record.finding.check] : [])),
	);
	const now = new Map(Object.entries(marksOf(article)));
	const then = new Map(Object.entries(before.article.checks ?? {}));
	return [...found].filter((check) => !now.has(check) || now.get(check) !== then.get(check));
}

/** Goes on with an earlier session in the wizard: all that is known becomes stale. @throws JournalError */
export async function resumeSession(
	session: SessionId,
	article: Article,
	dropped: readonly Slug[],
	world: World,
): Promise<Journal> {
	const journal = open(world, session);
	await journal.append({
		kind: 'resumed',
		article: { sha256: article.sha256, checks: marksOf(article) },
		...byWhom(world),
		dropped,
	});
	return journal;
}

function isShipped({ path }: Article, { contentDir }: World): boolean {
	return resolve(dirname(path)) === resolve(contentDir);
}

/** Writes to an earlier session, to take something back or to bring it to an end. @throws JournalError */
export function reopenSession(session: SessionId, world: World): Journal {
	return open(world, session);
}

function open(world: World, session?: SessionId): Journal {
	return openJournal({
		stateDir: stateDir(world),
		writer: { pid: world.pid, host: world.hostname, isAlive: world.isAlive },
		clock: world.now,
		version: world.version,
		...(session === undefined ? {} : { session }),
	});
}
