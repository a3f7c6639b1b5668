import { appendFileSync, chmodSync, truncateSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createLogSource } from '../../src/evidence/logs/log-source.ts';
import { found, ims, logFolder, look, refusal, signature } from './logs-fixtures.ts';

const now = new Date(2019, 1, 28, 19, 30, 0);
const folder = logFolder(now);
const { log } = folder;
const check = signature('slots-refused');
const hit = (thread: number) => `${ims('2/28/2019 7:24:50 PM', thread, `Error : ${refusal}`)}\r\n`;
const quiet = `${ims('2/28/2019 7:24:50 PM', 1, 'Started', 'Information')}\r\n`;

async function eventsOf(...paths: readonly string[]) {
	return (await found({ check, paths, now })).facts.events;
}

describe('the files of a log', () => {
	it('may be rotated and packed, in a folder or by a glob through folders', async () => {
		log('a/openiz_20190228.log', hit(1));
		log('a/openiz_20190228.log.1', hit(2));
		log('a/openiz_20190227.log.2.gz', gzipSync(hit(3)));
		log('a/openiz.log-20190226', hit(4));
		log('a/deep/er/openiz_20190225.log', hit(5));
		log('a/openiz.exe.config', hit(6));
		expect(await eventsOf(join(folder.path, 'a'))).toBe(4);
		expect(await eventsOf(join(folder.path, '**', 'openiz*.log'))).toBe(2);
		expect(await eventsOf(join(folder.path, '**/openiz*{.log,.gz}'))).toBe(3);
		expect(await eventsOf(join(folder.path, 'a', '*_201902[12][0-9].log*'))).toBe(3);
		expect(await eventsOf(join(folder.path, 'a'), join(folder.path, 'a', 'openiz_20190228.log'))).toBe(4);
	});

	it('have brackets in their names', async () => {
		expect(await eventsOf(log('openiz[1].log', hit(1)))).toBe(1);
	});

	it('unpack in many pieces, in UTF-16 too', async () => {
		const lines = Array.from({ length: 30_000 }, (_, thread) => hit(thread)).join('');
		expect(await eventsOf(log('a.log.gz', gzipSync(Buffer.from(lines, 'utf16le'))))).toBe(30_000);
		expect(await eventsOf(log('b.log.gz', gzipSync(Buffer.from(`\ufeff${lines}`, 'utf16le').swap16())))).toBe(
			30_000,
		);
		expect(await eventsOf(log('c.log', Buffer.from(lines, 'utf16le').swap16()))).toBe(30_000);
	});
});

describe('bad input', () => {
	const failureOf = async (...paths: readonly string[]) => {
		const observation = await look({ check, paths, now });
		return observation.kind === 'failed' ? observation.failure.message : JSON.stringify(observation);
	};
	const notesOf = async (path: string) => {
		const { rows } = await found({ check, paths: [path], now });
		return rows.at(-1)?.note;
	};

	it('is named with its reason', async () => {
		const xz = log('x.log', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2]));
		expect(await failureOf(xz)).toContain('x.log: the file is packed with xz: unpack it first');
		const broken = log('y.log.gz', Buffer.from([0x1f, 0x8b, 8, 0, 9, 9, 9]));
		expect(await failureOf(broken)).toMatch(/y\.log\.gz: the gzip cannot be unpacked: it ends in the middle/);
		const damaged = log('z.log.gz', Buffer.concat([gzipSync(quiet).subarray(0, 10), Buffer.alloc(20, 0xff)]));
		expect(await failureOf(damaged)).toMatch(/z\.log\.gz: the gzip cannot be unpacked: it is damaged/);
	});

	it('does not hide what could be read, and stands beside it', async () => {
		const empty = log('empty.log', '');
		const { facts } = await found({ check, paths: [log('a.log', hit(1)), empty], now });
		expect(facts).toMatchObject({ events: 1, files_skipped: 1 });
		expect(facts.unread).toBe(`; not read: ${empty}: the file is empty`);
	});

	it('of a gzip that was broken off gives what was in it, and says so', async () => {
		const lines = Array.from({ length: 50_000 }, (_, n) => hit(n * 7919)).join('');
		const packed = gzipSync(lines);
		const path = log('a.log.gz', packed.subarray(0, packed.length / 2));
		expect(await notesOf(path)).toBe('the gzip could be unpacked only in part: it ends in the middle');
	});

	it('that may not be read says what to do', async () => {
		const path = log('secret.log', hit(1));
		chmodSync(path, 0);
		// Root may read all the same.
		if (process.getuid?.() === 0) expect(await eventsOf(path)).toBe(1);
		else expect(await failureOf(path)).toContain('permission denied: run as a user that may read it');
	});

	it('is told of a log that changes while it is read: it grows, is cut, is gone', async () => {
		const lines = Array.from({ length: 40_000 }, (_, thread) => hit(thread)).join('');
		const during = async (path: string, change: () => void) => {
			let changed = false;
			const clock = () => {
				// Asked first when the look begins, and the reading has begun by the next turn of the loop.
				if (!changed) setImmediate(change);
				changed = true;
				return now;
			};
			const source = createLogSource({ paths: [path], clock });
			return source({ check, facts: {} }, new AbortController().signal);
		};
		const grows = log('grows.log', lines);
		const grown = await during(grows, () => appendFileSync(grows, hit(99_999)));
		expect(grown).toMatchObject({ kind: 'verdict', verdict: 'now' });
		const cut = log('cut.log', lines);
		expect(await during(cut, () => truncateSync(cut, 2_000_000))).toMatchObject({ kind: 'verdict' });
		const gone = log('gone.log', lines);
		const vanished = await during(gone, () => unlinkSync(gone));
		expect(['verdict', 'failed']).toContain(vanished.kind);
		if (vanished.kind === 'failed') expect(vanished.failure.message).toContain('no such file');
	});
});

describe('whose log it is', () => {
	it('decides what it can be asked: no crash is denied by the log of the application', async () => {
		const path = log('openiz.log', quiet);
		expect(await look({ check: signature('backend-crash'), paths: [path], now })).toMatchObject({
			kind: 'absent',
			why: 'no log of PostgreSQL was given (--log PATH)',
		});
		const server = log('postgresql.log', '2019-02-28 19:24:50 UTC [1] LOG:  checkpoint starting: time\n');
		expect(await look({ check: signature('client-pool'), paths: [server], now })).toMatchObject({
			kind: 'absent',
			why: 'no log of the application was given (--log PATH)',
		});
		expect(await found({ check: signature('backend-crash'), paths: [path, server], now })).toMatchObject({
			verdict: 'never',
			facts: { files_read: 1 },
		});
	});
});

describe('reading that takes long', () => {
	it('shows how far it is, and takes it away at the end', async () => {
		const said: string[] = [];
		const line = `${ims('2/28/2019 7:24:50 PM', 1, 'x'.repeat(200), 'Information')}\n`;
		const path = log('big.log', line.repeat(150_000));
		await found({ check, paths: [path], now, onProgress: (text) => said.push(text) });
		expect(said[0]).toMatch(/^\[#*-*\] \d+ %, \d+ of 41 MB: big\.log$/);
		expect(said.at(-1)).toBe('');
	});
});
