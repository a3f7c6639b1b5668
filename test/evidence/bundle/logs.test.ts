/** What a site's awk leaves of a log says the same as the log, and has no word of it. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { logBegins, logEnds, splitLogs } from '../../../src/evidence/bundle/bundled-logs.ts';
import { awkPattern, outlineProgram } from '../../../src/evidence/bundle/collect/log-awk.ts';
import { applicationMarks, outlinedEntry, serverMarks } from '../../../src/evidence/logs/outline.ts';
import { limitSentences, slotSentences } from '../../../src/evidence/logs/refusal.ts';
import { scanText } from '../../../src/evidence/logs/scan-log.ts';
import type { Mark } from '../../../src/evidence/logs/signature-texts.ts';
import { markLine, signatures, trackedNames } from '../../../src/evidence/logs/signatures.ts';
import { ratePerMinute } from '../../../src/evidence/logs/tally.ts';
import { timeoutShape } from '../../../src/evidence/logs/timeout-pattern.ts';
import { ims } from '../logs-fixtures.ts';

function outlineOf(log: string): string {
	const { status, stdout, stderr } = spawnSync('awk', [outlineProgram], {
		input: log,
		encoding: 'utf8',
		env: { ...process.env, LC_ALL: 'C' },
	});
	expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
	return stdout;
}

/** As the wrapper frames it; the file was written when its last entry was, and nothing is known of the zone. */
function framed(outline: string, head = 'log 1.1 - - - 2026-12-01T12:00:00Z'): string {
	const lines = [head, ...outline.trimEnd().split('\n')];
	return [logBegins, ...lines, `${logEnds}${lines.length} ===`].join('\n');
}

const bundled = (log: string) => splitLogs(framed(outlineOf(log))).logs;

type Scan = Pick<
	ReturnType<typeof scanText>,
	'signatures' | 'ordinary' | 'application' | 'server' | 'serviceStartMs'
>;

const told = ({ signatures: tallies, ordinary, application, server, serviceStartMs }: Scan) => ({
	...{ ordinary, application, server, serviceStartMs },
	...Object.fromEntries(
		trackedNames.map((name) => {
			const { events, first, last, firstLine, lastLine } = tallies[name];
			const rate = ratePerMinute(tallies[name]);
			return [
				name,
				{ events, first, last, firstLine, lastLine, rate, shape: timeoutShape(tallies[name].gaps, ordinary) },
			];
		}),
	),
});

const at = (minute: number, second: number) =>
	`12/1/2026 ${7 + Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}:${String(second).padStart(2, '0')} AM`;
const read =
	'Error : Npgsql.NpgsqlException (0x80004005): Exception while reading from stream ---> System.IO.IOException\r\n   at Npgsql.ReadBuffer.Ensure(Int32 count)';
const request = (minute: number, second: number, thread: number) =>
	ims(at(minute, second), thread, 'GET imsi/Patient', 'Information', 'OpenIZ.Messaging.IMSI');

const logs: Readonly<Record<string, string>> = {
	'a command timeout': [
		ims(at(0, 0), 1, 'OpenIZ Startup : v1.2.0.0', 'Information', 'OpenIZ.exe'),
		...Array.from({ length: 14 }, (_, index) => [
			request(index * 2, 1, 5),
			request(index * 2, 20, 6),
			ims(at(index * 2, 31), 5, read),
			ims(at(index * 2, 31), 5, read, 'Error', 'OpenIZ.Messaging.IMSI'),
		]).flat(),
	].join('\r\n'),
	'a pause': Array.from({ length: 12 }, (_, index) => [
		request(index * 9, 1, 5),
		ims(at(index * 9, 2), 5, read),
	])
		.flat()
		.join('\r\n'),
	'every trouble': [
		...Object.values(applicationMarks).map(({ text }, index) => ims(at(index, 1), index, `Error : ${text}`)),
		ims(
			at(20, 0),
			3,
			'Error : a\r\nExceptionData:\r\n   SqlState: 53300\r\n   MessageText: sorry, too many clients already',
		),
		ims(at(21, 0), 3, 'Error : 53300: zu viele Verbindungen von Rolle »ims«'),
		ims(at(22, 0), 3, 'Error : 23505: a key\r\n53300: a patient’s house number'),
		'System.TimeoutException: Timeout during reading attempt',
	].join('\n'),
	'the server': [
		...slotSentences.map((text) => `2026-12-01 07:00:01.123 UTC [7] FATAL:  ${text} x`),
		...limitSentences.map((text) => `2026-12-01 07:00:02.123 UTC [7] ВАЖНО:  ${text.replace('%s', 'ims')}`),
		'2026-12-01 07:00:03.123 UTC [8] 53300 FATAL:  in a language that nobody knows',
		'2026-12-01 07:00:03.123 UTC [8] 53300 DETAIL:  the same again',
		...Object.values(serverMarks).map(({ text }) => `1796108400.123 [9] ${text}`),
		'2026-12-01 07:00:04 UTC [9] LOG:  could not receive data from client: Connection reset by peer',
		'2026-12-01 07:00:05 UTC [9] LOG:  starting PostgreSQL 18.4 on x86_64',
		'2026-12-01 07:00:06.000 UTC,"a","b",12,"[local]",1,1,"startup",2026-12-01 07:00:06 UTC,1/1,0,FATAL,53300,"sorry, too many clients already",,,',
		'2026-12-01 07:00:07.000 UTC,"a","b",12,"[local]",1,1,"x",2026-12-01 07:00:06 UTC,1/1,0,ERROR,42601,"syntax",,,,,"select \'',
		'2026-12-01 07:00:08.000 UTC [1] FATAL:  sorry, too many clients already',
		'\'",1,,"app"',
		'{"timestamp":"2026-12-01 07:00:09.000 UTC","pid":1,"error_severity":"FATAL","state_code":"53300","message":"sorry, too many clients already"}',
	].join('\n'),
};

