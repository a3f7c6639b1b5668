import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/article/article.ts';
import { createLogSource } from '../../src/evidence/logs/log-source.ts';
import { checkOf, ims, logFolder, look, refusal, signature } from './logs-fixtures.ts';

/** Local time, as OpenIZ writes it. */
const now = new Date(2019, 1, 28, 19, 30, 0);
const folder = logFolder(now);
const { log } = folder;

function ask(check: Check, paths: readonly string[], at = now) {
	return look({ check, paths, now: at });
}

async function verdictOf(check: Check, path: string, at = now) {
	const observation = await ask(check, [path], at);
	return observation.kind === 'verdict' ? observation.verdict : observation;
}

async function factsOf(check: Check, paths: readonly string[], at = now) {
	const observation = await ask(check, paths, at);
	if (observation.kind !== 'verdict') throw new Error(JSON.stringify(observation));
	return observation.facts;
}

async function whyNot(paths: readonly string[]): Promise<string> {
	const observation = await ask(signature('slots-refused'), paths);
	switch (observation.kind) {
		case 'absent':
			return `absent: ${observation.why}`;
		case 'failed':
			return `${observation.failure.code}: ${observation.failure.message}`;
		case 'verdict':
			return observation.verdict;
	}
}

const readTimeout =
	'Error : Npgsql.NpgsqlException (0x80004005): Exception while reading from stream ---> System.IO.IOException: Unable to read data from the transport connection: A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond.';

/** One trouble as OpenIZ logs it: in the data layer with its stack, then at the service, then as an aggregate. */
const oneIncident = [
	ims('2/28/2019 7:24:50 PM', 15, `Error : Npgsql.PostgresException (0x80004005): ${refusal}`),
	'   at Npgsql.NpgsqlConnector.<DoReadMessage>d__157.MoveNext()',
	'--- End of stack trace from previous location where exception was thrown ---',
	`2/28/2019 7:24:50 PM [@15] : OpenIZ.Messaging.IMSI Error: -2147467259 : Error on IMSI WCF Pipeline: Npgsql.PostgresException (0x80004005): ${refusal}`,
];
const aggregate = [
	ims(
		'2/28/2019 7:24:51 PM',
		22,
		`Error : System.AggregateException: One or more errors. ---> Npgsql.PostgresException: ${refusal}`,
	),
	`---> (Inner Exception #0) Npgsql.PostgresException (0x80004005): ${refusal}`,
	'',
	`---> (Inner Exception #1) Npgsql.PostgresException (0x80004005): ${refusal}`,
];

