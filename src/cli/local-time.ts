/** Instants as the clock on the wall shows them; the zone is said once, beside them. */

/** The zone of this machine, as IANA names it. */
export function localZone(): string {
	return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** @returns `2026-11-22 14:05` for an instant in ISO 8601; the text itself where it is none */
export function clockIn(timeZone: string): (at: string) => string {
	const format = new Intl.DateTimeFormat('en-GB', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
	});
	return (at) => {
		const instant = new Date(at);
		if (Number.isNaN(instant.getTime())) return at;
		const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
		const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
		return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
	};
}

export function zoneInWords(timeZone: string): string {
	return timeZone === 'UTC' ? 'Times are UTC.' : `Times are local: ${timeZone}.`;
}
