import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Article } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';
import { recogniseText } from '../../src/evidence/recognise.ts';
import { articleOf } from '../machine/sample-articles.ts';

const path = 'content/kb008-postgresql-connections-fail-with-block-message.md';
const kb008 = compileArticle(readFileSync(path, 'utf8'), { path }).article;
if (kb008 === null) throw new Error('KB008 does not compile');
const now = new Date('2026-11-22T14:00:00Z');

/** Answers by check, without what they were recognised by. */
function read(text: string, article: Article | null = kb008): Readonly<Record<string, string>> {
	if (article === null) return {};
	return Object.fromEntries(recogniseText(text, article, now).map(({ check, verdict }) => [check, verdict]));
}

const stack = [
	'   at Npgsql.NpgsqlConnector.<DoReadMessage>d__157.MoveNext()',
	'--- End of stack trace from previous location where exception was thrown ---',
	'   at OpenIZ.OrmLite.DataContext.Open() in C:\\build\\DataContext.cs:line 165',
].join('\n');

const noAnswer =
	'A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond';

/** What PostgreSQL says in some of its languages (its own message catalogues). */
const refusals = [
	['ordinary slots gone', 'remaining connection slots are reserved for roles with the SUPERUSER attribute'],
	['ordinary slots gone', 'die verbleibenden Verbindungen sind für Superuser reserviert'],
	['no slot at all', 'désolé, trop de clients sont déjà connectés'],
	['no slot at all', 'извините, уже слишком много клиентов'],
	['no slot at all', '現在クライアント数が多すぎます'],
] as const;

describe('an exception of the application', () => {
	test('that is a refusal, in whatever language the server speaks', () => {
		for (const [verdict, text] of refusals) {
			expect(read(`Npgsql.PostgresException (0x80004005): 53300: ${text}\n${stack}`)).toEqual({
				'can-we-connect': verdict,
				'does-the-application-log-refusals': 'now',
			});
		}
	});

	test('whose server could not be reached says how, and one that broke off does not say that it was never there', () => {
		const socket = 'System.Net.Sockets.SocketException (111): Connection refused';
		expect(
			read(`Npgsql.NpgsqlException (0x80004005): Failed to connect to 10.0.0.5:5432\n ---> ${socket}`),
		).toEqual({
			'can-we-connect': 'refused',
		});
		const reset =
			'Npgsql.NpgsqlException (0x80004005): Exception while reading from stream ---> System.IO.IOException: Unable to read data from the transport connection: Connection reset by peer.';
		expect(read(reset)).toEqual({ 'does-the-log-show-lost-connections': 'now' });
	});

	test('with its details on lines of their own goes by the routine', () => {
		const exception = [
			'Npgsql.PostgresException (0x80004005): 53300: demasiadas conexiones',
			'  Exception data:',
			'    SqlState: 53300',
			'    File: miscinit.c',
			'    Routine: InitializeSessionUserId',
		].join('\n');
		expect(read(exception)).toMatchObject({ 'can-we-connect': 'role limit' });
	});

	test('that is a timeout while reading, with its inner exceptions', () => {
		const chain = `Npgsql.NpgsqlException (0x80004005): Exception while reading from stream ---> System.IO.IOException: Unable to read data from the transport connection: ${noAnswer}. ---> System.Net.Sockets.SocketException: ${noAnswer}\n${stack}`;
		expect(read(chain)).toEqual({ 'does-the-application-log-read-timeouts': 'irregular' });
	});

	test('that came without its beginning is known all the same', () => {
		expect(read(` ---> System.IO.IOException: Unable to read data: ${noAnswer}\n${stack}`)).toEqual({
			'does-the-application-log-read-timeouts': 'irregular',
		});
	});

	test('of an empty pool is the client’s own', () => {
		expect(
			read(
				'Npgsql.NpgsqlException (0x80004005): The connection pool has been exhausted, either raise MaxPoolSize (currently 20) or Timeout (currently 15 seconds)',
			),
		).toEqual({ 'does-the-application-log-an-empty-pool': 'now' });
	});

	test('of a limit that is not the slots is no refusal for want of slots', () => {
		expect(
			read('Npgsql.PostgresException (0x80004005): 53300: too many connections for role "ims"'),
		).not.toHaveProperty('does-the-application-log-refusals');
	});
});

describe('a piece of a log', () => {
	const entry = (time: string) =>
		`${time} [@15] : OpenIZ.Persistence.Data.ADO Error: 0 : Error : Npgsql.PostgresException (0x80004005): 53300: sorry, too many clients already\n${stack}`;

	test('of hours ago is of now: whose clock it was nobody knows', () => {
		expect(read(entry('11/22/2026 3:24:50 AM'))).toMatchObject({
			'does-the-application-log-refusals': 'now',
		});
	});

	test('of days ago was earlier, and says nothing of how one gets in today', () => {
		expect(read(entry('11/12/2026 3:24:50 AM'))).toEqual({ 'does-the-application-log-refusals': 'earlier' });
	});

	test('with the waits of its threads tells a command timeout from the rest', () => {
		const lines = [0, 1, 2, 3].flatMap((minute) => [
			`11/22/2026 1:0${minute}:00 PM [@${minute}] : OpenIZ.Messaging.IMSI Information: 0 : GET Patient`,
			`11/22/2026 1:0${minute}:30 PM [@${minute}] : OpenIZ.Messaging.IMSI Error: 0 : Npgsql.NpgsqlException (0x80004005): Exception while reading from stream ---> System.IO.IOException: ${noAnswer}`,
		]);
		expect(read(lines.join('\n'))).toEqual({
			'does-the-application-log-read-timeouts': 'at the command timeout',
		});
	});

	test('of the server says what a server’s log can say', () => {
		expect(
			read(
				'2026-11-22 13:59:58.101 UTC [88] LOG:  server process (PID 4711) was terminated by signal 9: Killed',
			),
		).toEqual({ 'does-the-log-show-a-crashed-backend': 'now' });
	});
});

test('what a client was told is the way in, and no line of a log', () => {
	for (const [verdict, text] of refusals) {
		expect(
			read(`psql: error: connection to server at "10.0.0.5", port 5432 failed: FATAL:  ${text}`),
		).toEqual({ 'can-we-connect': verdict });
	}
});

test('of a published article a symptom is there that stands in the text', () => {
	const published = articleOf({
		...{ checks: [], causes: [], solutions: [] },
		symptoms: [
			{
				id: 'fatal',
				text: 'You see *A serious error occurred during startup*',
				check: null,
				line: 1,
				children: [],
			},
			{ id: 'slow', text: 'It is slow', check: null, line: 2, children: [] },
		],
	});
	expect(read('10:14 you see A serious error occurred during startup. Code 7', published)).toEqual({
		fatal: 'yes',
	});
});

test('a text that says nothing answers nothing, however long or hostile it is', () => {
	expect(read('')).toEqual({});
	expect(read('the printer is on fire')).toEqual({});
	expect(read(`${'x'.repeat(300_000)}\n53300`)).toEqual({});
	expect(read(`\x1b]0;53300\x07${'\u202e'.repeat(1_000)}`)).toEqual({});
});
