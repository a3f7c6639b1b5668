import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServerClock } from '../../src/evidence/logs/server-clock.ts';
import { found, ims, logFolder, look, refusal, signature } from './logs-fixtures.ts';

const now = new Date(2019, 1, 28, 19, 30, 0);
const folder = logFolder(now);
const { log } = folder;
const refused = signature('slots-refused');

/** A moment so many minutes before now, as an American account writes it. */
const ago = (minutes: number) => {
	const at = new Date(now.getTime() - minutes * 60_000);
	return `${at.getMonth() + 1}/${at.getDate()}/${at.getFullYear()} ${at.toLocaleTimeString('en-US')}`;
};
const iso = (minutes: number) =>
	new Date(now.getTime() - minutes * 60_000).toISOString().replace('T', ' ').replace('Z', ' UTC');
const clock = (changes: Partial<ServerClock>) => async () => ({
	...{ aheadMs: 0, startedMs: now.getTime() - 86_400_000, logZone: null },
	...changes,
});

describe('one trouble', () => {
	const error = (text: string, level = 'Error', source = 'OpenIZ.Persistence.Data.ADO') =>
		ims('2/28/2019 7:24:50 PM', 15, text, level, source);
	const events = async (lines: readonly string[]) =>
		(
			await found({
				check: refused,
				paths: [log('openiz_20190228.log', lines.join('\r\n'))],
				now,
			})
		).facts.events;

	it('that the next layer tells on a second later is one event', async () => {
		const inner = `Error : Npgsql.PostgresException (0x80004005): ${refusal}`;
		const outer = `2/28/2019 7:24:51 PM [@15] : OpenIZ.Messaging.IMSI Error: -2147467259 : Error on IMSI WCF Pipeline: ${inner}`;
		expect(await events([error(inner), outer])).toBe(1);
		// The same layer again is the next one.
		expect(await events([error(inner), outer, outer.replace('7:24:51', '7:24:52')])).toBe(2);
	});

	it('is none because a text has the number', async () => {
		const texts = [
			'Error : 23505: duplicate key\r\n53300: a patient’s house number',
			'Error : <Patient id="53300"/>\r\nError : 53300: in a quoted line',
			'Error : MessageText: sorry, too many clients already',
		];
		expect(await events(texts.map((text) => error(text)))).toBe(0);
	});
});

it('is found behind lines that are made to be hard to read', async () => {
	const blanks = `a@${' '.repeat(60_000)}]`;
	const lines = [
		...Array.from({ length: 40 }, () => blanks),
		ims('2/28/2019 7:24:50 PM', 15, `Error : ${refusal}`),
	];
	const { facts } = await found({
		check: refused,
		paths: [log('openiz_20190228.log', lines.join('\n'))],
		now,
	});
	expect(facts.events).toBe(1);
});

describe('a limit of its own', () => {
	it.each([
		['in English', 'too many connections for role "ims"'],
		['of a database', 'too many connections for database "openiz"'],
		['of the walsenders', 'number of requested standby connections exceeds max_wal_senders (currently 2)'],
		['in German', 'zu viele Verbindungen von Rolle »ims«'],
		['in Korean', '"ims" 롤의 최대 동시 접속수를 초과했습니다'],
	])('%s is counted apart from the slots', async (_, text) => {
		const application = log('openiz.log', ims(ago(2), 1, `Error : Npgsql.PostgresException: 53300: ${text}`));
		const server = log('postgresql.log', `${iso(2)} [12] 53300 ims@openiz FATAL:  ${text}\n`);
		for (const paths of [[application], [server]]) {
			expect(await found({ check: refused, paths, now })).toMatchObject({
				verdict: 'never',
				facts: { own_limit: 1 },
			});
		}
	});

	it('is known by the tail of a newer Npgsql', async () => {
		const tail = [
			ims(ago(2), 1, 'Error : Npgsql.PostgresException'),
			'  Exception data:',
			'    Severity: FATAL',
			'    SqlState: 53300',
			'    MessageText: too many connections for role "ims"',
		];
		const path = log('openiz.log', tail.join('\n'));
		expect((await found({ check: refused, paths: [path], now })).facts).toMatchObject({ own_limit: 1 });
	});
});

