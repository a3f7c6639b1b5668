/** The sessions of this machine, for a person and as the contract's document. */
import { cleanText } from '../evidence/untrusted.ts';
import type { ServerIdentity } from '../machine/ports.ts';
import type { SessionSummary } from '../session/list-sessions.ts';
import { inColumns, lineWidth } from './columns.ts';
import { clockIn, zoneInWords } from './local-time.ts';
import { wrapWords } from './wrap-words.ts';

/** A session, and whether somebody is at work in it now. */
export type ListedSession = SessionSummary & { readonly running: boolean };

function asJson({ session, opened, closed, server, damage, newer, inForce, running }: ListedSession): object {
	return {
		session,
		article: opened === null ? null : articleOf(opened),
		startedAt: opened?.at ?? null,
		endedAt: closed?.at ?? null,
		running,
		outcome: closed?.outcome ?? null,
		severity: closed?.severity ?? null,
		causes: closed?.causes ?? null,
		server,
		damage: damage === null ? null : { line: damage.line, what: damage.what },
		newer,
		inForce: inForce.map(({ intent, status }) => ({
			what: `${intent.effect}: ${intent.object}`,
			status,
			at: intent.at,
		})),
	};
}

function articleOf({ article: { id, sha256, path } }: NonNullable<ListedSession['opened']>): object {
	return { id, sha256, ...(path === undefined ? {} : { path }) };
}

export function toSessionsDocument(listed: readonly ListedSession[]): object {
	return { schema: 'kbwizard.sessions/1', sessions: listed.map(asJson) };
}

function placeOf(server: ServerIdentity | null): string {
	if (server === null) return 'no server';
	const { host, port, database } = server;
	const at = host === null ? 'server' : `${host}${port === null ? '' : `:${port}`}`;
	return database === null ? at : `${database} on ${at}`;
}

/** How it ended; of one that did not, why not. */
function endInWords({ closed, running, opened }: ListedSession): string {
	if (running) return 'running';
	if (closed !== null) return closed.outcome;
	return opened === null ? 'not begun' : 'broke off';
}

/** What is not as it should be, and what can be done about it. */
function remarks({ session, inForce, damage, newer }: ListedSession): readonly string[] {
	return [
		...inForce.map(
			({ intent, status }) =>
				`still in force${status === 'unknown' ? ' (perhaps)' : ''}: ${intent.effect}: ${intent.object}`,
		),
		...(inForce.length === 0 ? [] : [`taken back with: kbwizard undo ${session}`]),
		...(damage === null
			? []
			: [
					damage.torn
						? `its line ${damage.line} was cut short, and is dropped when it is resumed`
						: `damaged in line ${damage.line}: ${damage.what}; what stands before it is told`,
				]),
		...(newer === null
			? []
			: [
					`written by ${newer.version === null ? 'a newer kbwizard' : `kbwizard ${newer.version}`}, and not understood from line ${newer.line} on: use that version to go on with it or undo it`,
				]),
	];
}

const lastLetters = (session: string): string => session.slice(session.lastIndexOf('-') + 1);

const indent = '  ';

/** For a terminal, the newest first. */
export function sessionsToText(listed: readonly ListedSession[], timeZone: string): string {
	const clock = clockIn(timeZone);
	const ends = Map.groupBy(listed, ({ session }) => lastLetters(session));
	const [heading = '', ...lines] = inColumns(
		[
			['when', 'name', 'article', 'server', 'outcome', 'severity'],
			...listed.map((session) => {
				const name = lastLetters(session.session);
				const { opened, closed, server } = session;
				return [
					// The name tells when, where nothing else does.
					opened === null ? session.session.slice(0, '20261122-140502'.length) : clock(opened.at),
					(ends.get(name)?.length ?? 0) > 1 ? session.session : name,
					opened?.article.id ?? '?',
					placeOf(server),
					endInWords(session),
					closed?.severity ?? '-',
				].map((text) => cleanText(text, { max: 200 }));
			}),
		],
		{ gives: 3 },
	);
	const text = listed.flatMap((session, index) => [
		lines[index] ?? '',
		...remarks(session).flatMap((remark) =>
			wrapWords(cleanText(remark), lineWidth - 2 * indent.length)
				.split('\n')
				.map((line, at) => `${indent}${at === 0 ? '' : indent}${line}`),
		),
	]);
	return `${[
		`${zoneInWords(timeZone)} A session is named by its last four letters.`,
		'',
		heading,
		...text,
	].join('\n')}\n`;
}
