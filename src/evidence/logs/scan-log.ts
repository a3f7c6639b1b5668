/** One pass over one log: every signature and every pattern is counted in it, as events, not as lines. */
import { basename } from 'node:path';
import { Incidents } from './incidents.ts';
import type { LogBytes } from './log-bytes.ts';
import { type EntryStart, entryStart } from './log-entry.ts';
import { type ReadLogOptions, readLog } from './log-lines.ts';
import { isServiceStart } from './openiz-entry.ts';
import type { OutlinedEntry } from './outline.ts';
import type { LogPattern } from './patterns.ts';
import { isServerStart } from './postgres-entry.ts';
import type { Mark } from './signature-texts.ts';
import { forEachTracked, markLine, signatures, type Tracked, trackedNames } from './signatures.ts';
import { type EventGap, type Tally, TallyCounter } from './tally.ts';
import { type LogTime, StampReader } from './timestamp.ts';

export type LogScan = LogBytes & {
	readonly path: string;
	/** Entries whose header was known, by whose log they are; none: it is no log of a kind that we read. */
	readonly application: number;
	readonly server: number;
	/** Those that tell of ordinary work: without them a silence in the log says nothing. */
	readonly ordinary: number;
	/** Time of the last entry; null: none had one. */
	readonly lastMs: number | null;
	/** When the service last began, and the server; null: the log does not say. */
	readonly serviceStartMs: number | null;
	readonly serverStartMs: number | null;
	readonly signatures: Readonly<Record<Tracked, Tally>>;
	/** By the body of the fence that the patterns stand in. */
	readonly patterns: ReadonlyMap<string, Tally>;
};

/** Patterns to look for, by the body of their fence. */
export type PatternSets = ReadonlyMap<string, readonly LogPattern[]>;

export type ScanOptions = Pick<ReadLogOptions, 'signal' | 'atMost' | 'onProgress'> & {
	readonly patterns: PatternSets;
	/** The server's `log_timezone`; null: not known. */
	readonly serverZone: string | null;
};

/** Reads a log once. @throws NotALog, or the system's error */
export async function scanLog(path: string, options: ScanOptions): Promise<LogScan> {
	const scanner = new LogScanner(basename(path), options);
	const read = await readLog(path, {
		signal: options.signal,
		atMost: options.atMost,
		...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
		onBeginning: (text) => scanner.begin(text),
		onLine: (line) => scanner.line(line),
	});
	return { ...read, path, ...scanner.end(zoneShift(read.mtimeMs)) };
}

/** The same of text that is in no file: its times are read as this machine's. */
export function scanText(text: string, patterns: PatternSets): Omit<LogScan, 'path' | keyof LogBytes> {
	const scanner = new LogScanner('', { patterns, serverZone: null });
	scanner.begin(text);
	for (const line of text.split('\n')) scanner.line(line);
	return scanner.end(() => 0);
}

export type OutlineOptions = {
	/** The day that the log is named for, as `20261201`; empty: for none. */
	readonly named: string;
	/** Offset of the clocks of the machine that it lies on, as `+01:00`; null: not known. */
	readonly zone: string | null;
	readonly mtimeMs: number;
};

/** The same of an outline, in the order of the log. */
export function scanOutline(
	entries: readonly OutlinedEntry[],
	{ named, zone, mtimeMs }: OutlineOptions,
): Omit<LogScan, 'path' | keyof LogBytes> {
	const options = { patterns: new Map(), serverZone: zone };
	const scanner = new LogScanner(named, options, new StampReader(named, zone, true));
	scanner.begin(entries.map(({ text }) => text).join('\n'));
	for (const { line, text } of entries) scanner.line(text, line);
	return scanner.end(zoneShift(mtimeMs));
}

const quarterHourMs = 15 * 60_000;

/**
 * Stamps without a zone are read in this machine's. Where a file was last written exactly some quarters of an hour
 * before or after its last stamp, that is the difference of the zones; anything else is a log that rests.
 */
function zoneShift(mtimeMs: number): (last: LogTime | null) => number {
	return (last) => {
		if (last === null || last.zoned) return 0;
		const difference = mtimeMs - last.ms;
		const shift = Math.round(difference / quarterHourMs) * quarterHourMs;
		return Math.abs(difference - shift) <= 5_000 && Math.abs(shift) <= 14 * 3_600_000 ? shift : 0;
	};
}

type OpenEntry = {
	readonly start: EntryStart;
	readonly line: number;
	readonly time: LogTime | null;
	readonly gap: EventGap;
	readonly marks: Set<Mark>;
	/** Names of patterns found in it, by their fence's body. */
	readonly found: Map<string, Set<string>>;
};

const noGap: EventGap = { ownMs: null, quietBeforeWaitMs: null, quietMs: null };
const mostThreads = 10_000;
/** A record of a csvlog that is still open after so many lines was broken off. */
const longestRecord = 10_000;

class LogScanner {
	readonly #patterns: PatternSets;
	readonly #signatures: Readonly<Record<Tracked, TallyCounter>>;
	readonly #found: ReadonlyMap<string, TallyCounter>;
	readonly #stamps: StampReader;
	readonly #serverStamps: StampReader;
	readonly #incidents = new Incidents();
	readonly #threads = new Map<string, { readonly ms: number; readonly quietMs: number | null }>();
	#lineNumber = 0;
	#application = 0;
	#server = 0;
	#ordinary = 0;
	#last: LogTime | null = null;
	/** Of the server's last entry; nearly all of its times are never asked for, so they are read when they are. */
	#lastStamp: string | null = null;
	#serviceStart: number | null = null;
	#serverStart: number | null = null;
	#entry: OpenEntry | null = null;
	/** Lines since a quote of a csvlog was opened; null: none is open. */
	#quoted: number | null = null;

