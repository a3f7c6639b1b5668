/** Days of the calendars that .NET writes in some cultures (Thai, Persian, Umm al-Qura), as Gregorian ones. */

export type Day = { readonly year: number; readonly month: number; readonly day: number };

const dayMs = 86_400_000;

/** Years apart: a log of today says 2026, 2569, 1405 or 1448. */
function calendarOf(year: number): 'buddhist' | 'persian' | 'islamic-umalqura' | null {
	if (year >= 2400) return 'buddhist';
	if (year >= 1300 && year < 1430) return 'persian';
	if (year >= 1430 && year < 1600) return 'islamic-umalqura';
	return null;
}

/** The day as a Gregorian one; null: its calendar has no such day. */
export function gregorianDay(day: Day): Day | null {
	const calendar = calendarOf(day.year);
	if (calendar === null) return day;
	if (calendar === 'buddhist') return { ...day, year: day.year - 543 };
	const format = new Intl.DateTimeFormat(`en-u-ca-${calendar}-nu-latn`, {
		...({ year: 'numeric', month: 'numeric', day: 'numeric' } as const),
		timeZone: 'UTC',
	});
	// An estimate by the length of the calendar's year, then the few days around it.
	const guess =
		calendar === 'persian'
			? Date.UTC(622, 2, 21) + ((day.year - 1) * 365.2422 + (day.month - 1) * 30.4 + day.day) * dayMs
			: Date.UTC(622, 6, 18) + ((day.year - 1) * 354.367 + (day.month - 1) * 29.53 + day.day) * dayMs;
	for (let away = -8; away <= 8; away += 1) {
		const at = Math.floor(guess / dayMs) * dayMs + away * dayMs;
		const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
		const isDay = parts.get('month') === day.month && parts.get('day') === day.day;
		if (!isDay || parts.get('year') !== day.year) continue;
		const found = new Date(at);
		return { year: found.getUTCFullYear(), month: found.getUTCMonth() + 1, day: found.getUTCDate() };
	}
	return null;
}