describe('OpenIZ’s log', () => {
	it('is counted in events, not in lines', async () => {
		const path = log('openiz_20190228.log', [...oneIncident, ...aggregate].join('\n'));
		expect(await factsOf(signature('slots-refused'), [path])).toMatchObject({
			events: 2,
			first: new Date(2019, 1, 28, 19, 24, 50).toISOString(),
			last: new Date(2019, 1, 28, 19, 24, 51).toISOString(),
			age_s: 309,
			rate_per_min: 2,
			files: 1,
		});
		expect(await verdictOf(signature('slots-refused'), path)).toBe('now');
	});

	it.each([
		['a message without a class name', ims('2/28/2019 7:24:50 PM', 1, `Error : ${refusal}`)],
		['no thread', `2/28/2019 7:24:50 PM : OpenIZ.Persistence.Data.ADO Error: 0 : Error : ${refusal}`],
		['a 24-hour clock', ims('28/02/2019 19:24:50', 1, `Error : ${refusal}`)],
		['p.m. with dots', ims('2019-02-28 7:24:50 p.m.', 1, `Error : ${refusal}`)],
		['a narrow blank before PM', ims('2/28/2019 7:24:50\u202fPM', 1, `Error : ${refusal}`)],
		['dots in the date', ims('28.02.2019 19:24:50', 1, `Error : ${refusal}`)],
		[
			'the console’s list',
			`2019-02-28T19:24:50.0000000\tError\tTHD#:5\tError : Npgsql.PostgresException (0x80004005): ${refusal}`,
		],
		[
			'the successor’s layout',
			`SanteDB.OrmLite@5 <Error> [2019-02-28T19:24:50.0006863]: Npgsql.PostgresException: ${refusal}`,
		],
		[
			'the SQLSTATE in the tail of a .NET Core exception',
			`${ims('2/28/2019 7:24:50 PM', 1, 'Error : Npgsql.PostgresException')}\n  Exception data:\n    SqlState: 53300`,
		],
	])('is read with %s', async (_, line) => {
		const facts = await factsOf(signature('slots-refused'), [log('openiz.log', line)]);
		expect(facts).toMatchObject({
			events: 1,
			last: new Date(2019, 1, 28, 19, 24, 50).toISOString(),
			age_s: 310,
		});
	});

	it.each([
		['an identifier', 'Error : no act 8f53300a-53300 found'],
		['a number in a text', 'Error : 53300 rows, order 53300, code=53300: failed'],
		['a stack trace', 'Error : x\n   at Foo() in C:\\src\\a.cs:line 53300'],
		['another SQLSTATE', 'Error : Npgsql.PostgresException (0x80004005): 23505: duplicate key "53300"'],
	])('does not take %s for a refusal', async (_, text) => {
		expect(
			await verdictOf(signature('slots-refused'), log('openiz.log', ims('2/28/2019 7:24:50 PM', 1, text))),
		).toBe('never');
	});

	it.each([
		['openiz_20190203.log', '3/2/2019 19:24:50', [2019, 1, 3]],
		['openiz_20190302.log', '3/2/2019 19:24:50', [2019, 2, 2]],
		['openiz.log', '3/2/2019 7:24:50 PM', [2019, 2, 2]],
		['openiz.log', '3/2/2019 19:24:50', [2019, 1, 3]],
	])('%s: %s is told from day and month exchanged', async (name, stamp, [year = 0, month = 0, day = 0]) => {
		const at = new Date(year, month, day, 19, 30);
		const path = log(name, ims(stamp, 1, `Error : ${refusal}`), at);
		expect(await factsOf(signature('slots-refused'), [path], at)).toMatchObject({ age_s: 310 });
	});

	it('is told by a later date which number is the day', async () => {
		const at = new Date(2019, 1, 13, 8, 0);
		const lines = [
			ims('3/2/2019 7:24:50 AM', 1, `Error : ${refusal}`),
			ims('13/2/2019 7:55:00 AM', 1, `Error : ${refusal}`),
		];
		expect(
			await factsOf(signature('slots-refused'), [log('openiz.log', lines.join('\n'), at)], at),
		).toMatchObject({
			first: new Date(2019, 1, 3, 7, 24, 50).toISOString(),
			age_s: 300,
		});
	});

	it.each([
		['UTF-8 with a mark and CRLF', (text: string) => Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`)],
		['UTF-16 with a mark', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
		['UTF-16 without one', (text: string) => Buffer.from(text, 'utf16le')],
		['UTF-16 big-endian', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
	])('is read in %s', async (_, encode) => {
		const path = log('openiz_20190228.log', encode([...oneIncident, ...aggregate].join('\n')));
		expect(await factsOf(signature('slots-refused'), [path])).toMatchObject({ events: 2 });
	});

	it('keeps no text of it', async () => {
		const path = log(
			'openiz_20190228.log',
			ims('2/28/2019 7:24:50 PM', 1, `Error : Mrs Miller\n${readTimeout}\nError : ${refusal}`),
		);
		const observation = await ask(signature('read-timeout'), [path]);
		expect(JSON.stringify(observation)).not.toMatch(/Miller|reading/);
		expect(observation).toMatchObject({ rows: [{ file: path, events: 1, lines: '1' }] });
	});
});

describe('when it happened', () => {
	const at = (ms: number) => new Date(now.getTime() + ms);
	const line = ims('2/28/2019 7:24:50 PM', 1, `Error : ${refusal}`);

	it('is now within ten minutes, and earlier after', async () => {
		const path = log('openiz_20190228.log', line);
		expect(await verdictOf(signature('slots-refused'), path, at(4 * 60_000))).toBe('now');
		expect(await verdictOf(signature('slots-refused'), path, at(6 * 60_000))).toBe('earlier');
		expect(await verdictOf(signature('client-pool'), path)).toBe('never');
	});

	it('is now in a log of another zone that is still being written', async () => {
		// Written 5 h 30 min ahead of this machine's zone, last touched as its last line was.
		const path = log('openiz_20190228.log', line, new Date(2019, 1, 28, 13, 54, 50));
		expect(await verdictOf(signature('slots-refused'), path, new Date(2019, 1, 28, 13, 58, 0))).toBe('now');
	});

	it('is earlier in an old log that was copied just now', async () => {
		const today = new Date(2026, 10, 22, 14, 0, 7);
		const path = log('openiz_20190228.log', line, today);
		expect(await verdictOf(signature('slots-refused'), path, today)).toBe('earlier');
	});

	it('is not claimed where the log has no times', async () => {
		const bare = `Npgsql.PostgresException (0x80004005): ${refusal}\n   at Npgsql.X()`;
		expect(await verdictOf(signature('slots-refused'), log('paste.txt', bare))).toMatchObject({
			kind: 'failed',
			failure: { code: 'no-times' },
		});
		const old = new Date(now.getTime() - 3_600_000);
		expect(await verdictOf(signature('slots-refused'), log('old.txt', bare, old))).toBe('earlier');
	});
});

describe('PostgreSQL’s log', () => {
	const utc = new Date('2026-11-22T13:55:00Z');
	const text = 'FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute';
	it.each([
		['the default prefix', `2026-11-22 13:49:27.100 UTC [30080] ${text}`],
		[
			'the SQLSTATE in the prefix',
			`2026-11-22 13:49:27.100 UTC [30080] 53300 openiz@openiz/[unknown] ${text}`,
		],
		[
			'the SQLSTATE and a translated text',
			'2026-11-22 13:49:27.100 UTC [1] 53300 openiz FATAL:  лимит исчерпан',
		],
		['a translated severity', '2026-11-22 13:49:27.100 UTC [1] 53300 openiz ВАЖНО:  лимит исчерпан'],
		['the prefix of RDS', `2026-11-22 13:49:27 UTC:172.31.8.184(59334):adm@postgres:[26661]:${text}`],
		['an offset', `2026-11-22 15:49:27.100 +02 [1] ${text}`],
		['seconds since 1970', `1795355367.100 [1] ${text}`],
		[
			'CSV',
			`2026-11-22 13:49:27.100 UTC,"openiz","openiz",30080,"10.0.0.1:5",6a,1,"",2026-11-22 13:49:27 UTC,3/1,0,FATAL,53300,"x",,,`,
		],
		[
			'JSON',
			'{"timestamp":"2026-11-22 13:49:27.100 UTC","pid":1,"error_severity":"FATAL","state_code":"53300","message":"x"}',
		],
	])('is read with %s', async (_, line) => {
		expect(await factsOf(signature('slots-refused'), [log('postgresql.log', line, utc)], utc)).toMatchObject({
			events: 1,
			age_s: 333,
		});
	});

	it.each([
		['a process that has the number', '2026-11-22 13:49:27.100 UTC [53300] LOG:  checkpoint starting'],
		[
			'a process that fails of something else',
			'2026-11-22 13:49:27.100 UTC [53300] FATAL:  the database system is starting up',
		],
		['a port', '2026-11-22 13:49:27 UTC:10.0.0.1(53300):a@b:[1]:FATAL:  password authentication failed'],
		[
			'a statement that quotes it',
			"2026-11-22 13:49:27.100 UTC [1] STATEMENT:  select 'FATAL:  sorry, too many clients already'",
		],
		[
			'the lines of such a statement',
			'2026-11-22 13:49:27.100 UTC [1] STATEMENT:  select\n\tFATAL:  sorry, too many clients already',
		],
	])('does not take %s for a refusal', async (_, line) => {
		expect(await verdictOf(signature('slots-refused'), log('postgresql.log', line, utc), utc)).toBe('never');
	});

	it.each([
		['backend-crash', 'LOG:  server process (PID 12) was terminated by signal 9: Killed'],
		['fork-failed', 'LOG:  could not fork new process for connection: Resource temporarily unavailable'],
		['standby-settings', 'WARNING:  hot standby is not possible because of insufficient parameter settings'],
		['connection-reset', 'LOG:  could not receive data from client: Connection timed out'],
	])('shows %s', async (name, line) => {
		const path = log('postgresql.log', `2026-11-22 13:49:27.100 UTC [1] ${line}`, utc);
		expect(await verdictOf(signature(name), path, utc)).toBe('now');
		expect(await verdictOf(signature('slots-refused'), path, utc)).toBe('never');
	});
});

describe('read timeouts', () => {
	const clock = (minutes: number, seconds = 0) => {
		const at = new Date(2019, 1, 28, 17, minutes, seconds);
		return `2/28/2019 ${at.getHours() - 12}:${String(at.getMinutes()).padStart(2, '0')}:${String(at.getSeconds()).padStart(2, '0')} PM`;
	};
	const work = (minutes: number, seconds = 0, thread = 3) =>
		ims(clock(minutes, seconds), thread, 'query', 'Information');
	const timeout = (minutes: number, seconds: number, thread = 9) =>
		ims(clock(minutes, seconds), thread, readTimeout);
	const steady = Array.from({ length: 30 }, (_, minute) => work(minute));
	const ask = async (lines: readonly string[], minutes: number) => {
		const end = new Date(2019, 1, 28, 17, minutes);
		return verdictOf(signature('read-timeout'), log('openiz_20190228.log', lines.join('\n'), end), end);
	};

	it('are at the command timeout where each came a constant time after its thread began', async () => {
		expect(await ask([...steady, work(30, 0, 9), work(30, 20), timeout(32, 0)], 35)).toBe(
			'at the command timeout',
		);
		const slow = [0, 2, 4].flatMap((minute) => [
			work(30 + minute, 0, 9),
			work(30 + minute, 20),
			timeout(30 + minute, 45),
		]);
		expect(await ask([...steady, ...slow], 36)).toBe('at the command timeout');
	});

	it('are after a pause where nothing was logged before the first use', async () => {
		expect(await ask([...steady, work(55, 0, 9), timeout(57, 0)], 58)).toBe('after a pause');
		expect(await ask([...steady, timeout(50, 13, 9)], 51)).toBe('after a pause');
	});

	it('are irregular where the log cannot tell', async () => {
		// Errors only: that nothing else is there says nothing of pauses.
		expect(await ask([timeout(0, 5), timeout(20, 31, 8), timeout(41, 2, 7)], 42)).toBe('irregular');
		const scattered = [7, 33, 51].flatMap((wait, n) => [
			work(30 + n, 0, 9),
			work(30 + n, 5),
			timeout(30 + n, wait),
		]);
		expect(await ask([...steady, ...scattered], 33)).toBe('irregular');
	});

	it('are earlier and never like the others', async () => {
		expect(await ask([...steady, timeout(30, 30)], 50)).toBe('earlier');
		expect(await ask(steady, 31)).toBe('never');
	});

	it('are not connections that ended or were reset', async () => {
		const ended =
			'Error : Npgsql.NpgsqlException: Exception while reading from stream\n ---> System.IO.EndOfStreamException: Attempted to read past the end of the stream.';
		const path = log('openiz_20190228.log', ims('2/28/2019 7:24:50 PM', 1, ended));
		expect(await verdictOf(signature('read-timeout'), path)).toBe('never');
		expect(await verdictOf(signature('connection-reset'), path)).toBe('now');
	});

	it('are known by Mono’s and the innermost exception’s texts too', async () => {
		const mono =
			'Error : System.Net.Sockets.SocketException: A connection attempt failed because the connected party did not properly respondafter a period of time';
		expect(
			await factsOf(signature('read-timeout'), [log('a.log', ims('2/28/2019 7:24:50 PM', 1, mono))]),
		).toMatchObject({ events: 1 });
	});
});

describe('an article’s own patterns', () => {
	it('are found in any text, by name', async () => {
		const path = log(
			'app.log',
			['2/28/2019 7:24:50 PM [@1] : App Error: 0 : disk full', 'disk full', 'quota of u1'].join('\n'),
		);
		const check = checkOf({}, '# what the disk says\nfull: disk full$\nover-quota: quota of u\\d');
		expect(await factsOf(check, [path])).toMatchObject({ events: 1, full: 1, over_quota: 1 });
		expect(await verdictOf(check, path)).toBe('now');
	});

	it('cannot hang the tool', async () => {
		const path = log('app.log', `2/28/2019 7:24:50 PM [@1] : App Error: 0 : ${'a'.repeat(50_000)}!`);
		expect(await verdictOf(checkOf({}, 'evil: (a+)+$'), path)).toBe('never');
	});

	it.each([
		['evil: (a)\\1', 'linear time'],
		['Name: x', 'name: pattern'],
		['', 'wants signature='],
	])('%j is refused with its line', async (body, words) => {
		expect(await verdictOf(checkOf({}, body), log('app.log', 'x'))).toMatchObject({
			kind: 'failed',
			failure: { message: expect.stringContaining(words) },
		});
	});
});

describe('files', () => {
	const hit = ims('2/28/2019 7:24:50 PM', 1, `Error : ${refusal}`);

	it('come from names, globs and folders, each once', async () => {
		log('openiz_20190227.log', hit);
		log('openiz_20190228.log', hit.replace('@1', '@2'));
		log('notes.md', hit);
		for (const paths of [
			[folder.path],
			[join(folder.path, 'openiz_*.log')],
			[join(folder.path, '*'), folder.path],
		]) {
			expect(await factsOf(signature('slots-refused'), paths)).toMatchObject({
				files: paths[0] === join(folder.path, '*') ? 3 : 2,
			});
		}
	});

	it('say why there is nothing to look at: files that were named, as a finding', async () => {
		expect(await whyNot([])).toBe('absent: no log was given (--log PATH)');
		expect(await whyNot([join(folder.path, 'none.log')])).toContain(
			'log-not-read: nothing was found in what could be read, but not all could',
		);
		expect(await whyNot([join(folder.path, 'none.log')])).toContain(
			'none.log: there is no such file or folder',
		);
		expect(await whyNot([join(folder.path, '*.nothing')])).toContain('no file matches');
		expect(await whyNot([log('empty.log', '')])).toMatch(/^log-not-read: .*empty\.log: the file is empty/);
		expect(await whyNot([log('x.log', Buffer.from([0x7f, 0x45, 0, 1, 2, 0, 0, 3]))])).toContain('binary');
		expect(await whyNot([log('z.log', 'milk\neggs\n')])).toContain('no line of it is a log entry');
		mkdirSync(join(folder.path, 'folder'));
		expect(await whyNot([join(folder.path, 'folder')])).toContain('no log is in this folder');
	});

	it.each(['/dev/zero', '/dev/null'])('do not hang on %s', async (device) => {
		if (process.platform === 'win32') return;
		expect(await whyNot([device])).toContain('neither a file nor a folder');
	});

	it('that could not all be read prove no absence, but a hit is a hit', async () => {
		const quiet = log('a.log', ims('2/28/2019 7:24:50 PM', 1, 'Started', 'Information'));
		const gone = join(folder.path, 'gone.log');
		expect(await ask(signature('slots-refused'), [quiet, gone])).toMatchObject({
			kind: 'failed',
			failure: { code: 'log-not-read', message: expect.stringContaining('gone.log') },
		});
		expect(await factsOf(signature('slots-refused'), [log('b.log', hit), gone])).toMatchObject({
			events: 1,
			files_skipped: 1,
		});
	});

	it('hide no terminal sequence in their names', async () => {
		const why = await whyNot([join(folder.path, '\x1b[31mred.log')]);
		expect(why).toContain('red.log');
		expect(why).not.toContain('\x1b');
	});

	it('are read once for all checks, and again when they have grown', async () => {
		const path = log('openiz_20190228.log', hit);
		let at = now;
		const source = createLogSource({ paths: [path], clock: () => at });
		const events = async (check: Check) => {
			const observation = await source({ check, facts: {} }, new AbortController().signal);
			return observation.kind === 'verdict' ? observation.facts.events : observation;
		};
		expect(await events(signature('slots-refused'))).toBe(1);
		log('openiz_20190228.log', [hit, hit.replace('@1', '@2')].join('\n'));
		expect(await events(signature('slots-refused'))).toBe(1);
		at = new Date(now.getTime() + 10_000);
		expect(await events(signature('slots-refused'))).toBe(2);
	});

	it('of any size take little memory, and stop when told to', async () => {
		const entry = `${ims('2/28/2019 7:24:50 PM', 1, 'x'.repeat(900), 'Information')}\n`;
		const path = log('big.log', entry.repeat(30_000) + hit);
		const before = process.memoryUsage().rss;
		expect(await factsOf(signature('slots-refused'), [path])).toMatchObject({ events: 1 });
		expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
		const stop = new AbortController();
		const source = createLogSource({ paths: [path], clock: () => now });
		const pending = source({ check: signature('slots-refused'), facts: {} }, stop.signal);
		stop.abort();
		await expect(pending).rejects.toThrow();
	});
});
