/** Times as logs write them: in the culture of whoever ran the service, mostly without a zone. */
import { type Day, gregorianDay } from './calendar.ts';
import { dayHalf } from './day-halves.ts';

export type LogTime = {
	/** Milliseconds since 1970; what has no zone is taken for the reader's, or this machine's. */
	readonly ms: number;
	/** Whether the zone is known. */
	readonly zoned: boolean;
};

/**
 * Three numbers of a date, then three of a clock. Between them stands whatever the culture puts there: dots with
 * blanks (Hungary), the word “year” (Bulgaria), the half of the day (Korea).
 */
const stampShape =
	/^\D{0,6}(\d{1,4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,4})(\D{1,24}?)(\d{1,2})\D{1,4}(\d\d)\D{1,6}(\d\d)(?:[.,](\d{1,9}))?(.*)$/su;

/** The usual ISO form, and the zone that PostgreSQL puts behind it. */
const isoShape =
	/^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?))?$/;

/** Marks of direction, which Arabic, Persian and Hebrew dates carry; then the narrow and unbreakable blanks. */
const invisible = /[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const oddBlanks = /[\u00a0\u2007\u2009\u202f]/g;

/** Dates that a text begins its lines with, the year last. */
const datesAhead = /^[ \t]{0,8}(\d{1,2})[/.\- ]{1,3}(\d{1,2})[/.\- ]{1,3}(\d{4})(?=\D)/gm;

const mostDates = 2_000;

type DayOrder = 'day first' | 'month first';

/** Reads the times of one log. */
export class StampReader {
	/** The day that the file is named for (`openiz_20190228.log`), in its own calendar; null: for none. */
	readonly #named: Day | null;
	readonly #zone: ZoneClock | null;
	readonly #assumed: boolean;
	readonly #days = new Map<string, Day | null>();
	#order: DayOrder | null = null;

	/**
	 * @param zone IANA name, or offset, of what stamps without an offset are in; null: this machine's
	 * @param assumed nobody says that they are in that zone: it is the one of the machine that the log lies on
	 */
	constructor(fileName: string, zone: string | null = null, assumed = false) {
		this.#assumed = assumed;
		const named = /(\d{4})-?(\d\d)-?(\d\d)/.exec(fileName);
		this.#named =
			named === null ? null : { year: Number(named[1]), month: Number(named[2]), day: Number(named[3]) };
		this.#zone = zone === null ? null : new ZoneClock(zone);
	}

	/** Looks ahead for a date that tells the day from the month. */
	learn(text: string): void {
		for (const [, first, second, year] of text.matchAll(datesAhead)) {
			this.#order = orderShown(Number(first), Number(second), Number(year), this.#named);
			if (this.#order !== null) return;
		}
	}

	/** The time of a header; null: it is none. */
	read(stamp: string): LogTime | null {
		const iso = isoShape.exec(stamp);
		if (iso !== null) {
			const [year, month, day] = [Number(iso[1]), Number(iso[2]), Number(iso[3])];
			if (month < 1 || month > 12 || day < 1 || day > 31) return null;
			const known = year > 1600 && year < 2400 ? { year, month, day } : gregorianDay({ year, month, day });
			if (known === null) return null;
			return this.#timeOf(known, iso[4], iso[5], iso[6], iso[7], offsetMinutes(iso[8] ?? ''));
		}
		if (/^\d{10}(?:\.\d+)?$/.test(stamp)) return { ms: Math.round(Number(stamp) * 1000), zoned: true };
		const match = stampShape.exec(stamp.replace(invisible, '').replace(oddBlanks, ' '));
		if (match === null) return null;
		const [, first = '', second = '', third = '', between = '', hour, minute, secondOfMinute, fraction] =
			match;
		const tail = (match[9] ?? '').trim();
		const half = dayHalf(between) ?? dayHalf(tail);
		const day = this.#dayOf(first, second, third, /^[ap]\.?m/i.test(tail));
		if (day === null) return null;
		const clockHour = half === null ? Number(hour) : (Number(hour) % 12) + (half === 'second' ? 12 : 0);
		const offset = half === null ? offsetMinutes(tail) : null;
		return this.#timeOf(day, String(clockHour), minute, secondOfMinute, fraction, offset);
	}

	#timeOf(
		{ year, month, day }: Day,
		hourText: string | undefined,
		minuteText: string | undefined,
		secondText: string | undefined,
		fraction: string | undefined,
		offset: number | null,
	): LogTime | null {
		const [hour, minute, second] = [Number(hourText), Number(minuteText), Number(secondText)];
		if (hour > 23 || minute > 59 || second > 60) return null;
		const part = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000);
		// Of a zone's name only UTC's is unambiguous (IST is three zones): the others are the log's own, or this machine's.
		if (offset === null && this.#zone === null)
			return { ms: new Date(year, month - 1, day, hour, minute, second).getTime() + part, zoned: false };
		const wall = Date.UTC(year, month - 1, day, hour, minute, second) + part;
		if (offset !== null) return { ms: wall - offset * 60_000, zoned: true };
		return { ms: this.#zone?.momentOf(wall) ?? wall, zoned: !this.#assumed };
	}

	#dayOf(first: string, second: string, third: string, english: boolean): Day | null {
		const key = `${first} ${second} ${third}`;
		const known = this.#days.get(key);
		if (known !== undefined) return known;
		const day = this.#pickDay([first, second, third], english);
		if (this.#days.size > mostDates) this.#days.clear();
		this.#days.set(key, day);
		return day;
	}

	/** @param english a clock with AM and PM, which beside a year that comes last is mostly the American one */
	#pickDay(texts: readonly [string, string, string], english: boolean): Day | null {
		const readings = readingsOf(texts, this.#named).filter(
			({ month, day }) => month >= 1 && month <= 12 && day >= 1 && day <= 31,
		);
		const named = readings.find((reading) => isSameDay(reading, this.#named));
		const order = this.#order ?? (english ? 'month first' : 'day first');
		const picked = named ?? readings.find((reading) => reading.order === order) ?? readings[0];
		return picked === undefined ? null : gregorianDay(picked);
	}
}

/** What the numbers of a date can mean, the likelier first. */
function readingsOf(
	texts: readonly [string, string, string],
	named: Day | null,
): readonly (Day & { readonly order: DayOrder | null })[] {
	const [a, b, c] = [Number(texts[0]), Number(texts[1]), Number(texts[2])];
	if (texts[0].length > 2)
		return [
			{ year: a, month: b, day: c, order: null },
			{ year: a, month: c, day: b, order: null },
		];
	const long = texts[2].length > 2;
	const century = named === null ? 2000 : Math.floor(named.year / 100) * 100;
	const year = long ? c : century + c;
	const last = [
		{ year, month: b, day: a, order: 'day first' as const },
		{ year, month: a, day: b, order: 'month first' as const },
	];
	return long ? last : [...last, { year: century + a, month: b, day: c, order: null }];
}

function isSameDay(a: Day, b: Day | null): boolean {
	return b !== null && a.year === b.year && a.month === b.month && a.day === b.day;
}

/** The order that one date shows: by the day that the file is named for, then by a number over 12; null: either. */
function orderShown(first: number, second: number, year: number, named: Day | null): DayOrder | null {
	if (first !== second && named !== null) {
		if (isSameDay({ year, month: first, day: second }, named)) return 'month first';
		if (isSameDay({ year, month: second, day: first }, named)) return 'day first';
	}
	return first > 12 ? 'day first' : second > 12 ? 'month first' : null;
}

function offsetMinutes(zone: string): number | null {
	if (/^(?:Z|UTC|GMT)$/.test(zone)) return 0;
	const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
	if (match === null) return null;
	return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0));
}

/** A clock on the wall of a zone. */
class ZoneClock {
	readonly #format: Intl.DateTimeFormat | null;
	/** Offset in milliseconds, by the hour of the wall's clock. */
	readonly #offsets = new Map<number, number>();

	constructor(zone: string) {
		this.#format = formatIn(zone);
	}

	/** When it shows this time (as if that were UTC's); null: the zone is not known here. */
	momentOf(wall: number): number | null {
		const format = this.#format;
		if (format === null) return null;
		const hour = Math.floor(wall / 3_600_000);
		let offset = this.#offsets.get(hour);
		if (offset === undefined) {
			// Twice, for the first guess may lie on the other side of a change of the clocks.
			offset = offsetAt(format, wall - offsetAt(format, wall));
			if (this.#offsets.size > mostDates) this.#offsets.clear();
			this.#offsets.set(hour, offset);
		}
		return wall - offset;
	}
}

function formatIn(zone: string): Intl.DateTimeFormat | null {
	try {
		return new Intl.DateTimeFormat('en-u-ca-gregory', {
			...({ year: 'numeric', month: 'numeric', day: 'numeric' } as const),
			...({ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const),
			timeZone: zone,
		});
	} catch {
		return null;
	}
}

function offsetAt(format: Intl.DateTimeFormat, ms: number): number {
	const parts = new Map<string, number>();
	for (const { type, value } of format.formatToParts(ms)) parts.set(type, Number(value));
	const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
	const day = Date.UTC(part('year'), part('month') - 1, part('day'));
	const shown = day + (part('hour') * 3600 + part('minute') * 60 + part('second')) * 1000;
	return shown - Math.floor(ms / 1000) * 1000;
}