describe('the outline of a log', () => {
	it.each(Object.entries(logs))('of %s counts as the log itself does', (_, log) => {
		const { scans, problems } = bundled(log);
		expect(problems).toEqual([]);
		const [scan] = scans;
		if (scan === undefined) throw new Error('no log');
		expect(told(scan)).toEqual(told(scanText(log, new Map())));
	});

	it('counts what it does not tell one by one', () => {
		const many = Array.from({ length: 5_000 }, (_, index) =>
			ims(at(Math.floor(index / 60), index % 60), index, 'Error : 53300: sorry, too many clients already'),
		).join('\n');
		const outline = outlineOf(many);
		expect(outline.split('\n').length).toBeLessThan(300);
		const tally = splitLogs(framed(outline)).logs.scans[0]?.signatures['slots-refused'];
		const { events, first, last } = scanText(many, new Map()).signatures['slots-refused'];
		expect(tally).toMatchObject({ events, first, last });
	});

	it('has no word of the log', () => {
		const secret = 'Mary Canary 1980-02-29';
		const texts = [
			...Object.values(applicationMarks).map(({ text }) => `${secret} : ${text} ${secret}`),
			`53300: too many connections for role "${secret}"`,
			secret,
		];
		const log = [
			...texts.flatMap((text, index) => [
				ims(at(0, index), index, `Error : ${text}`),
				secret,
				`${secret}Exception: ${secret}`,
			]),
			...texts.map((text) => `2026-12-01 07:00:01 UTC ${secret} FATAL:  ${text}`),
			...Object.values(serverMarks).map(({ text }) => `2026-12-01 07:00:02 UTC ${secret} ${text} ${secret}`),
			`2026-12-01 07:00:01 UTC ${secret}: OpenIZ Error: 0 : 53300: ${secret}`,
			`12/1/2026 ${secret} 7:00:00 AM [@1] : ${secret.replaceAll(' ', '')} Error: 0 : Error : 53300: x`,
			`1/2/3 4 ${secret} : x Error: 0 : 53300: x`,
		].join('\n');
		const outline = outlineOf(log);
		expect(outline).toMatch(/^\d+ e /m);
		expect(outline).toMatch(/^\d+ p /m);
		expect(outline).not.toMatch(/mary|canary|1980/i);
		for (const line of outline.trimEnd().split('\n')) expect(line.length, line).toBeLessThanOrEqual(74);
	});

	it('that was damaged or cut off is not counted, and is said to be', () => {
		const whole = framed(outlineOf(logs['a pause'] ?? ''));
		const cut = whole.split('\n').toSpliced(4, 1).join('\n');
		const bent = whole.replace(/^(\d+) e/m, '$1 z');
		for (const text of [cut, bent]) {
			const { logs: read } = splitLogs(text);
			expect(read.scans).toEqual([]);
			expect(read.problems[0]?.why).toContain('damaged');
		}
	});
});

it('each text that stands for a mark has just that one', () => {
	for (const [mark, { text }] of Object.entries(applicationMarks)) {
		const marks = new Set<Mark>();
		markLine(text, true, marks);
		expect([...marks].filter((each) => mark !== 'own limit' || each !== 'refused')).toEqual([mark]);
	}
	for (const [name, { letter }] of Object.entries(serverMarks)) {
		const text = outlinedEntry(`1 p ${letter} - - 2026-12-01 07:00:00 UTC`)?.text ?? '';
		const { signatures: tallies } = scanText(text, new Map());
		const counted = trackedNames.filter((each) => tallies[each].events > 0);
		expect(counted).toEqual([name === 'slots' ? 'slots-refused' : name === 'own limit' ? 'own-limit' : name]);
	}
	expect(trackedNames.every((name) => name in signatures)).toBe(true);
});

it('says to awk only what awk has', () => {
	expect(() => awkPattern(/a(?!b)/)).toThrow('awk');
	expect(awkPattern(/(?:a|b)\b\d{1,3} \w/)).toBe('/(a|b)[0-9]+ [A-Za-z0-9_]/');
});