describe('PostgreSQL’s default log, which has no SQLSTATE', () => {
	it.each([
		['FATAL', 'tut mir leid, schon zu viele Verbindungen'],
		['FATAL', 'die verbleibenden Verbindungen sind für Rollen mit dem Attribut SUPERUSER reserviert'],
		['FATAL', 'lo siento, ya tenemos demasiados clientes'],
		['FATAL', 'désolé, trop de clients sont déjà connectés'],
		['ВАЖНО', 'извините, уже слишком много клиентов'],
		['ფატალური', 'უკაცრავად, უკვე მეტისმეტად ბევრი კლიენტია'],
		['致命错误', '对不起, 已经有太多的客户'],
		['치명적오류', '최대 동시 접속자 수를 초과했습니다.'],
	])('is known by its text in other languages: %s: %s', async (severity, text) => {
		const path = log('postgresql.log', `${iso(3)} [12] ${severity}:  ${text}\n`);
		expect(await found({ check: refused, paths: [path], now })).toMatchObject({
			verdict: 'now',
			facts: { events: 1, age_s: 180 },
		});
	});

	it('does not take what a csvlog quotes for an entry', async () => {
		const fields = '"ims","openiz",30080,"10.0.0.1:5",6a,1,"",2019-02-28 13:49:27 UTC,3/1,0';
		const quoted = `${iso(3)},${fields},ERROR,42601,"syntax error",,,,,,"select
${iso(2)},${fields},FATAL,53300,"sorry, too many clients already",,,
${iso(2)} [1] FATAL:  sorry, too many clients already
",1,,"",""
${iso(1)},${fields},FATAL,53300,"sorry, too many clients already",,,,,,,,,"",""
`;
		const path = log('postgresql.csv', quoted);
		expect((await found({ check: refused, paths: [path], now })).facts).toMatchObject({
			events: 1,
			age_s: 60,
		});
	});
});

describe('what was before', () => {
	const line = (minutes: number, thread = 1) => ims(ago(minutes), thread, `Error : ${refusal}`);
	const started = (minutes: number) =>
		`${ago(minutes)} [@1] : OpenIZ.exe Information: 0 : OpenIZ Startup : v1.2.0.0`;
	const of = (lines: readonly string[]) => [log('openiz_20190228.log', lines.join('\r\n'))];

	it('the server’s restart is old, however recent', async () => {
		const serverClock = clock({ startedMs: now.getTime() - 2 * 60_000 });
		expect(await found({ check: refused, paths: of([line(5), line(4)]), now, serverClock })).toMatchObject({
			verdict: 'earlier',
			facts: { events: 2, old: 2, seen: expect.stringMatching(/, before the last restart$/) },
		});
		const after = await found({ check: refused, paths: of([line(5), line(4), line(1)]), now, serverClock });
		expect(after).toMatchObject({ verdict: 'now', facts: { events: 3, old: 2 } });
		expect(after.facts.seen).toBe(
			`3 times since ${iso(5).slice(0, 16)} UTC, 0.6 a minute at the end, the last one 60 s ago, 2 of them before the last restart`,
		);
	});

	it('the IMS’s own restart is old, for that instance', async () => {
		const path = log('one/openiz_20190228.log', [line(5), started(3)].join('\r\n'));
		expect(await found({ check: refused, paths: [path], now })).toMatchObject({ verdict: 'earlier' });
		const other = log('two/openiz_20190228.log', line(5));
		expect(await found({ check: refused, paths: [path, other], now })).toMatchObject({
			verdict: 'now',
			facts: { events: 2, old: 1 },
		});
	});

	it('the start that the server’s log tells is old without a session', async () => {
		const lines = [
			`${iso(6)} [12] FATAL:  sorry, too many clients already`,
			`${iso(4)} [9] LOG:  starting PostgreSQL 18.4 on x86_64-pc-linux-gnu, compiled by gcc`,
		];
		expect(
			await found({ check: refused, paths: [log('postgresql.log', lines.join('\n'))], now }),
		).toMatchObject({ verdict: 'earlier', facts: { old: 1 } });
	});

	it('is told by the server’s clock where that one disagrees', async () => {
		// The server is an hour ahead: what its log says of an hour from now was five minutes ago.
		const aheadMs = 3_600_000;
		const path = log('postgresql.log', `${iso(-55)} [12] FATAL:  sorry, too many clients already\n`);
		const serverClock = clock({ aheadMs, startedMs: now.getTime() - 86_400_000 + aheadMs });
		const seen = await found({ check: refused, paths: [path], now, serverClock });
		expect(seen).toMatchObject({ verdict: 'now', facts: { age_s: 300 } });
		expect(seen.at).toBe(new Date(now.getTime() + aheadMs).toISOString());
		// By this machine's clock the server's restart would lie behind the application's line.
		const restarted = clock({ aheadMs, startedMs: now.getTime() + aheadMs - 4 * 60_000 });
		expect(await found({ check: refused, paths: of([line(5)]), now, serverClock: restarted })).toMatchObject({
			verdict: 'earlier',
		});
		expect(await found({ check: refused, paths: of([line(3)]), now, serverClock: restarted })).toMatchObject({
			verdict: 'now',
		});
	});
});

