/** Times as logs write them: in the culture of whoever ran the server, mostly without a zone. */

/** Which of two numbers is the day, in a date whose year comes last. */
export type DayOrder = 'day first' | 'month first';

export type LogTime = {
	/** Milliseconds since 1970; what has no zone is taken for this machine's. */
	readonly ms: number;
	/** Whether a zone was written. */
	readonly zoned: boolean;
};

const yearFirst =
	/^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[ T\u202f](\d{1,2})[:.](\d\d)[:.](\d\d)(?:[.,](\d+))?[ \u202f\u00a0]?(.*)$/;
const yearLast =
	/^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})[ T\u202f](\d{1,2})[:.](\d\d)[:.](\d\d)(?:[.,](\d+))?[ \u202f\u00a0]?(.*)$/;

/** The time of a header; null: it is none. */
export function parseLogTime(stamp: string, order: DayOrder): LogTime | null {
	if (/^\d{10}(?:\.\d+)?$/.test(stamp)) return { ms: Math.round(Number(stamp) * 1000), zoned: true };
	const iso = yearFirst.exec(stamp);
	const match = iso ?? yearLast.exec(stamp);
	if (match === null) return null;
	const [first = 0, second = 0, third = 0, clockHour = 0, minute = 0, secondOfMinute = 0] = match
		.slice(1, 7)
		.map(Number);
	const [year, month, day] =
		iso !== null
			? [first, second, third]
			: order === 'day first'
				? [third, second, first]
				: [third, first, second];
	const tail = match[8] ?? '';
	const half = /^([ap])\.?m\.?$/i.exec(tail)?.[1]?.toLowerCase() ?? null;
	const hour = half === null ? clockHour : (clockHour % 12) + (half === 'p' ? 12 : 0);
	if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || secondOfMinute > 60)
		return null;
	const fraction = Number(`0.${match[7] ?? '0'}`) * 1000;
	const offset = half === null ? offsetMinutes(tail) : null;
	// Of a zone's name only UTC's is unambiguous (IST is three zones): the others are read as this machine's.
	const ms =
		offset === null
			? new Date(year, month - 1, day, hour, minute, secondOfMinute).getTime()
			: Date.UTC(year, month - 1, day, hour, minute - offset, secondOfMinute);
	return { ms: ms + Math.floor(fraction), zoned: offset !== null };
}

function offsetMinutes(zone: string): number | null {
	if (/^(?:Z|UTC|GMT)$/.test(zone)) return 0;
	const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
	if (match === null) return null;
	return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0));
}

/**
 * The order of day and month that one stamp shows; null: it could be either. The day that the file is named for
 * (`openiz_20190228.log`) decides, then a number over 12, then a twelve-hour clock, which only month-first cultures
 * put beside a year that comes last.
 */
export function dayOrderOf(stamp: string, fileName: string): DayOrder | null {
	const match = yearLast.exec(stamp);
	if (match === null) return null;
	const [first, second] = [Number(match[1]), Number(match[2])];
	const named = /(\d{4})-?(\d\d)-?(\d\d)/.exec(fileName);
	if (named !== null && named[1] === match[3] && first !== second) {
		const [month, day] = [Number(named[2]), Number(named[3])];
		if (first === month && second === day) return 'month first';
		if (first === day && second === month) return 'day first';
	}
	if (first > 12) return 'day first';
	if (second > 12) return 'month first';
	return null;
}

/** What to assume where no stamp of a file decides. */
export function likelyDayOrder(stamp: string): DayOrder {
	return /[ap]\.?m/i.test(stamp) ? 'month first' : 'day first';
}
