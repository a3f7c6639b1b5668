/** The journal of a run, opened with what it is about. */
import { dirname, resolve } from 'node:path';
import type { Article } from '../article/article.ts';
import { type Journal, openJournal } from '../session/journal.ts';
import type { SessionId } from '../session/record.ts';
import { stateDir } from '../session/state-dir.ts';
import type { World } from './world.ts';

/** @throws JournalError */
export async function openSession(article: Article, world: World): Promise<Journal> {
	const journal = open(world);
	await journal.append({
		kind: 'opened',
		article: {
			id: article.id,
			sha256: article.sha256,
			...(isShipped(article, world) ? {} : { path: resolve(article.path) }),
		},
		tool: { name: 'kbwizard', version: world.version },
		server: null,
		host: world.hostname,
		user: world.user,
		timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
	});
	return journal;
}

function isShipped({ path }: Article, { contentDir }: World): boolean {
	return resolve(dirname(path)) === resolve(contentDir);
}

/** Goes on with an earlier session. @throws JournalError */
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