describe('the details', () => {
	it('show when it happened as bars, with the quiet in between', async () => {
		const lines = [50, 50, 50, 50, 20, 3].map((minutes, thread) =>
			ims(ago(minutes), thread, `Error : Npgsql.PostgresException: ${refusal}`),
		);
		const { rows } = await found({ check: refused, paths: [log('openiz.log', lines.join('\n'))], now });
		const bars = rows.filter(({ bar }) => bar !== undefined);
		expect(bars.length).toBeGreaterThan(5);
		expect(bars.length).toBeLessThanOrEqual(12);
		expect(bars.map(({ events }) => events).filter((events) => events !== 0)).toEqual([4, 1, 1]);
		expect(bars[0]).toMatchObject({ bar: '#'.repeat(20) });
		expect(JSON.stringify(rows)).not.toMatch(/Npgsql|reserved/);
	});

	it('count a year of errors in as few bars', async () => {
		const lines = Array.from({ length: 5_000 }, (_, n) =>
			ims(ago(n * 105 + 1), n, `Error : Npgsql.PostgresException: ${refusal}`),
		).reverse();
		const { rows, facts } = await found({
			check: refused,
			paths: [log('openiz.log', lines.join('\n'))],
			now,
		});
		const bars = rows.filter(({ bar }) => bar !== undefined);
		expect(bars.length).toBeLessThanOrEqual(13);
		expect(bars.reduce((total, { events }) => total + Number(events), 0)).toBe(5_000);
		expect(facts).toMatchObject({ events: 5_000 });
	});
});

describe('the gap to the request', () => {
	it('is measured by the command timeout of the configuration', async () => {
		const work = Array.from({ length: 30 }, (_, n) => ims(ago(8 - n / 10), 3, 'query', 'Information'));
		const timeout =
			'Error : Npgsql.NpgsqlException (0x80004005): Exception while reading from stream ---> System.IO.IOException: Unable to read data';
		// One wait of 45 s: no usual timeout, and too few to agree.
		const lines = [...work, ims(ago(5), 9, 'query', 'Information'), ims(ago(4.25), 9, timeout)];
		const ask = {
			check: signature('read-timeout'),
			paths: [log('openiz.log', lines.join('\n'))],
			now,
		};
		expect(await found(ask)).toMatchObject({ verdict: 'irregular' });
		expect(await found({ ...ask, commandTimeouts: async () => [45_000] })).toMatchObject({
			verdict: 'at the command timeout',
			facts: { gap_s: 45, stop_after_s: 40 },
		});
	});
});

describe('logs that nobody gave', () => {
	it('are those that are found, and what is missing is said once', async () => {
		const path = log('openiz.log', ims(ago(2), 1, `Error : ${refusal}`));
		const files = [{ path, named: false, atMost: null }];
		const discover = async () => ({ files, problems: [{ path: '', why: 'the server’s log: not here' }] });
		expect(await found({ check: refused, paths: [], now, discover })).toMatchObject({ verdict: 'now' });
		expect(await look({ check: signature('backend-crash'), paths: [], now, discover })).toMatchObject({
			kind: 'absent',
			why: 'no log of PostgreSQL was given (--log PATH); the server’s log: not here',
		});
	});

	it('are read by their end only, where that is said', async () => {
		mkdirSync(join(folder.path, 'x'));
		const filler = `${ims(ago(30), 2, 'x'.repeat(150), 'Information')}\n`.repeat(20_000);
		const path = log(
			'big.log',
			`${ims(ago(40), 1, `Error : ${refusal}`)}\n${filler}${ims(ago(2), 1, `Error : ${refusal}`)}`,
		);
		const files = [{ path, named: false, atMost: 2 ** 20 }];
		const { facts, rows } = await found({
			check: refused,
			paths: [],
			now,
			discover: async () => ({ files, problems: [] }),
		});
		expect(facts).toMatchObject({ events: 1 });
		expect(rows.at(-1)).toMatchObject({ note: 'only its last 1 MB were read' });
	});
});
