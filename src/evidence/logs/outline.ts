/**
 * What is left of a log's entries when their words are taken away: the time, the thread and the part of the program as
 * numbers, and which of the texts we know stood in it. A site can send that, and it is counted as the log itself is.
 */
import type { Mark, serverTexts } from './signature-texts.ts';

/** OpenIZ's entries of trouble and of ordinary work, the server's, and an exception without a header. */
export const outlineLayouts = { trouble: 'e', ordinary: 'o', server: 'p', bare: 'b' } as const;

/** A mark of an application's entry, and a text that has just that mark. */
export const applicationMarks: Readonly<Record<Mark, { readonly letter: string; readonly text: string }>> = {
	refused: { letter: 'r', text: 'Npgsql.PostgresException: 53300: sorry, too many clients already' },
	'own limit': { letter: 'l', text: 'Npgsql.PostgresException: 53300: too many connections for role "role"' },
	reading: { letter: 'd', text: 'Exception while reading from stream' },
	'no answer': { letter: 'n', text: 'did not properly respond after a period of time' },
	'stream ended': { letter: 'e', text: 'EndOfStreamException' },
	reset: { letter: 'x', text: 'Connection reset by peer' },
	'client pool': { letter: 'c', text: 'The connection pool has been exhausted, either raise MaxPoolSize' },
	'request limit': { letter: 'q', text: 'LimitExceededException' },
};

/** `start`: the service or the server begins. */
export type ServerMark = 'slots' | 'own limit' | keyof typeof serverTexts;

export const serverMarks: Readonly<Record<ServerMark, { readonly letter: string; readonly text: string }>> = {
	slots: { letter: 'r', text: 'FATAL:  sorry, too many clients already' },
	'own limit': { letter: 'l', text: 'FATAL:  too many connections for role "role"' },
	'connection-reset': { letter: 'x', text: 'LOG:  could not receive data from client: timed out' },
	'backend-crash': { letter: 'k', text: 'LOG:  server process (PID 1) was terminated by signal 9' },
	'fork-failed': { letter: 'f', text: 'LOG:  could not fork new process for connection: no memory' },
	'standby-settings': { letter: 'b', text: 'WARNING:  hot standby is not possible because of its settings' },
};

/** The service or the server begins here. */
export const startMark = 's';
const starts = { application: 'OpenIZ Startup', server: 'LOG:  starting PostgreSQL 18' };

/** Of an entry whose time cannot be read: a header all the same. */
const noTime = '0-0-0 0:00:00';

/** Number of the line, layout, marks, thread, part of the program, time. */
const shape = /^(\d{1,12}) ([eopb]) (-|[a-z]{1,9}) (-|\d{1,9}) (-|\d{1,9}) (\S.{0,59})$/u;

export type OutlinedEntry = {
	/** Of its first line in the log, from 1 on. */
	readonly line: number;
	/** An entry with the same time, thread and troubles. */
	readonly text: string;
};

/** Null: the line is none, or damaged. */
export function outlinedEntry(line: string): OutlinedEntry | null {
	const match = shape.exec(line);
	if (match === null) return null;
	const [, number, layout = '', marks = '', thread, source, stamp = ''] = match;
	const time = stamp === '-' ? noTime : stamp;
	const writer = `${thread === '-' ? '' : ` [@${thread}]`} : part${source}`;
	const text = textOf(layout, marks, time, writer);
	return { line: Number(number), text };
}

function textOf(layout: string, marks: string, time: string, writer: string): string {
	const said = Object.values(applicationMarks)
		.filter(({ letter }) => marks.includes(letter))
		// Whose limit it was, the refusal's own text says.
		.filter(
			(mark) => mark !== applicationMarks.refused || !marks.includes(applicationMarks['own limit'].letter),
		)
		.map(({ text }) => text);
	const words = marks.includes(startMark) ? starts.application : said.join(' ---> ');
	switch (layout) {
		case outlineLayouts.server: {
			const [own] = Object.values(serverMarks).filter(({ letter }) => marks.includes(letter));
			return `${time} ${marks.includes(startMark) ? starts.server : (own?.text ?? 'LOG:  ')}`;
		}
		case outlineLayouts.bare:
			return `System.Exception: ${words}`;
		case outlineLayouts.ordinary:
			return `${time}${writer} Information: 0 : ${words}`;
		default:
			return `${time}${writer} Error: 0 : ${words}`;
	}
}
