/** One pass over one log: every signature and every pattern is counted in it, as events, not as lines. */
import { basename } from 'node:path';
import { type EntryStart, entryStart } from './log-entry.ts';
import { readLog } from './log-lines.ts';
import type { LogPattern } from './patterns.ts';
import {
	forEachSignature,
	type Mark,
	markLine,
	type SignatureName,
	signatureNames,
	signatures,
} from './signatures.ts';
import { type EventGap, type Tally, TallyCounter } from './tally.ts';
import { type DayOrder, dayOrderOf, type LogTime, likelyDayOrder, parseLogTime } from './timestamp.ts';

export type LogScan = {
	readonly path: string;
	readonly size: number;
	readonly mtimeMs: number;
	/** Entries whose header was known; none: it is no log of a kind that we read. */
	readonly entries: number;
	/** Those that tell of ordinary work: without them a silence in the log says nothing. */
	readonly ordinary: number;
	/** Time of the last entry; null: none had one. */
	readonly lastMs: number | null;
	readonly signatures: Readonly<Record<SignatureName, Tally>>;
	/** By the body of the fence that the patterns stand in. */
	readonly patterns: ReadonlyMap<string, Tally>;
};

/** Patterns to look for, by the body of their fence. */
export type PatternSets = ReadonlyMap<string, readonly LogPattern[]>;

/** Reads a log once. @throws NotALog, or the system's error */
export async function scanLog(path: string, patterns: PatternSets, signal: AbortSignal): Promise<LogScan> {
	const scanner = new LogScanner(basename(path), patterns);
	const { size, mtimeMs } = await readLog(path, {
		signal,
		onBeginning: (text) => scanner.begin(text),
		onLine: (line) => scanner.line(line),
	});
	return { path, size, mtimeMs, ...scanner.end(zoneShift(mtimeMs)) };
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

class LogScanner {
	readonly #fileName: string;
	readonly #patterns: PatternSets;
	readonly #signatures: Readonly<Record<SignatureName, TallyCounter>>;
	readonly #found: ReadonlyMap<string, TallyCounter>;
	/** The last second that an event of a kind was counted for a thread. */
	readonly #counted = new Map<string, number>();
	readonly #threads = new Map<string, { readonly ms: number; readonly quietMs: number | null }>();
	#dayOrder: DayOrder | null = null;
	#lineNumber = 0;
	#entries = 0;
	#ordinary = 0;
	#last: LogTime | null = null;
	#entry: OpenEntry | null = null;

	constructor(fileName: string, patterns: PatternSets) {
		this.#fileName = fileName;
		this.#patterns = patterns;
		this.#signatures = forEachSignature(() => new TallyCounter());
		this.#found = new Map([...patterns.keys()].map((body) => [body, new TallyCounter()]));
	}

	/** Looks ahead for a date that tells day from month. */
	begin(text: string): void {
		for (const [, stamp = ''] of text.matchAll(/^[ \t]{0,8}(\d{1,2}[/.-]\d{1,2}[/.-]\d{4}[ T]\S+)/gm)) {
			this.#dayOrder = dayOrderOf(stamp, this.#fileName);
			if (this.#dayOrder !== null) return;
		}
	}

	line(line: string): void {
		this.#lineNumber += 1;
		const headed = this.#entry !== null && this.#entry.start.layout === 'openiz';
		const start = entryStart(line, headed);
		if (start !== null) {
			this.#close();
			this.#entry = this.#open(start);
		}
		const entry = this.#entry;
		if (entry !== null && entry.start.layout !== 'postgres') {
			markLine(start === null ? line : start.message, entry.marks);
		}
		for (const [body, patterns] of this.#patterns) {
			for (const { name, test } of patterns) if (test(line)) this.#patternFound(body, name);
		}
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
		this.#entries += 1;
		if (start.ordinary) this.#ordinary += 1;
		const time =
			start.stamp === null ? null : parseLogTime(start.stamp, this.#dayOrder ?? likelyDayOrder(start.stamp));
		const gap = time === null ? noGap : this.#gapBefore(time, start.thread);
		if (time !== null) this.#last = time;
		return { start, line: this.#lineNumber, time, gap, marks: new Set(), found: new Map() };
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
		for (const name of signatureNames) {
			const { application, server } = signatures[name];
			const hit = entry.start.layout === 'postgres' ? server(entry.start) : application(entry.marks);
			if (hit && this.#isNew(name, entry)) {
				this.#signatures[name].add(entry.time?.ms ?? null, entry.line, entry.gap);
			}
		}
		for (const [body, names] of entry.found) {
			if (this.#isNew(body, entry))
				this.#found.get(body)?.add(entry.time?.ms ?? null, entry.line, entry.gap, names);
		}
	}

	/** OpenIZ logs one trouble two to four times, in the layers it passes: the same thread, in the same second. */
	#isNew(kind: string, { start, time }: OpenEntry): boolean {
		if (start.thread === null || time === null) return true;
		const key = `${kind}\n${start.thread}`;
		const second = Math.floor(time.ms / 1000);
		if (this.#counted.get(key) === second) return false;
		if (this.#counted.size > mostThreads) this.#counted.clear();
		this.#counted.set(key, second);
		return true;
	}

	end(shiftOf: (last: LogTime | null) => number): Omit<LogScan, 'path' | 'size' | 'mtimeMs'> {
		this.#close();
		const shift = shiftOf(this.#last);
		return {
			entries: this.#entries,
			ordinary: this.#ordinary,
			lastMs: this.#last === null ? null : this.#last.ms + shift,
			signatures: forEachSignature((name) => this.#signatures[name].tally(shift)),
			patterns: new Map([...this.#found].map(([body, counter]) => [body, counter.tally(shift)])),
		};
	}
}