	constructor(
		fileName: string,
		{ patterns, serverZone }: Pick<ScanOptions, 'patterns' | 'serverZone'>,
		stamps = new StampReader(fileName),
	) {
		this.#patterns = patterns;
		this.#signatures = forEachTracked(() => new TallyCounter());
		this.#found = new Map([...patterns.keys()].map((body) => [body, new TallyCounter()]));
		this.#stamps = stamps;
		this.#serverStamps = new StampReader(fileName, serverZone);
	}

	begin(text: string): void {
		this.#stamps.learn(text);
	}

	line(line: string, number = this.#lineNumber + 1): void {
		this.#lineNumber = number;
		const start = this.#startOf(line);
		if (start !== null) {
			this.#close();
			this.#entry = this.#open(start);
		}
		const entry = this.#entry;
		if (entry !== null && entry.start.layout !== 'postgres')
			markLine(start === null ? line : start.message, start !== null, entry.marks);
		for (const [body, patterns] of this.#patterns) {
			for (const { name, test } of patterns) if (test(line)) this.#patternFound(body, name);
		}
	}

	/** What is inside the quotes of a csvlog's record is a statement or a parameter, however it looks. */
	#startOf(line: string): EntryStart | null {
		if (this.#quoted !== null && this.#quoted < longestRecord) {
			this.#quoted = hasOddQuotes(line) ? null : this.#quoted + 1;
			return null;
		}
		const start = entryStart(line, this.#entry !== null && this.#entry.start.layout === 'openiz');
		if (start !== null) this.#quoted = start.csv && hasOddQuotes(line) ? 0 : null;
		return start;
	}

	#patternFound(body: string, name: string): void {
		if (this.#entry === null) {
			this.#found.get(body)?.add(null, this.#lineNumber, noGap, [name]);
			return;
		}
		const names = this.#entry.found.get(body) ?? new Set();
		this.#entry.found.set(body, names.add(name));
	}

	#open(start: EntryStart): OpenEntry {
		const isServer = start.layout === 'postgres';
		if (isServer) this.#server += 1;
		else this.#application += 1;
		if (start.ordinary) this.#ordinary += 1;
		const common = { start, line: this.#lineNumber, marks: new Set<Mark>(), found: new Map() };
		if (isServer) {
			this.#lastStamp = start.stamp ?? this.#lastStamp;
			if (isServerStart(start)) this.#serverStart = this.#serverTime(start.stamp)?.ms ?? null;
			return { ...common, time: null, gap: noGap };
		}
		const time = start.stamp === null ? null : this.#stamps.read(start.stamp);
		const gap = time === null ? noGap : this.#gapBefore(time, start.thread);
		if (time !== null) {
			this.#last = time;
			if (isServiceStart(start)) this.#serviceStart = time.ms;
		}
		return { ...common, time, gap };
	}

	#serverTime(stamp: string | null): LogTime | null {
		return stamp === null ? null : this.#serverStamps.read(stamp);
	}

	#gapBefore({ ms }: LogTime, thread: string | null): EventGap {
		const quietMs = this.#last === null ? null : Math.max(0, ms - this.#last.ms);
		if (thread === null || thread === '') return { ownMs: null, quietBeforeWaitMs: null, quietMs };
		const own = this.#threads.get(thread);
		if (this.#threads.size > mostThreads) this.#threads.clear();
		this.#threads.set(thread, { ms, quietMs });
		return {
			ownMs: own === undefined ? null : Math.max(0, ms - own.ms),
			quietBeforeWaitMs: own?.quietMs ?? null,
			quietMs,
		};
	}

	/** Counts what the entry that just ended was. */
	#close(): void {
		const entry = this.#entry;
		this.#entry = null;
		if (entry === null) return;
		const isServer = entry.start.layout === 'postgres';
		if (isServer || entry.marks.size > 0) {
			for (const name of trackedNames) {
				const { application, server } = signatures[name];
				if (isServer ? server(entry.start) : application(entry.marks))
					this.#count(name, this.#signatures[name], entry);
			}
		}
		for (const [body, names] of entry.found) this.#count(body, this.#found.get(body), entry, names);
	}

	#count(kind: string, counter: TallyCounter | undefined, entry: OpenEntry, names?: Iterable<string>): void {
		const isServer = entry.start.layout === 'postgres';
		const ms = (isServer ? this.#serverTime(entry.start.stamp) : entry.time)?.ms ?? null;
		if (this.#incidents.isNew(kind, entry.start, ms)) counter?.add(ms, entry.line, entry.gap, names);
	}

	end(shiftOf: (last: LogTime | null) => number): Omit<LogScan, 'path' | keyof LogBytes> {
		this.#close();
		const last = this.#last ?? this.#serverTime(this.#lastStamp);
		const shift = shiftOf(last);
		const shifted = (ms: number | null) => (ms === null ? null : ms + shift);
		return {
			application: this.#application,
			server: this.#server,
			ordinary: this.#ordinary,
			lastMs: shifted(last?.ms ?? null),
			serviceStartMs: shifted(this.#serviceStart),
			serverStartMs: shifted(this.#serverStart),
			signatures: forEachTracked((name) => this.#signatures[name].tally(shift)),
			patterns: new Map([...this.#found].map(([body, counter]) => [body, counter.tally(shift)])),
		};
	}
}

function hasOddQuotes(line: string): boolean {
	let odd = false;
	for (let at = line.indexOf('"'); at !== -1; at = line.indexOf('"', at + 1)) odd = !odd;
	return odd;
}
